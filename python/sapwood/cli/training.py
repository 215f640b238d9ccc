"""`train`."""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sapwood.cli.options import ConfigFile, Json, ModelName, Overrides, Workspace, open_workspace
from sapwood.formats import metric
from sapwood.terminal import output, progress
from sapwood.terminal.interrupt import stop_on_interrupt

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from sapwood import _core
    from sapwood.config import Config
    from sapwood.training.session import Event, TrainResult


def train(
    model: ModelName,
    overrides: Overrides = None,
    config: ConfigFile = None,
    checkpoint: Annotated[
        str | None,
        typer.Option("--ckpt-path", metavar="last|PATH", help="Go on with the last run or with that of a folder."),
    ] = None,
    skip_validation: Annotated[bool, typer.Option(help="Start without the checks of `preflight`.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log every step and all its figures to stderr, a line each.")
    ] = False,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Train a model on the indexed code and publish it.

    The new version answers from then on; `checkpoints rollback` takes that back.

    Ctrl-C saves and exits with 130; `--ckpt-path last` goes on from there, with the settings that the run had.

    Several processes train one model together where torchrun starts them, as `-m sapwood.train MODEL`.

    \b
    Example:
      sapwood train tree-lstm tree_lstm.budget_seconds=60
      sapwood train graphsage --ckpt-path last
    """
    from sapwood.config import load_config
    from sapwood.dependencies import require_training

    settings = load_config(config, overrides or ())
    engine = open_workspace(workspace)
    with stop_on_interrupt() as should_stop, _shown(verbose) as on_event:
        require_training()
        if checkpoint is not None and config is None:
            from sapwood.training import continued_settings

            settings = continued_settings(engine, model, checkpoint, overrides or (), settings)
        if not skip_validation:
            _check(engine, model, settings)
        from sapwood.training import train as run
        from sapwood.training.distributed import joined_world

        with joined_world() as world:
            result = run(
                model, engine, settings, on_event=on_event, should_stop=should_stop, resume=checkpoint, world=world
            )
    if not result.version:
        # Another process publishes, and tells about it.
        return
    if as_json:
        results = [asdict(row) for row in result.results]
        output.emit(
            {"run_dir": str(result.run_dir), "version": result.version, "metrics": result.metrics, "results": results}
        )
    else:
        answers = "answers now" if settings.data.trees is None else "reads trees"
        _print_result(f"{model} {result.version} {answers}", result)


def _shown(verbose: bool) -> AbstractContextManager[Callable[[Event], None] | None]:
    """Progress, where this process is the first of those that torchrun started, or was not started by it."""
    if os.environ.get("RANK", "0") != "0":
        return nullcontext()
    return progress.debugging() if verbose else progress.training()


def _print_result(title: str, result: TrainResult) -> None:
    """What was published, the figures of the run, and what the version was measured to be."""
    known = {name: value for name, value in result.metrics.items() if value is not None}
    figures = [(name.replace("_", " "), metric(name, value)) for name, value in known.items()]
    output.print_pairs(title, [("run", result.run_dir), *figures])
    if result.results:
        from sapwood.evaluation import render

        output.show(render(result.results))


def _check(engine: _core.Engine, model: str, settings: Config) -> None:
    """Stops before a long run that cannot end well; the slow checks are left to the run itself."""
    from sapwood.checks import failed
    from sapwood.errors import BadInputError
    from sapwood.preflight import examine_quickly

    if settings.data.trees is not None:
        return
    for check in failed(examine_quickly(engine, model, settings)):
        message = f"{check.name}: {check.found}; {check.fix}"
        raise check.error or BadInputError(message)
