"""`index` and `graph export`."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sapwood.cli.options import Json, Workspace, open_workspace
from sapwood.terminal import output, progress
from sapwood.terminal.indexed import print_report

if TYPE_CHECKING:
    from sapwood import _core
    from sapwood.errors import DamagedIndexError


class Format(StrEnum):
    """Formats of an exported graph."""

    JSONL = "jsonl"


def index(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder with the sources.", readable=False)] = Path(),
    workspace: Workspace = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Ignore pattern, such as tests/; may be repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Index a code base: files, graph, features, trees.

    Makes the workspace PATH/.sapwood/ where there is none. Files that can't be taken are left out and named.

    \b
    Example:
      sapwood index .
      sapwood index src --exclude 'tests/' --json
    """
    engine = _engine(path, workspace, exclude)
    with progress.indexing() as on_progress:
        report = engine.index(on_progress)
    if as_json:
        output.emit({"root": engine.root, "workspace": engine.workspace_path, **report})
    else:
        print_report(f"Indexed {engine.root}", report)


def _engine(path: Path, workspace: Path | None, exclude: list[str] | None) -> _core.Engine:
    """The workspace of these sources, made where there is none; without `exclude` it keeps its own patterns."""
    from sapwood import _core
    from sapwood.errors import DamagedIndexError

    sources, place = os.fspath(path), None if workspace is None else os.fspath(workspace)
    if exclude is None and _holds_workspace(workspace or path):
        try:
            engine = _core.Engine.open(sources, place)
        except DamagedIndexError as error:
            _tell_renewed(error)
        else:
            if _is_root(engine, path):
                return engine
    return _core.Engine.create(sources, place, exclude or [])


def _tell_renewed(error: DamagedIndexError) -> None:
    from sapwood.formats import what_and_fix

    what, _ = what_and_fix(str(error))
    output.warn(f"{what}; it is made anew without its exclude patterns, and kept as workspace.json.damaged")


def _is_root(engine: _core.Engine, path: Path) -> bool:
    """Whether the workspace is that of these sources, which may have been moved since."""
    root = Path(engine.root)
    return root.exists() and root.samefile(path)


def _holds_workspace(folder: Path) -> bool:
    try:
        return (folder / ".sapwood").is_dir()
    except PermissionError:
        return False


def export(
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="Folder with the sources.", show_default=False, readable=False)
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="Format of the output.")] = Format.JSONL,
    workspace: Workspace = None,
    as_json: Annotated[bool, typer.Option("--json", help="Errors as JSON too; the graph always is.")] = False,
) -> None:
    """Write nodes, then edges, one JSON object a line.

    Reads PATH anew and leaves nothing behind; without PATH it takes the stored index of the workspace.

    \b
    Example:
      sapwood graph export . --format jsonl > graph.jsonl
    """
    del format_, as_json
    graph = open_workspace(workspace).index_data() if path is None else _index_in_passing(path)
    for line in graph.graph_jsonl():
        sys.stdout.write(line)


def _index_in_passing(path: Path) -> _core.Index:
    from sapwood import _core

    with progress.indexing() as on_progress:
        graph, report = _core.index_path(os.fspath(path), [], on_progress)
    for skipped in report["skipped"]:
        output.note(f"left out {skipped['path']}: {skipped['reason']}")
    return graph
