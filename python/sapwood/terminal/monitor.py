"""A run on a terminal: where it is, how fast, what it takes, and its losses as curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.constrain import Constrain
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from sapwood.formats import figure, size
from sapwood.terminal.chart import Chart, Curve
from sapwood.terminal.progress import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from sapwood.checks import Check
    from sapwood.monitor import Run

_COLOURS = {
    "running": "green",
    "finished": "green",
    "interrupted": "yellow",
    "stalled": "red",
    "failed": "red",
    "crashed": "red",
}
_LEAST_CHART, _MOST_CHART = 4, 20
_MOST_COLUMNS = 120
_OTHER_LINES = 13
"""Lines of a view beside its chart."""


def view(run: Run, checks: Sequence[Check], lines: int) -> RenderableType:
    """Everything about a run, in about as many lines as there are."""
    height = min(_MOST_CHART, max(_LEAST_CHART, lines - _OTHER_LINES))
    curve = Curve(run.training, run.validation, [(steps, _words(phase)) for steps, phase in run.phases[1:]])
    shown = Group(
        _title(run),
        _bar(run),
        _figures(run),
        Text(""),
        _legend(run, curve),
        Chart(curve, height),
        *_notes(run, checks),
    )
    return Constrain(shown, _MOST_COLUMNS)


def _title(run: Run) -> Table:
    title = Table.grid(expand=True)
    title.add_column()
    title.add_column(justify="right")
    pid = f"  process {run.pid}" if run.pid is not None and run.state in {"running", "stalled"} else ""
    name = f"  {run.path.parent.parent.name}/{run.path.name}"
    state = Text.assemble((run.state, f"bold {_COLOURS[run.state]}"), (pid, "dim"))
    title.add_row(Text.assemble((run.model, "bold"), (name, "dim")), state)
    return title


def _bar(run: Run) -> Table:
    """How much is done, in steps and as a bar."""
    step, bar = run.step, Table.grid(expand=True, padding=(0, 1))
    bar.add_column(no_wrap=True)
    bar.add_column(ratio=1)
    bar.add_column(no_wrap=True, justify="right")
    where = f"epoch {step['epoch']}/{step['epochs']} step {step['step']}/{step['steps']}" if step else "no step yet"
    bar.add_row(where, ProgressBar(total=1.0, completed=run.share_done), f"{100 * run.share_done:.0f} %")
    return bar


def _figures(run: Run) -> Table:
    rows = Table.grid(padding=(0, 2))
    for name, value in _named(run):
        rows.add_row(Text(name, style="dim"), Text(value))
    return rows


def _named(run: Run) -> Iterator[tuple[str, str]]:
    step = run.step
    # Without a curriculum there is one phase, which says nothing.
    if len(run.phases) > 1 or run.phase not in {None, "plain"}:
        yield "phase", _words(run.phase)
    yield "time", _time(run)
    rates = {name: step.get(f"{name}_per_second") for name in ("steps", "pairs", "functions")}
    known = [f"{figure(rate)} {name}/s" for name, rate in rates.items() if rate]
    yield "rate", " · ".join(known) if known else "unknown before the second step"
    yield "best", _best(run)
    yield "step size", _step_size(step)
    memory = {"held": run.memory.resident, "at most": run.memory.peak, "on the device": run.gpu_memory}
    held = [f"{size(value)} {name}" for name, value in memory.items() if value]
    yield "memory", " · ".join(held) if held else "unknown"


def _words(phase: Any) -> str:
    return str(phase).replace("_", " ")


def _time(run: Run) -> str:
    left = run.step.get("seconds_left")
    words = f"{duration(run.seconds)} of training"
    if run.state in {"running", "stalled"} and left and run.step.get("steps_per_second"):
        words += f" · {duration(left)} left at most"
    return words


def _best(run: Run) -> str:
    best = run.best
    if best is None:
        return "no epoch is done yet"
    loss = best.get("validation_loss", best.get("train_loss"))
    name = "validation loss" if "validation_loss" in best else "loss"
    version = f" · published as {run.version}" if run.version else ""
    return f"epoch {best['epoch']}" + ("" if loss is None else f", {name} {figure(loss)}") + version


def _step_size(step: dict[str, Any]) -> str:
    if not step:
        return "unknown"
    rate, norm = step.get("learning_rate"), step.get("losses", {}).get("gradient_norm")
    words = [f"learning rate {rate:.3g}"] if rate is not None else []
    return " · ".join(words + ([f"gradient norm {figure(norm)}"] if norm is not None else []))


def _legend(run: Run, curve: Curve) -> Text:
    last = run.step.get("loss")
    validation = f" {figure(run.validation[-1][1])}" if run.validation else ""
    scale = ", logarithmic" if curve.is_wide else ""
    return Text.assemble(
        ("loss", "bold"),
        (scale, "dim"),
        ("   ⠤⠒ training", "cyan"),
        "" if last is None else f" {figure(last)}",
        ("   ◆ validation", "bold yellow"),
        validation,
    )


def _notes(run: Run, checks: Sequence[Check]) -> Iterator[RenderableType]:
    """What the run says, and what is not well with it."""
    if run.message:
        yield Text(run.message, style="dim")
    for check in checks:
        if check.status != "ok":
            style = "red" if check.status == "failed" else "yellow"
            yield Padding(Text.assemble((f"{check.name}: ", style), check.found), (0, 0))
