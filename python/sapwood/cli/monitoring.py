"""`monitor`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sapwood.cli.options import Json, Workspace, open_workspace
from sapwood.terminal import output

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from sapwood.monitor import RunWatch

_INTERVAL = 0.5
"""Seconds between two looks at a run."""


def monitor(
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN]",
            help="A run's folder or its name, or a model; default: the run that was written to last.",
            show_default=False,
        ),
    ] = None,
    health_check: Annotated[
        bool, typer.Option("--health-check", help="Say whether the run is well; exit code 1 where it is not.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Show one view and end.")] = False,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Watch a training run from beside it.

    Shows where it is, its rates, losses, memory and best epoch until it ends, or until Ctrl-C.

    --health-check looks for overfitting, stalls, divergence, dead embeddings, lost gradients and uneven classes.
    It names the evidence and the setting to change; warnings alone leave the exit code at 0.

    \b
    Example:
      sapwood monitor
      sapwood monitor tree-lstm --health-check
    """
    from sapwood.monitor import RunWatch

    watch = RunWatch(_find(run, workspace))
    if health_check:
        _conclude(watch, as_json=as_json)
    elif as_json:
        output.emit(watch.now().as_json())
    elif once or not output.data_console().is_terminal:
        output.show(_view(watch))
    else:
        _follow(watch)


def _find(run: str | None, workspace: Path | None) -> Path:
    from sapwood.monitor import find_run

    if run is not None and Path(run).is_dir():
        return find_run(Path(run), None)
    from sapwood.config import load_config

    return find_run(Path(open_workspace(workspace).workspace_path) / load_config().dirs.runs, run)


def _conclude(watch: RunWatch, *, as_json: bool) -> None:
    from sapwood.cli.health import conclude
    from sapwood.monitor import examine

    run = watch.now()
    title = f"Health of {run.model} {run.path.name}"
    conclude(title, examine(run), "nothing is wrong", "something is wrong", as_json=as_json)


def _view(watch: RunWatch) -> RenderableType:
    from sapwood.monitor import examine
    from sapwood.terminal.monitor import view

    run = watch.now()
    return view(run, examine(run), output.data_console().size.height)


def _follow(watch: RunWatch) -> None:
    """Shows the run until it has ended or somebody has seen enough; the last view stays on the terminal."""
    from rich.live import Live

    console = output.data_console()
    try:
        with Live(_view(watch), console=console, screen=True, auto_refresh=False) as live:
            _refresh(watch, lambda shown: live.update(shown, refresh=True))
    except KeyboardInterrupt:
        pass
    console.print(_view(watch))


def _refresh(watch: RunWatch, show: Callable[[RenderableType], None]) -> None:
    from sapwood.monitor.watch import ENDED

    while watch.now().state not in ENDED:
        show(_view(watch))
        time.sleep(_INTERVAL)
