"""What was indexed, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sapwood.formats import count, figure
from sapwood.terminal import output

if TYPE_CHECKING:
    from rich.console import Console

    from sapwood import _core

_NAMED: Final = 3


def print_report(title: str, report: _core.IndexReport, console: Console | None = None) -> None:
    """Prints what was indexed and what was not."""
    from sapwood.report.figures import index_rows, skipped_lines

    console = console or output.data_console()
    output.print_pairs(title, index_rows(report), console)
    for line in skipped_lines(report):
        console.print(f"  {line}", markup=False, soft_wrap=True)


def renewal_line(renewal: _core.Renewal) -> str:
    """One line about an index that was renewed: what changed, and what it took."""
    report = renewal["report"]
    kinds = {"added": renewal["added"], "changed": renewal["changed"], "removed": renewal["removed"]}
    left_out = [f"{entry['path']} ({entry['reason']})" for entry in renewal["left_out"]]
    changes = [f"{kind} {_few(paths)}" for kind, paths in {**kinds, "left out": left_out}.items() if paths]
    changes = changes or ["no indexed file changed"]
    read = f"{count(report['files_read'])} of {count(report['files'])} files read anew in {figure(report['seconds'])} s"
    return f"{' · '.join(changes)}: {read}"


def _few(paths: list[str]) -> str:
    """The first paths, and how many more there are."""
    more = len(paths) - _NAMED
    return ", ".join(paths[:_NAMED]) + (f" and {count(more)} more" if more > 0 else "")
