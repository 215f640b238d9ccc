"""Where output goes: data on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.measure import Measurement
    from rich.table import Table

    from sapwood.checks import Check

# In a file or a pipe nothing is cut or wrapped: whoever reads it there can.
_FILE_WIDTH = 1000
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


def show(renderable: RenderableType, console: Console | None = None) -> None:
    """Prints something of rich, to standard output by default; away from a terminal without blanks at ends of lines."""
    console = console or data_console()
    if console.is_terminal:
        console.print(renderable)
        return
    with console.capture() as captured:
        console.print(renderable)
    console.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


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


def print_pairs(
    title: str, pairs: Iterable[tuple[str, object | Sequence[str]]], console: Console | None = None
) -> None:
    """Prints names and values, aligned; of a list of texts, each stays whole on its line."""
    from rich.markup import escape

    made = table("", "", title=title or None)
    made.show_header = False
    for name, value in pairs:
        made.add_row(f"[dim]{escape(name)}[/]", Items(value) if isinstance(value, list) else escape(str(value)))
    show(made, console)


def print_checks(title: str, checks: Sequence[Check]) -> None:
    """Prints one line a check, with what to do below those that need something."""
    from rich.markup import escape

    made = table("", "", "", title=title)
    made.show_header = False
    for check in checks:
        made.add_row(_MARKS[check.status], check.name, Items(check.found.split(", ")))
        if check.fix:
            made.add_row("", "", f"[cyan]→ {escape(check.fix)}[/]")
    show(made)


class Items:
    """Texts side by side with `between` behind each but the last; a line ends between two of them, never inside one."""

    def __init__(self, items: Sequence[str], between: str = ", ") -> None:
        self.items = [item + between for item in items[:-1]] + list(items[-1:])

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        from rich.measure import Measurement

        longest = max((len(item.rstrip()) for item in self.items), default=0)
        return Measurement(min(longest, options.max_width), min(sum(map(len, self.items)), options.max_width))

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        lines = [""]
        for item in self.items:
            if lines[-1] and len(lines[-1]) + len(item.rstrip()) > options.max_width:
                lines.append("")
            lines[-1] += item
        yield Text("\n".join(line.rstrip() for line in lines))


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _FILE_WIDTH
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)
