"""Progress on standard error: a live line with rate and time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sapwood.formats import count, figure
from sapwood.terminal.output import log_console, note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rich.console import Console

# What a line about a step leaves to the run's metrics, or has said already.
_NOT_NAMED = {"loss", "gradient_norm"}
# Seconds between two lines where output is no terminal.
_QUIET_SECONDS = 2.0


@contextmanager
def indexing(console: Console | None = None) -> Iterator[Callable[[int, int, int], bool]]:
    """A callback for `Engine.index` that shows how far it is."""
    console = console or log_console()
    shown = _live_indexing(console) if console.is_terminal else _plain_indexing()
    with shown as callback:
        yield callback


@contextmanager
def training(console: Console | None = None) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A callback for the events of a training run."""
    console = console or log_console()
    shown = _live_training(console) if console.is_terminal else _plain_training()
    with shown as callback:
        yield callback


@contextmanager
def counting(what: str, console: Console | None = None) -> Iterator[Callable[[int, int], None]]:
    """A callback that shows how many things were read and kept, where nobody knows how many there are."""
    console = console or log_console()
    started, due = time.monotonic(), _Throttle(wait=_QUIET_SECONDS)

    def told(read: int, kept: int) -> str:
        rate = read / max(time.monotonic() - started, 1e-3)
        return f"{what}: {count(read)} read, {count(kept)} kept · {figure(rate)}/s"

    if not console.is_terminal:
        yield lambda read, kept: note(told(read, kept)) if due() else None
        return
    with console.status(f"{what}: opening") as status:
        yield lambda read, kept: status.update(told(read, kept)) if due() else None


@contextmanager
def debugging() -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A callback that writes every event of a training run down, with the seconds since it began."""
    started = time.monotonic()

    def update(event: Mapping[str, Any]) -> None:
        note(f"{time.monotonic() - started:9.3f} {json.dumps(event)}")

    yield update


def step_line(event: Mapping[str, Any]) -> str:
    """One line about a step or an epoch: where it is, the losses, the rate, the time left."""
    parts = [_place(event), _losses(event), _rate(event), _left(event)]
    return " · ".join(part for part in parts if part)


def duration(seconds: float) -> str:
    """Seconds for people: `4 s`, `1 min 01 s`, `1 h 01 min`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


@contextmanager
def _live_indexing(console: Console) -> Iterator[Callable[[int, int, int], bool]]:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = [
        SpinnerColumn(),
        TextColumn("indexing"),
        BarColumn(bar_width=30),
        TextColumn("{task.completed:.0f}/{task.total:.0f} files · {task.fields[rate]}"),
        TimeRemainingColumn(),
    ]
    started = time.monotonic()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("indexing", total=1, rate="0.0 MB/s")

        def update(files: int, total: int, size: int) -> bool:
            rate = size / 1e6 / max(time.monotonic() - started, 1e-3)
            progress.update(task, completed=files, total=max(total, 1), rate=f"{rate:.1f} MB/s")
            return True

        yield update


@contextmanager
def _plain_indexing() -> Iterator[Callable[[int, int, int], bool]]:
    due = _Throttle(wait=_QUIET_SECONDS)

    def update(files: int, total: int, size: int) -> bool:
        if due():
            note(f"indexing {count(files)}/{count(total)} files, {size / 1e6:.1f} MB")
        return True

    yield update


@contextmanager
def _live_training(console: Console) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    from rich.console import Group
    from rich.live import Live
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.text import Text

    progress = Progress(
        TextColumn("[bold]{task.description}[/]"), BarColumn(bar_width=None), TaskProgressColumn(), console=console
    )
    task = progress.add_task("starting", total=None)
    figures = Text("", style="dim", no_wrap=True, overflow="ellipsis")
    with Live(Group(progress, figures), console=console, refresh_per_second=8, transient=True) as live:

        def update(event: Mapping[str, Any]) -> None:
            if event["event"] == "step":
                title = f"{event.get('model', '')} {_epoch(event)}".strip()
                progress.update(task, description=title, completed=event.get("step"), total=event.get("steps"))
                # What a narrow terminal cuts off is the end: the time left is not there.
                figures.plain = " · ".join(part for part in (_left(event), _rate(event), _losses(event)) if part)
            elif (text := _told(event)) is not None:
                live.console.print(text, markup=False)

        yield update


@contextmanager
def _plain_training() -> Iterator[Callable[[Mapping[str, Any]], None]]:
    due = _Throttle()

    def update(event: Mapping[str, Any]) -> None:
        if event["event"] == "step":
            if due():
                note(step_line(event))
        elif (text := _told(event)) is not None:
            note(text)

    yield update


class _Throttle:
    """True at most once in a while; at once, or for the first time after `wait` seconds."""

    def __init__(self, wait: float = 0.0) -> None:
        self._next = time.monotonic() + wait

    def __call__(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _QUIET_SECONDS
        return True


def _told(event: Mapping[str, Any]) -> str | None:
    """What an event other than a step has to say, None for nothing."""
    if event["event"] == "epoch":
        return step_line(event)
    message = event.get("message")
    return None if message is None else str(message)


def _place(event: Mapping[str, Any]) -> str:
    step = f"step {event['step']}/{event.get('steps') or '?'}" if event.get("step") is not None else ""
    return " ".join(part for part in (str(event.get("model") or ""), _epoch(event), step) if part)


def _epoch(event: Mapping[str, Any]) -> str:
    epoch = event.get("epoch")
    return "" if epoch is None else f"epoch {epoch}/{event.get('epochs') or '?'}"


def _losses(event: Mapping[str, Any]) -> str:
    loss, parts = event.get("loss"), event.get("losses") or {}
    if loss is None:
        return ""
    known = {name: value for name, value in parts.items() if value is not None}
    if event["event"] == "epoch":
        return _epoch_losses(loss, known)
    named = ", ".join(f"{name} {figure(value)}" for name, value in known.items() if name not in _NOT_NAMED)
    return f"loss {figure(loss)}" + (f" ({named})" if named else "")


def _epoch_losses(loss: float, parts: Mapping[str, float]) -> str:
    """The losses that tell how an epoch went; those of each head are in the run's history."""
    told = f"validation loss {figure(loss)}" if "validation_loss" in parts else f"loss {figure(loss)}"
    names = {"train_loss": ", training", "validation_accuracy": " · accuracy"}
    return told + "".join(f"{words} {figure(parts[name])}" for name, words in names.items() if name in parts)


def _rate(event: Mapping[str, Any]) -> str:
    rate = event.get("pairs_per_second")
    return f"{count(rate)}/s" if rate else ""


def _left(event: Mapping[str, Any]) -> str:
    left = event.get("seconds_left")
    # Before there is a rate, there is no telling.
    if left is None or event.get("pairs_per_second") == 0:
        return ""
    return f"{duration(left)} left"
