"""`graph export` and `graph draw`."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sapwood.cli.options import Json, Workspace, open_workspace
from sapwood.errors import BadInputError, PathMissingError, unreadable
from sapwood.terminal import output, progress

if TYPE_CHECKING:
    from sapwood.graph import Graph


class Format(StrEnum):
    """Formats of an exported graph."""

    JSONL = "jsonl"
    PARQUET = "parquet"
    PYG = "pyg"


DEFAULT_OUTPUTS = {Format.PARQUET: Path("graph"), Format.PYG: Path("graph.safetensors")}
"""Where formats that are no text go unless told otherwise; JSON lines go to standard output."""

_NAMED: Final = 10
"""Modules that are not drawn are named so far."""

Sources = Annotated[
    Path | None, typer.Argument(metavar="PATH", help="Folder with the sources.", show_default=False, readable=False)
]


def export(
    path: Sources = None,
    format_: Annotated[
        Format, typer.Option("--format", help="jsonl, parquet (two tables) or pyg (for sapwood.load_pyg).")
    ] = Format.JSONL,
    to: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Default: jsonl to stdout; here, pyg to graph.safetensors, parquet to the folder graph/.",
            show_default=False,
            readable=False,
        ),
    ] = None,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Write the project graph as JSON lines, Parquet tables or for PyG.

    Reads PATH anew and leaves nothing behind there; without PATH it takes the stored index of the workspace.

    \b
    Example:
      sapwood graph export . --format jsonl > graph.jsonl
      sapwood graph export . --format parquet --output graph
    """
    target = to or DEFAULT_OUTPUTS.get(format_)
    _require_folder(target)
    graph = _graph(path, workspace)
    if target is None:
        for line in graph.to_jsonl():
            sys.stdout.write(line)
        return
    write = {Format.JSONL: graph.write_jsonl, Format.PARQUET: graph.write_parquet, Format.PYG: graph.write_pyg}
    try:
        files = write[format_](target)
    except OSError as error:
        raise unreadable(str(target), error) from None
    if to is None:
        output.note(f"no --output was given, so it is in the working directory: {target.absolute()}")
    _report(graph, format_, files, as_json=as_json)


def draw(
    path: Sources = None,
    to: Annotated[
        Path, typer.Option("--output", metavar="FILE", help="A .png, .svg or .pdf file.", readable=False)
    ] = Path("modules.png"),
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Draw which modules use which others.

    Reads PATH anew and leaves nothing behind there; without PATH it takes the stored index of the workspace. Modules
    that neither use others nor are used are not drawn but named. Of more than 120 modules the packages are drawn.

    \b
    Example:
      sapwood graph draw . --output modules.png
    """
    from sapwood.dependencies import require

    require("matplotlib", "networkx")
    from sapwood.modules import KINDS, MOST_DRAWN, draw_modules

    if to.suffix not in KINDS:
        message = f"cannot draw into {to}; give --output a file that ends in {', '.join(KINDS)}"
        raise BadInputError(message)
    _require_folder(to)
    graph = _graph(path, workspace)
    try:
        drawing = draw_modules(graph, to)
    except OSError as error:
        raise unreadable(str(to), error) from None
    if drawing.packages and not as_json:
        output.note(
            f"drawn by packages, for there are more than {MOST_DRAWN} modules; give a folder of fewer to see them"
        )
    if drawing.alone and not as_json:
        output.note(_not_drawn(drawing.alone))
    _report(graph, to.suffix[1:], [to], as_json=as_json, not_drawn=drawing.alone, packages=drawing.packages)


def _not_drawn(alone: list[str]) -> str:
    more = len(alone) - _NAMED
    names = ", ".join(alone[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"not drawn, for they neither use other modules nor are used: {names}"


def _require_folder(target: Path | None) -> None:
    """Refuses to write into a folder that there is not, before anything is read."""
    if target is not None and not target.parent.is_dir():
        message = f"{target.parent} does not exist; make that folder first, or give another --output"
        raise PathMissingError(message)


def _graph(path: Path | None, workspace: Path | None) -> Graph:
    from sapwood.graph import Graph

    return Graph(open_workspace(workspace).index_data()) if path is None else _graph_in_passing(path)


def _graph_in_passing(path: Path) -> Graph:
    from sapwood import _core
    from sapwood.graph import Graph

    with progress.indexing() as on_progress:
        index, report = _core.index_path(os.fspath(path), [], on_progress)
    for skipped in report["skipped"]:
        output.note(f"left out {skipped['path']}: {skipped['reason']}")
    return Graph(index)


def _report(graph: Graph, format_: str, files: list[Path], *, as_json: bool, **more: object) -> None:
    """Says what was written; the files are the data."""
    if as_json:
        names = [str(file) for file in files]
        output.emit({"format": format_, "files": names, "nodes": graph.node_count, "edges": graph.edge_count, **more})
        return
    from sapwood.formats import counted

    output.note(f"{counted('nodes', graph.node_count)}, {counted('edges', graph.edge_count)}")
    for file in files:
        sys.stdout.write(f"{file}\n")
