"""Prints the steps of the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from sapwood.report.figures import index_rows, skipped_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from sapwood.report.content import AnalysisExample, SearchExample


def heading(console: Console, number: int, text: str) -> None:
    """Print the title of a step."""
    console.print(f"\n[bold]{number}. {escape(text)}[/]")


def pairs(console: Console, title: str, rows: Iterable[tuple[str, str]]) -> None:
    """Print names and values, aligned."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(escape(name), escape(value))
    console.print(table)


def index(console: Console, report: Mapping[str, Any]) -> None:
    """Print what was indexed, and what was not with the reason."""
    pairs(console, "", index_rows(report))
    for line in skipped_lines(report):
        console.print(f"  left out {line}", markup=False, soft_wrap=True)


def search(console: Console, example: SearchExample | None) -> None:
    """Print a search by example with what found each hit and why."""
    if example is None:
        console.print("There is no function to search with.")
        return
    console.print(f"Functions like [bold]{escape(example.symbol)}[/] ({escape(example.place)})")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("", "function", "where", "why"):
        table.add_column(column, overflow="fold")
    for number, hit in enumerate(example.hits, 1):
        mark = " [green](known counterpart)[/]" if hit["symbol"] in example.known else ""
        where = f"{hit['path']}:{hit['start_line']}"
        table.add_row(str(number), escape(hit["symbol"]) + mark, escape(where), escape(hit["why"]))
    console.print(table)
    console.print(f"[dim]{escape(example.note)}[/]")


def analysis(console: Console, example: AnalysisExample | None) -> None:
    """Print the analysis of a known mistake and whether it was found."""
    if example is None:
        console.print("No function of a held-out package offers a place for a mistake.")
        return
    console.print(f"[bold]{escape(example.symbol)}[/] with a known mistake: {example.kind}, line {example.line}")
    console.print(f"  [red]- {escape(example.before.strip())}[/]\n  [green]+ {escape(example.after.strip())}[/]")
    console.print(f"  probability of a bug: {_percent(example.probability_before)} before, ", end="")
    console.print(f"{_percent(example.probability_after)} after")
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


def _percent(probability: float | None) -> str:
    return "unknown" if probability is None else f"{100 * probability:.2f} %"
