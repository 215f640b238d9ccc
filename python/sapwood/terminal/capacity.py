"""Devices and batch sizes on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from sapwood.capacity import BELIEVED
from sapwood.formats import count, figure, size
from sapwood.terminal.output import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from sapwood.capacity import Curve, Device

_BAR = 24
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def device_table(devices: Sequence[Device]) -> RenderableType:
    """Where training can run."""
    made = table("device", "what", ">memory", ">free", title="Devices")
    for device in devices:
        memory, free = (size(value) if value is not None else "unknown" for value in (device.memory, device.free))
        made.add_row(device.device, device.name, memory, free)
    return made


def curve_table(curve: Curve) -> RenderableType:
    """Rates and memory by batch size, and what follows from them."""
    title = Text.assemble((curve.model, "bold"), f" on {curve.reason}" if curve.reason else "")
    made = table(">batch size", ">pairs/s", "", ">memory", "")
    best = max((point.pairs_per_second for point in curve.points), default=0.0)
    for point in curve.by_size:
        if not point.fits:
            made.add_row(count(point.batch_size), "", "", "", "does not fit")
            continue
        memory = "" if point.peak is None else size(point.peak)
        fast = "fast" if point in curve.fast else ""
        rate = point.pairs_per_second
        made.add_row(count(point.batch_size), figure(rate), Text(_bar(rate / best), style="cyan"), memory, fast)
    return Group(title, *([made] if curve.points else []), Text(_ends(curve), style="dim"), _advice(curve))


def progress_line(curve: Curve) -> str:
    """One line about what was measured last."""
    if not curve.points:
        return f"{curve.model}: {count(curve.pairs)} pairs, on {curve.reason}"
    last = curve.points[-1]
    rate = f"{figure(last.pairs_per_second)} pairs/s" if last.fits else "no room"
    return f"{curve.model}: batches of {count(last.batch_size)}: {rate}"


def _bar(share: float) -> str:
    """A bar of up to 24 characters, to an eighth of one."""
    whole, eighths = divmod(round(share * _BAR * 8), 8)
    return "█" * whole + (_EIGHTHS[eighths] if eighths else "")


def _ends(curve: Curve) -> str:
    """Why the table ends, and what fits."""
    parts = [f"ended: {curve.stopped}"] if curve.stopped else []
    if curve.largest is not None:
        parts.append(
            f"about {count(curve.largest)} pairs{_more(curve)} fit into {size(curve.room)}" if curve.room else ""
        )
    return " · ".join(part for part in parts if part)


def _more(curve: Curve) -> str:
    """Whether the growth of memory says that more fit, too."""
    return ", or more," if curve.largest == BELIEVED * curve.fitting[-1].batch_size else ""


def _advice(curve: Curve) -> Text:
    words = curve.overrides()
    if not words:
        return Text("nothing was measured: give it more time with --seconds", style="yellow")
    return Text.assemble("use ", (" ".join(words), "bold green"))
