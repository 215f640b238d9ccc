"""`doctor` and `preflight`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from sapwood.cli.options import ConfigFile, Json, ModelName, Overrides, Workspace, open_workspace
from sapwood.terminal import output

if TYPE_CHECKING:
    from sapwood.checks import Check

_NOT_READY = "not ready"


def doctor(workspace: Workspace = None, as_json: Json = False) -> None:
    """Say what is here, what is missing, and how to get it.

    Fails only where something that indexing or search need is broken.

    \b
    Example:
      sapwood doctor
    """
    from sapwood.doctor import examine

    conclude(
        "Sapwood on this machine", examine(workspace), "everything that is needed works", _NOT_READY, as_json=as_json
    )


def preflight(
    model: ModelName,
    overrides: Overrides = None,
    config: ConfigFile = None,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Check all that training needs, down to one batch.

    Ends with a verdict, and with exit code 1 where training could not work.

    \b
    Example:
      sapwood preflight tree-lstm
      sapwood preflight graphsage graphsage.batch_size=64
    """
    from sapwood.config import load_config
    from sapwood.preflight import examine

    settings = load_config(config, overrides or ())
    checks = examine(open_workspace(workspace), model, settings)
    conclude(f"Before training {model}", checks, f"ready: sapwood train {model}", _NOT_READY, as_json=as_json)


def conclude(title: str, checks: list[Check], good: str, bad: str, *, as_json: bool) -> None:
    """Prints checks and a verdict; ends the command with 1 where one failed."""
    from sapwood.checks import failed

    failures = failed(checks)
    ready = not failures
    if as_json:
        output.emit({"ok": ready, "checks": [asdict(check) for check in checks]})
    else:
        output.print_checks(title, checks)
        words = f"[green]{good}[/]" if ready else f"[red]{bad}: {', '.join(check.name for check in failures)}[/]"
        output.data_console().print(f"\n{words}")
    if not ready:
        raise typer.Exit(1)
