"""Curves in characters: dots of braille joined to a line, and single points on top of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.text import Text

from sapwood.formats import count, figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

    Points = Sequence[tuple[float, float]]

# A character holds two columns and four rows of dots; the bit of each, by column and row from the top.
_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BRAILLE = 0x2800
_WIDE = 10.0
"""Values that differ by more than this factor are drawn on a logarithmic scale."""
_LINE, _POINT, _MARK = "cyan", "bold yellow", "dim"
_LABEL = 8
"""Width of the numbers at the left."""


@dataclass(frozen=True)
class Curve:
    """What is drawn: a line, single points, and places on the horizontal axis with a word each."""

    line: Points
    points: Points = ()
    marks: Sequence[tuple[float, str]] = ()

    @property
    def values(self) -> list[float]:
        """All heights."""
        return [value for _, value in (*self.line, *self.points)]

    @property
    def is_wide(self) -> bool:
        """Whether a logarithmic scale shows more."""
        values = self.values
        return bool(values) and min(values) > 0.0 and max(values) > _WIDE * min(values)


class Chart:
    """A curve as wide as there is room, `height` lines high, with its numbers at the left and below."""

    def __init__(self, curve: Curve, height: int, *, name: str = "step") -> None:
        self.curve, self.height, self.name = curve, max(2, height), name

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(8, min(options.max_width, 200) - _LABEL - 2)
        if not self.curve.values:
            yield Text(" " * _LABEL + "  nothing to draw yet", style="dim")
            return
        for label, row in zip(self._labels(), drawn(self.curve, width, self.height), strict=True):
            yield Text.assemble((f"{label:>{_LABEL}} ", "dim"), ("│", "dim"), row)
        yield Text(" " * (_LABEL + 2) + self._below(width), style="dim")

    def _labels(self) -> list[str]:
        """The value at the middle of the first, the middle and the last line; nothing at the others."""
        low, high = _range(self.curve.values)
        there, back = _scale(self.curve)
        low, high = there(low), there(high)
        labels = [""] * self.height
        for row in {0, self.height // 2, self.height - 1}:
            share = 1.0 - (row + 0.5) / self.height
            labels[row] = figure(back(low + share * (high - low)))
        return labels

    def _below(self, width: int) -> str:
        first, last = _range([x for x, _ in (*self.curve.line, *self.curve.points)])
        left, right = f"{self.name} {count(first)}", count(last)
        line = list(left + right.rjust(max(1, width - len(left))))
        for x, word in self.curve.marks:
            place = round((width - 1) * (x - first) / (last - first)) if last > first else 0
            free = line[place : place + len(word) + 2]
            if place > len(left) and len(free) == len(word) + 2 and not "".join(free).strip():
                line[place : place + len(word)] = word
        return "".join(line)


def drawn(curve: Curve, width: int, height: int) -> list[Text]:
    """The lines of a chart, `width` characters each.

    The line shows the mean of what falls into a column of dots, and goes straight from one such mean to the next.
    """
    dots = [[0] * width for _ in range(height)]
    place_x, place_y = _places(curve, 2 * width, 4 * height)
    rows = {column: place_y(value) for column, value in _columns(curve.line, place_x).items()}
    for column, row in _joined(sorted(rows.items())):
        dots[row // 4][column // 2] |= _BITS[column % 2][row % 4]
    cells = [[(chr(_BRAILLE + bits) if bits else " ", _LINE) for bits in row] for row in dots]
    for x, _ in curve.marks:
        _rule(cells, place_x(x) // 2)
    for x, value in curve.points:
        cells[place_y(value) // 4][place_x(x) // 2] = ("◆", _POINT)
    return [Text.assemble(*row) for row in cells]


def _rule(cells: list[list[tuple[str, str]]], column: int) -> None:
    """A line from top to bottom where nothing is drawn."""
    for row in cells:
        if row[column][0] == " ":
            row[column] = ("┊", _MARK)


def _joined(dots: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The dots (column, row), from left to right, and those between each two of them."""
    yield from dots[:1]
    for (left, start), (right, end) in pairwise(dots):
        steps = max(right - left, abs(end - start))
        for step in range(1, steps + 1):
            yield left + round(step * (right - left) / steps), start + round(step * (end - start) / steps)


def _columns(line: Points, place_x: Callable[[float], int]) -> dict[int, float]:
    sums: dict[int, tuple[float, int]] = {}
    for x, value in line:
        total, number = sums.get(place_x(x), (0.0, 0))
        sums[place_x(x)] = (total + value, number + 1)
    return {column: total / number for column, (total, number) in sums.items()}


def _places(curve: Curve, columns: int, rows: int) -> tuple[Callable[[float], int], Callable[[float], int]]:
    """Which column and which row of dots, from the top, a place and a value have."""
    first, last = _range([x for x, _ in (*curve.line, *curve.points)])
    there, _ = _scale(curve)
    low, high = (there(value) for value in _range(curve.values))

    def column(x: float) -> int:
        return _share(x, first, last, columns)

    def row(value: float) -> int:
        return rows - 1 - _share(there(value), low, high, rows)

    return column, row


def _share(value: float, low: float, high: float, places: int) -> int:
    if high <= low:
        return places // 2
    return min(places - 1, max(0, int((value - low) / (high - low) * places)))


def _scale(curve: Curve) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """From values to heights and back."""
    return (math.log, math.exp) if curve.is_wide else (float, float)


def _range(values: Sequence[float]) -> tuple[float, float]:
    return (min(values), max(values)) if values else (0.0, 0.0)
