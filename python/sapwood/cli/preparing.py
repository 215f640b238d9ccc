"""`data prepare` and `data all`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sapwood.cli.data import rows_of
from sapwood.cli.indexing import workspace_of
from sapwood.cli.options import ConfigFile, Json, Model, ModelName, Overrides, Workspace, open_workspace
from sapwood.terminal import output, progress
from sapwood.terminal.interrupt import stop_on_interrupt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sapwood import _core
    from sapwood.config import Config
    from sapwood.training.examples import Prepared

Trees = Annotated[
    int | None,
    typer.Option("--max-trees", metavar="N", min=1, help="Functions at most: the setting data.max_functions."),
]
Pairs = Annotated[
    int | None, typer.Option("--num-pairs", metavar="N", min=1, help="Pairs and triplets written at most, a split.")
]


def prepare(
    model: ModelName,
    overrides: Overrides = None,
    num_pairs: Pairs = None,
    max_trees: Trees = None,
    target: Annotated[
        Path | None,
        typer.Option("--output", metavar="DIR", help="Folder for them; default: in the workspace.", readable=False),
    ] = None,
    config: ConfigFile = None,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Make a model's examples once and keep them.

    Functions with their splits, pairs, triplets, rewrites, mutants and labels, as Hugging Face data sets. Training with
    the same settings takes them instead of making its own; those of --output it takes with data.examples=DIR.

    \b
    Example:
      sapwood data prepare tree-lstm
      sapwood data prepare graphsage --max-trees 5000 --output examples
    """
    settings = _settings(config, overrides, max_trees)
    engine = open_workspace(workspace)
    (prepared,) = _prepare(engine, settings, [model], num_pairs, target)
    if as_json:
        output.emit(_as_json(prepared))
    else:
        _print(model, prepared)


def everything(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder with the sources.", readable=False)] = Path(),
    overrides: Overrides = None,
    num_pairs: Pairs = None,
    max_trees: Trees = None,
    config: ConfigFile = None,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Index, prepare both models' examples, and count them.

    What is there already and still fits stays as it is. Ctrl-C leaves what was finished.

    \b
    Example:
      sapwood data all
      sapwood data all . data.min_lines=5 --json
    """
    settings = _settings(config, overrides, max_trees)
    engine = workspace_of(path, workspace, None)
    with progress.indexing() as on_progress:
        engine.index(on_progress)
    prepared = _prepare(engine, settings, list(Model), num_pairs, None)
    from sapwood.data import statistics

    known = statistics(engine, settings)
    if as_json:
        models = {str(model): _as_json(of) for model, of in zip(Model, prepared, strict=True)}
        output.emit({"root": engine.root, "workspace": engine.workspace_path, "prepared": models, "statistics": known})
        return
    for model, of in zip(Model, prepared, strict=True):
        _print(model, of)
    output.print_pairs(f"What is learned from {engine.root}", rows_of(known))


def _settings(config: Path | None, overrides: Sequence[str] | None, max_trees: int | None) -> Config:
    from sapwood.config import load_config

    capped = [] if max_trees is None else [f"data.max_functions={max_trees}"]
    return load_config(config, [*(overrides or ()), *capped])


def _prepare(
    engine: _core.Engine, settings: Config, models: Sequence[Model], num_pairs: int | None, target: Path | None
) -> list[Prepared]:
    from sapwood.dependencies import DATA_SETS, TRAINING, require

    require(*TRAINING, *DATA_SETS)
    from sapwood.training.examples import make_examples, prepare_examples

    with stop_on_interrupt("leaving what was finished") as should_stop:
        heed_stop = _heeding(should_stop)
        made = cache(lambda: make_examples(engine, settings, output.note, heed_stop))
        return [
            prepare_examples(
                engine,
                settings,
                model,
                say=output.note,
                heed_stop=heed_stop,
                folder=target,
                most_pairs=num_pairs,
                made=made,
            )
            for model in models
        ]


def _heeding(should_stop: Callable[[], bool]) -> Callable[[], None]:
    from sapwood.errors import InterruptedRun

    def heed() -> None:
        if should_stop():
            message = "preparing was stopped; what was finished stays, and the same command makes the rest"
            raise InterruptedRun(message)

    return heed


def _as_json(prepared: Prepared) -> dict[str, Any]:
    return {"output": str(prepared.folder), "already_there": prepared.already, "rows": prepared.counts}


def _print(model: str, prepared: Prepared) -> None:
    title = f"Examples for {model} {'are' if prepared.already else 'are now'} in {prepared.folder}"
    output.print_pairs(title, list(_rows(prepared)))


def _rows(prepared: Prepared) -> Iterator[tuple[str, str | list[str]]]:
    for name, counts in prepared.counts.items():
        yield from rows_of({name: counts})
