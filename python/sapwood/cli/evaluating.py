"""`demo` and `evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sapwood.cli.options import ConfigFile, Json, ModelName, Overrides, Workspace, open_workspace
from sapwood.terminal import output


def demo(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH",
            help="Folder with sources; default: this Python's library.",
            show_default=False,
            readable=False,
        ),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A smaller round of at most 90 seconds.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start the demo's workspace anew.")] = False,
    untrained: Annotated[
        bool, typer.Option("--untrained", help="Only index and search; needs nothing of the training part.")
    ] = False,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Index, train, evaluate and ask, end to end, on real code. Ends with a report.

    \b
    Example:
      sapwood demo
      sapwood demo --quick path/to/code
    """
    if not untrained:
        from sapwood.dependencies import require_training

        require_training()
    from sapwood import demo as demonstration

    tables = output.log_console() if as_json else output.data_console()
    result = demonstration.run(
        path,
        workspace=workspace,
        quick=quick,
        fresh=fresh,
        untrained=untrained,
        console=tables,
    )
    if as_json:
        output.emit(result.as_json())


def evaluate(
    model: ModelName,
    overrides: Overrides = None,
    baselines: Annotated[
        bool, typer.Option("--baselines/--no-baselines", help="Rank unlearned methods beside the model.")
    ] = True,
    config: ConfigFile = None,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Measure a model on packages that it never saw.

    Unlearned baselines stand in the same table, each row with its task, candidates, metric and n.

    \b
    Example:
      sapwood evaluate tree-lstm --baselines
      sapwood evaluate graphsage --json
    """
    from sapwood.config import load_config
    from sapwood.dependencies import require_training

    settings = load_config(config, overrides or ())
    engine = open_workspace(workspace)
    # Says at once, without loading anything, that there is nothing to evaluate.
    engine.versions.path(model)
    require_training()
    from sapwood import evaluation

    results = evaluation.evaluate(engine, settings, model, baselines=baselines, tell=output.note)
    stored = evaluation.store(engine, model, results)
    if as_json:
        output.emit(evaluation.as_rows(results))
    else:
        output.show(evaluation.render(results))
    output.note(f"stored in {stored}")
