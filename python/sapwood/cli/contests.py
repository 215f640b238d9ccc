"""`data codecontests`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sapwood.cli.data import rows_of
from sapwood.cli.options import Json, Workspace, open_workspace
from sapwood.terminal import output, progress
from sapwood.terminal.interrupt import stop_on_interrupt


class Language(StrEnum):
    """Languages of solutions that can be read."""

    PYTHON = "python"
    CPP = "cpp"
    JAVA = "java"


def codecontests(
    target: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="DIR",
            help="Folder for the files; default: data/codecontests in the workspace, codecontests here without one.",
            readable=False,
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Problems at most; default: all.")] = None,
    source: Annotated[
        str, typer.Option(metavar="PATH|NAME", help="A folder or file in the same schema, or a name on the hub.")
    ] = "deepmind/code_contests",
    language: Annotated[Language, typer.Option(help="Language of the solutions.")] = Language.PYTHON,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Seed of the two parts.")] = 42,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Bring programming problems with tests into files.

    Reads CodeContests from the Hugging Face hub or a copy, and writes train.jsonl and test.jsonl (80/20 by problem,
    without near-duplicates), statistics.json, and outcomes.jsonl, which `train graphsage data.outcomes=FILE` takes.

    Ctrl-C keeps what was read; the same command goes on from there, also with a higher --limit.

    \b
    Example:
      sapwood data codecontests --limit 500
      sapwood data codecontests --source problems.jsonl --output problems
    """
    from sapwood.data.codecontests import Collection, collect, conclude
    from sapwood.errors import InterruptedRun

    folder = target or _default(workspace)
    collection = Collection(folder, source, str(language), limit, seed)
    with stop_on_interrupt("keeping what was read") as should_stop, progress.counting("problems") as on_problem:

        def heed_stop() -> None:
            if should_stop():
                message = f"stopped; what was read is in {folder}, and the same command goes on from there"
                raise InterruptedRun(message)

        output.note(f"reading {source}")
        collect(collection, on_problem, heed_stop)
    statistics = conclude(collection)
    if as_json:
        output.emit({"output": str(folder), **statistics})
    else:
        output.print_pairs(f"Programming problems in {folder}", list(rows_of(_counts(statistics))))


def _default(workspace: Path | None) -> Path:
    from sapwood.errors import NoWorkspaceError

    try:
        return Path(open_workspace(workspace).workspace_path, "data", "codecontests")
    except NoWorkspaceError:
        if workspace is not None:
            raise
        return Path("codecontests")


def _counts(statistics: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in statistics.items() if not isinstance(value, str) and name != "seed"}
