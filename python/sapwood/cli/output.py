"""Where output goes: data on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, RenderableType
    from rich.table import Table

    from sapwood.checks import Check

# Wide enough that no table is cut where output goes to a file or a pipe.
_FILE_WIDTH = 140
_MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "failed": "[red]✗[/]"}


def emit(document: Any) -> None:
    """Writes one JSON document as a line of standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False, default=str) + "\n")


def data_console() -> Console:
    """Tables and other data for people."""
    return _console(stderr=False)


def log_console() -> Console:
    """Progress and notes."""
    return _console(stderr=True)


def show(renderable: RenderableType) -> None:
    """Prints something of rich to standard output; away from a terminal without the blanks that fill its lines."""
    console = data_console()
    if console.is_terminal:
        console.print(renderable)
        return
    with console.capture() as captured:
        console.print(renderable)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def note(text: str) -> None:
    """Writes one line to standard error."""
    sys.stderr.write(text + "\n")


def styled(text: str, codes: str) -> str:
    """Text for standard error in the style of these terminal codes, plain where nobody sees it or wants it."""
    return f"\033[{codes}m{text}\033[0m" if sys.stderr.isatty() and "NO_COLOR" not in os.environ else text


def warn(text: str) -> None:
    """Writes one line to standard error about something that was done without."""
    note(f"{styled('warning', '1;33')}: {' '.join(text.split())}")


def table(*columns: str, title: str | None = None) -> Table:
    """A table without frames; a column whose name starts with `>` is aligned to the right."""
    from rich.table import Table

    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column.removeprefix(">"), justify="right" if column.startswith(">") else "left")
    return made


def print_pairs(title: str, pairs: Iterable[tuple[str, object]]) -> None:
    """Prints names and values, aligned."""
    from rich.markup import escape

    made = table("", "", title=title)
    made.show_header = False
    for name, value in pairs:
        made.add_row(f"[dim]{escape(name)}[/]", escape(str(value)))
    show(made)


def print_checks(title: str, checks: Sequence[Check]) -> None:
    """Prints one line a check, with what to do below those that need something."""
    from rich.markup import escape

    made = table("", "", "", title=title)
    made.show_header = False
    for check in checks:
        made.add_row(_MARKS[check.status], check.name, escape(check.found))
        if check.fix:
            made.add_row("", "", f"[cyan]→ {escape(check.fix)}[/]")
    show(made)


def number(value: float) -> str:
    """A whole number with its thousands apart."""
    return f"{value:,.0f}".replace(",", " ")


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _FILE_WIDTH
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)
