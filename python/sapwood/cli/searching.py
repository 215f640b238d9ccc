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
    language: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Language of --code; default: by extension, by first line, else by how it reads.",
            show_default=False,
        ),
    ] = None,
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
      echo "fn area(w: u32, h: u32) -> u32 { w * h }" | sapwood search --code -
    """
    if bool(query) == (code is not None):
        raise typer.BadParameter("give either WORDS, FILE:LINE or --code")
    if language is not None and code is None:
        raise typer.BadParameter("--language is for --code alone; leave it out")
    from sapwood.engine import Engine

    engine = Engine(open_workspace(workspace))
    asked, hits = _by_words(engine, " ".join(query or []), k) if code is None else _by_code(engine, code, language, k)
    problem = None if asked["kind"] == "words" else engine.vectors_problem
    if problem is not None:
        output.warn(f"searched without learned vectors: {problem}")
    if as_json:
        output.emit({"query": asked, "without_vectors": problem, "hits": [asdict(hit) for hit in hits]})
    else:
        print_hits(hits)


def _by_words(engine: Engine, words: str, k: int) -> tuple[dict[str, str | int], list[Hit]]:
    place = engine.place_of(words)
    asked: dict[str, str | int] = {"kind": "words", "words": words}
    if place is not None:
        asked = {"kind": "place", "path": place[0], "line": place[1]}
    return asked, engine.search(words, k)


def _by_code(engine: Engine, file: str, language: str | None, k: int) -> tuple[dict[str, str | int], list[Hit]]:
    from sapwood.cli.files import language_of, read_text

    text = read_text(file)
    language = language or language_of(file, text)
    return {"kind": "code", "file": file, "language": language}, engine.search_code(text, language, k)


def print_hits(hits: list[Hit]) -> None:
    """Prints the name and place of each hit, and the legs that found it with the rank on each."""
    if not hits:
        output.note("nothing found")
        return
    from sapwood.terminal.hits import HitList, HitRow

    output.show(HitList([HitRow(hit.symbol, f"{hit.path}:{hit.start_line}", hit.why) for hit in hits]))
