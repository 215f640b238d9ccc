"""Hits of a search on a terminal: a table where it fits, else two lines a hit, so that no name is ever cut."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rich.measure import Measurement
from rich.padding import Padding
from rich.text import Text

from sapwood.terminal.output import Items, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.table import Table


# Between the legs, not between the words that one of them names.
_NEXT_LEG = re.compile(r", (?=[a-z]+ #)")


class HitRow(NamedTuple):
    """One hit as it is shown."""

    symbol: str
    place: str
    why: str
    """The legs that found it, apart by commas."""
    mark: str = ""
    """What else is known of it."""

    def name(self) -> Text:
        """The symbol, and what is known of it."""
        return Text.assemble((self.symbol, "bold"), (f" ({self.mark})" if self.mark else "", "green"))


class HitList:
    """The hits, best first."""

    def __init__(self, rows: Sequence[HitRow]) -> None:
        self.rows = rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        made = self._table()
        if Measurement.get(console, options.update(max_width=10_000), made).maximum <= options.max_width:
            yield made
        else:
            yield from self._blocks()

    def _table(self) -> Table:
        made = table(">", "function", "place", "found by")
        for rank, row in enumerate(self.rows, start=1):
            made.add_row(str(rank), row.name(), Text(row.place), Text(row.why, style="dim"))
        return made

    def _blocks(self) -> Iterator[RenderableType]:
        for rank, row in enumerate(self.rows, start=1):
            yield Text.assemble(f"{rank:>2}  ", row.name(), overflow="fold")
            legs = _NEXT_LEG.split(row.why)
            yield Padding(Items([row.place, *legs], " · "), (0, 0, 0, 4), style="dim")
