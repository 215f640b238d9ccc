"""`search`: never imports torch."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sapwood.cli.options import Count, Json, Workspace, open_workspace
from sapwood.terminal import output

if TYPE_CHECKING:
    from sapwood.answers import Hit
    from sapwood.engine import Engine


def search(
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="WORDS | FILE:LINE", help="Words, or a place in an indexed file.", show_default=False),
    ] = None,
    code: Annotated[
        str | None, typer.Option("--code", metavar="FILE|-", help="Find functions like this code; - reads stdin.")
    ] = None,
    language: Annotated[str, typer.Option(help="Language of --code.")] = "python",
    k: Count = 10,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Find functions by words, place or example.

    \b
    Example:
      sapwood search "parse command line" -k 5
      sapwood search json/decoder.py:343
      sapwood search --code snippet.py
    """
    if bool(query) == (code is not None):
        raise typer.BadParameter("give either WORDS, FILE:LINE or --code")
    from sapwood.cli.files import read_text
    from sapwood.engine import Engine

    engine = Engine(open_workspace(workspace))
    words = " ".join(query or [])
    hits = engine.search(words, k) if code is None else engine.search_code(read_text(code), language, k)
    if code is not None or engine.place_of(words) is not None:
        _warn_without_vectors(engine)
    if as_json:
        output.emit({"hits": [asdict(hit) for hit in hits]})
    else:
        print_hits(hits)


def _warn_without_vectors(engine: Engine) -> None:
    problem = engine.vectors_problem
    if problem is not None:
        output.warn(f"searched without learned vectors: {problem}")


def print_hits(hits: list[Hit]) -> None:
    """Prints the name and place of each hit, and the legs that found it with the rank on each."""
    if not hits:
        output.note("nothing found")
        return
    from sapwood.terminal.hits import HitList, HitRow

    output.show(HitList([HitRow(hit.symbol, f"{hit.path}:{hit.start_line}", hit.why) for hit in hits]))
