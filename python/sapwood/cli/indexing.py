"""`index`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sapwood.cli.options import Json, Workspace
from sapwood.terminal import output, progress
from sapwood.terminal.indexed import print_report, renewal_line

if TYPE_CHECKING:
    from sapwood import _core
    from sapwood.errors import DamagedIndexError, SapwoodError


def index(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder with the sources.", readable=False)] = Path(),
    workspace: Workspace = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Ignore pattern, such as tests/; may be repeated.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Then follow the folder: one line a change, until Ctrl-C.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Index a code base: files, graph, features, trees.

    Makes the workspace PATH/.sapwood/ where there is none. Files that can't be taken are left out and named. Only files
    that changed since the last time are read anew.

    \b
    Example:
      sapwood index .
      sapwood index src --exclude 'tests/' --json
      sapwood index . --watch
    """
    engine = workspace_of(path, workspace, exclude)
    with progress.indexing() as on_progress:
        report = engine.index(on_progress)
    if as_json:
        output.emit({"root": engine.root, "workspace": engine.workspace_path, **report})
    else:
        print_report(f"Indexed {engine.root}", report)
    if watch:
        # Whoever reads along a pipe waits for what there is, not for a full buffer.
        sys.stdout.flush()
        output.note(f"following {engine.root}; Ctrl-C ends it")
        engine.watch(_emit_renewal if as_json else _note_renewal)


def _emit_renewal(renewal: _core.Renewal | SapwoodError) -> None:
    if isinstance(renewal, dict):
        output.emit(renewal)
    else:
        output.emit({"error": {"code": renewal.code, "message": str(renewal)}})
    sys.stdout.flush()


def _note_renewal(renewal: _core.Renewal | SapwoodError) -> None:
    if isinstance(renewal, dict):
        output.note(renewal_line(renewal))
    else:
        output.warn(str(renewal))


def workspace_of(path: Path, workspace: Path | None, exclude: list[str] | None) -> _core.Engine:
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
