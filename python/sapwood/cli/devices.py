"""`tools gpu`."""

from __future__ import annotations

import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sapwood.cli.options import ConfigFile, Json, Model, Overrides, Workspace, open_workspace
from sapwood.terminal import output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sapwood.capacity import Curve, Device
    from sapwood.config import Config


def gpu(
    overrides: Overrides = None,
    auto: Annotated[
        bool, typer.Option("--auto", help="Measure which batch size is fast and how large it may be.")
    ] = False,
    model: Annotated[Model | None, typer.Option("--model", help="Measure this one alone; default: both.")] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="S", min=1.0, help="Time for all that is measured.")
    ] = 60.0,
    config: ConfigFile = None,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Show the devices that can train, or measure batch sizes.

    --auto makes steps of training with larger and larger batches of the workspace's own code, or of sample code where
    there is no workspace, and names the settings to use. Ctrl-C ends it with what is known by then.

    \b
    Example:
      sapwood tools gpu
      sapwood tools gpu --auto --model tree-lstm
    """
    from sapwood.capacity import devices
    from sapwood.config import load_config

    end = time.monotonic() + seconds
    settings = load_config(config, overrides or ())
    found = devices()
    curves = []
    if auto:
        with _code(workspace) as folder:
            curves = list(_measured([model] if model else list(Model), folder, settings, end))
    if as_json:
        output.emit({"devices": [asdict(device) for device in found], "models": [curve.as_json() for curve in curves]})
    else:
        _print(found, curves)
    _end(curves)


def _print(found: list[Device], curves: list[Curve]) -> None:
    from sapwood.terminal.capacity import curve_table, device_table

    output.show(device_table(found))
    for curve in curves:
        output.data_console().print()
        output.show(curve_table(curve))


def _measured(models: list[Model], folder: Path, settings: Config, end: float) -> Iterator[Curve]:
    """The curve of each model, up to one that somebody ended."""
    from sapwood.capacity import INTERRUPTED, measure
    from sapwood.dependencies import require_training
    from sapwood.terminal.capacity import progress_line

    require_training()
    for number, model in enumerate(models):
        output.note(f"{model}: loads the data")
        share = max(1.0, end - time.monotonic()) / (len(models) - number)
        curve = measure(model, folder, settings, share, lambda curve: output.note(progress_line(curve)))
        yield curve
        if curve.stopped == INTERRUPTED:
            return


@contextmanager
def _code(workspace: Path | None) -> Iterator[Path]:
    """The folder of the workspace, or of one with sample code for as long as it is used."""
    from sapwood.capacity import sample
    from sapwood.errors import NoWorkspaceError

    try:
        yield Path(open_workspace(workspace).workspace_path).parent
    except NoWorkspaceError:
        if workspace is not None:
            raise
        output.note("no workspace here: measures with some packages of this Python's library")
        with tempfile.TemporaryDirectory() as folder:
            sample(Path(folder))
            yield Path(folder)


def _end(curves: list[Curve]) -> None:
    from sapwood.capacity import INTERRUPTED

    if any(curve.stopped == INTERRUPTED for curve in curves):
        raise typer.Exit(130)
    if any(not curve.points for curve in curves):
        raise typer.Exit(1)
