"""What was indexed, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sapwood.terminal import output

if TYPE_CHECKING:
    from rich.console import Console

    from sapwood import _core


def print_report(title: str, report: _core.IndexReport, console: Console | None = None) -> None:
    """Prints what was indexed and what was not."""
    from sapwood.report.figures import index_rows, skipped_lines

    console = console or output.data_console()
    output.print_pairs(title, index_rows(report), console)
    for line in skipped_lines(report):
        console.print(f"  {line}", markup=False, soft_wrap=True)
