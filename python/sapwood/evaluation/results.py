"""Rows of an evaluation and the three ways to show them: JSON, Markdown and a terminal table."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table as Terminal
from rich.text import Text

from sapwood import _core
from sapwood.formats import count, share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from rich.console import Console, ConsoleOptions, RenderResult

    from sapwood.evaluation.metrics import Mean

MINIMUM_QUERIES = 5
"""With fewer queries than this a row says so and gives no value."""
CONTROL = "labels permuted"
"""Marks the name of a method that was scored on shuffled answers."""


@dataclass(frozen=True, slots=True)
class Result:
    """One measured value.

    Attributes:
        task: what was asked, in words.
        queries: where the queries come from.
        candidates: what the answer is chosen from.
        method: who answered.
        metric: name of the measure; higher is better for all of them.
        value: the measure, in [0, 1]; None where it could not be measured (``note`` says why).
        error: standard error over queries, None where nothing was sampled, as for exact chance.
        n: number of queries (or decisions) behind the value.
        is_baseline: True for methods that learn nothing, and for controls.
        note: what a reader has to know beside the value.
        choices: how many candidates a query has at most, where they can be counted.
    """

    task: str
    queries: str
    candidates: str
    method: str
    metric: str
    value: float | None
    n: int
    is_baseline: bool
    error: float | None = None
    note: str = ""
    choices: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """What all rows of one task share; makes the rows."""

    task: str
    queries: str
    candidates: str
    choices: int | None = None

    def row(self, method: str, metric: str, mean: Mean, *, is_baseline: bool, note: str = "") -> Result:
        """Make a row, without its value where too few queries are behind it."""
        if mean.n < MINIMUM_QUERIES:
            return self.missing(method, metric, mean.n, f"too few queries (n = {mean.n})", is_baseline=is_baseline)
        row = self.missing(method, metric, mean.n, note, is_baseline=is_baseline)
        return replace(row, value=mean.value, error=mean.error)

    def missing(self, method: str, metric: str, n: int, note: str, *, is_baseline: bool) -> Result:
        """Make a row that says why there is no value."""
        return Result(
            task=self.task,
            queries=self.queries,
            candidates=self.candidates,
            method=method,
            metric=metric,
            value=None,
            n=n,
            is_baseline=is_baseline,
            note=note,
            choices=self.choices,
        )


def write_json(path: Path, results: Sequence[Result], **about: Any) -> None:
    """Write ``{**about, "results": [...]}`` in one atomic step; ``about`` names model, version, data and machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**about, "results": [asdict(result) for result in results]}, indent=2) + "\n"
    _core.write_atomic(str(path), text.encode())


def read_json(path: Path) -> list[Result]:
    """Read the rows that `write_json` wrote."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["results"]
    return [Result(**row) for row in rows]


def by_task(results: Iterable[Result]) -> dict[tuple[str, str, str], list[Result]]:
    """Group rows into tables: same task, query set and candidates; order of first appearance."""
    groups: dict[tuple[str, str, str], list[Result]] = {}
    for result in results:
        groups.setdefault((result.task, result.queries, result.candidates), []).append(result)
    return groups


@dataclass(frozen=True, slots=True)
class Grid:
    """One table laid out: methods down, metrics across."""

    metrics: list[str]
    methods: list[str]
    cells: dict[tuple[str, str], Result]

    @classmethod
    def of(cls, rows: Sequence[Result]) -> Grid:
        """Lay out the rows of one task that have a value."""
        rows = [row for row in rows if row.value is not None]
        metrics = list(dict.fromkeys(row.metric for row in rows))
        methods = list(dict.fromkeys(row.method for row in rows))
        return cls(metrics, methods, {(row.method, row.metric): row for row in rows})

    def heading(self, metric: str) -> str:
        """Name a metric with its n."""
        counts = sorted({row.n for (_, name), row in self.cells.items() if name == metric})
        return f"{metric} (n={'/'.join(map(count, counts))})"

    def text(self, method: str, metric: str) -> str:
        """Show one cell: value ± standard error, or a dash."""
        row = self.cells.get((method, metric))
        return self.value(method, metric) + (f" ± {share(row.error)}" if row is not None and row.error else "")

    def value(self, method: str, metric: str) -> str:
        """Show one cell without its standard error."""
        row = self.cells.get((method, metric))
        return "-" if row is None or row.value is None else share(row.value)

    def largest_error(self) -> float:
        """Give the largest standard error of the table."""
        return max((row.error or 0.0 for row in self.cells.values()), default=0.0)

    def is_best(self, method: str, metric: str) -> bool:
        """Say whether this method has the highest value of the metric."""
        values = [row.value for (_, name), row in self.cells.items() if name == metric and row.value is not None]
        row = self.cells.get((method, metric))
        return row is not None and row.value is not None and row.value == max(values)

    def is_baseline(self, method: str) -> bool:
        """Say whether the method learns nothing."""
        return any(row.is_baseline for (name, _), row in self.cells.items() if name == method)

    def notes(self) -> list[str]:
        """Collect what is said beside values, one line a note, with the methods that it is about unless it is all."""
        methods: dict[str, set[str]] = {}
        for row in self.cells.values():
            if row.note:
                methods.setdefault(row.note, set()).add(row.method)
        everybody = set(self.methods)
        return [
            note if said_of == everybody else f"{', '.join(sorted(said_of))}: {note}"
            for note, said_of in methods.items()
        ]


def markdown(results: Sequence[Result]) -> str:
    """Write the rows as Markdown tables, one a task; the best value of a column is bold."""
    return "\n".join(_markdown_table(key, rows) for key, rows in by_task(results).items())


def _markdown_table(key: tuple[str, str, str], rows: Sequence[Result]) -> str:
    task, queries, candidates = key
    grid = Grid.of(rows)
    if not grid.cells:
        return f"**{task}.** {_not_measured(rows)}\n"
    head = ["method", "learned", *map(grid.heading, grid.metrics)]
    lines = [f"**{task}.** Queries: {queries}. Candidates: {candidates}.", "", _bar(head)]
    lines.append("|---|---|" + "---:|" * len(grid.metrics))
    for method in grid.methods:
        cells = [_bold(grid.text(method, metric), bold=grid.is_best(method, metric)) for metric in grid.metrics]
        lines.append(_bar([method, _learned(method, grid), *cells]))
    lines += ["", *(f"- {note}" for note in grid.notes()), ""]
    return "\n".join(lines)


def _learned(method: str, grid: Grid) -> str:
    if CONTROL in method:
        return "control"
    return "no" if grid.is_baseline(method) else "yes"


def _bar(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _bold(text: str, *, bold: bool) -> str:
    return f"**{text}**" if bold else text


def _not_measured(rows: Sequence[Result]) -> str:
    """Say in a sentence why a task has no value at all."""
    return f"Not measured: {next((row.note for row in rows if row.note), 'no answers')}."


def render(results: Sequence[Result]) -> Group:
    """Show the rows on a terminal, one table a task."""
    return Group(*(_TerminalTable(key, rows) for key, rows in by_task(results).items()))


class _TerminalTable:
    """The rows of one task as wide as the terminal allows: where it is narrow, standard errors stand below."""

    def __init__(self, key: tuple[str, str, str], rows: Sequence[Result]) -> None:
        self.task, self.queries, self.candidates = key
        self.rows = rows
        self.grid = Grid.of(rows)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(self.task, style="bold")
        if not self.grid.cells:
            yield Text(f"{_not_measured(self.rows)}\n")
            return
        whole = self._table(self.grid.text)
        fits = Measurement.get(console, options.update(max_width=10_000), whole).maximum <= options.max_width
        yield whole if fits else self._table(self.grid.value)
        notes = [f"queries: {self.queries}", f"candidates: {self.candidates}", *self.grid.notes()]
        if not fits:
            notes.append(f"standard errors: at most {share(self.grid.largest_error())}")
        for note in notes:
            yield Padding(Text(note), (0, 0, 0, 2), style="dim")
        yield Text()

    def _table(self, cell: Callable[[str, str], str]) -> Terminal:
        grid = self.grid
        made = Terminal(box=None, pad_edge=False, header_style="bold")
        made.add_column("method", vertical="top")
        for metric in grid.metrics:
            made.add_column(grid.heading(metric).replace(" (", "\n("), justify="right", no_wrap=True)
        for method in grid.methods:
            cells = [
                Text(cell(method, metric), style="bold" if grid.is_best(method, metric) else "")
                for metric in grid.metrics
            ]
            made.add_row(method, *cells, style="dim" if grid.is_baseline(method) else None)
        return made
