"""Arguments that several commands take, written once, and the workspace that they lead to."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sapwood import naming

if TYPE_CHECKING:
    from sapwood import _core


class Model(StrEnum):
    """Models with weights."""

    GRAPHSAGE = naming.GRAPHSAGE
    TREE_LSTM = naming.TREE_LSTM


class Encoder(StrEnum):
    """Everything that embeds."""

    TREE_LSTM = naming.TREE_LSTM
    GRAPHSAGE = naming.GRAPHSAGE
    STRUCTURE = naming.STRUCTURE


Workspace = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        metavar="DIR",
        help="Folder with the workspace; default: the nearest parent with a .sapwood/.",
        readable=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON to stdout.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="YAML file laid over the default settings.", readable=False),
]
Overrides = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SECTION.KEY=VALUE]...", show_default=False, help="Settings laid over all others."),
]
ModelName = Annotated[Model, typer.Argument(metavar="MODEL", help="graphsage or tree-lstm.", show_default=False)]


def _count(text: str | int) -> int:
    """A number from 1 on; nobody has more functions than fit in 31 bits."""
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 1:
        message = f"{text} is no number of results; give a whole number from 1 on, such as -k 10"
        raise typer.BadParameter(message)
    return min(count, 2**31)


Count = Annotated[int, typer.Option("-k", metavar="N", parser=_count, help="How many to show.")]


def open_workspace(workspace: Path | None) -> _core.Engine:
    """The workspace of `--workspace`, or the nearest one at or above the working directory.

    Raises:
        NoWorkspaceError: There is none.
    """
    from sapwood import _core

    return _core.Engine.open(".", None if workspace is None else os.fspath(workspace))
