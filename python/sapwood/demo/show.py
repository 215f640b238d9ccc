"""Prints the steps of the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape

from sapwood.formats import percent
from sapwood.terminal.hits import HitList, HitRow
from sapwood.terminal.indexed import print_report
from sapwood.terminal.output import print_pairs, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from sapwood import _core
    from sapwood.report.content import AnalysisExample, SearchExample


def heading(console: Console, number: int, text: str) -> None:
    """Print the title of a step."""
    console.print(f"\n[bold]{number}. {escape(text)}[/]")


def pairs(console: Console, title: str, rows: Mapping[str, str]) -> None:
    """Print names and values, aligned; lines break after commas."""
    print_pairs(title, [(name, value.split(", ")) for name, value in rows.items()], console)


def index(console: Console, report: _core.IndexReport) -> None:
    """Print what was indexed, and what was not with the reason."""
    print_report("", report, console)


def search(console: Console, example: SearchExample | None) -> None:
    """Print a search by example with what found each hit and why."""
    if example is None:
        console.print("There is no function to search with.")
        return
    console.print(f"Functions like [bold]{escape(example.symbol)}[/] ({escape(example.place)})")
    show(HitList([_hit_row(hit, example.known) for hit in example.hits]), console)
    console.print(f"[dim]{escape(example.note)}[/]\n")


def _hit_row(hit: Mapping[str, Any], known: Sequence[str]) -> HitRow:
    mark = "known counterpart" if hit["symbol"] in known else ""
    return HitRow(hit["symbol"], f"{hit['path']}:{hit['start_line']}", hit["why"], mark)


def analysis(console: Console, example: AnalysisExample | None) -> None:
    """Print the analysis of a known mistake and whether it was found."""
    if example is None:
        console.print("No function of a held-out package offers a place for a mistake.")
        return
    console.print(f"[bold]{escape(example.symbol)}[/] with a known mistake: {example.kind}, line {example.line}")
    console.print(f"  [red]- {escape(example.before.strip())}[/]\n  [green]+ {escape(example.after.strip())}[/]")
    console.print(f"  probability of a bug: {percent(example.probability_before)} before, ", end="")
    console.print(f"{percent(example.probability_after)} after")
    lines = ", ".join(f"{line} ({score:.2f})" for line, score in example.lines) or "none"
    imports = ", ".join(f"{escape(name)} ({score:.2f})" for name, score in example.imports) or "none"
    console.print(f"  lines named: {lines}\n  imports named: {imports}")
    if example.untrained:
        console.print(f"  untrained, so silent: {', '.join(example.untrained)}")
    console.print(f"  {example.verdict()}")


def commands(console: Console, lines: Sequence[str]) -> None:
    """Print what to type next."""
    console.print("\nIn your own folder:")
    for line in lines:
        console.print(f"  {line}", markup=False)
