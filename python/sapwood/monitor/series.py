"""A curve of any length in bounded memory."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

MOST = 4096
"""Points that are kept: more than a terminal has dots."""


@dataclass
class Series:
    """Points (x, y) with rising x; where there are too many, each two become their mean."""

    points: list[tuple[float, float]] = field(default_factory=list)
    _share: int = 1
    _waiting: list[tuple[float, float]] = field(default_factory=list)

    def add(self, x: float, y: float) -> None:
        """Appends a point; one whose x was there before starts over from it, as a run does that went back."""
        if not math.isfinite(y):
            return
        last = (self._waiting or self.points or [(-math.inf, 0.0)])[-1][0]
        if x <= last:
            self.points = [point for point in self.points if point[0] < x]
            self._waiting = [point for point in self._waiting if point[0] < x]
        self._waiting.append((x, y))
        if len(self._waiting) >= self._share:
            self.points.append(_mean(self._waiting))
            self._waiting = []
        if len(self.points) > MOST:
            self._halve()

    def _halve(self) -> None:
        pairs = zip(self.points[::2], self.points[1::2], strict=False)
        self.points = [_mean(list(pair)) for pair in pairs]
        self._share *= 2


def _mean(points: list[tuple[float, float]]) -> tuple[float, float]:
    xs, ys = zip(*points, strict=True)
    return sum(xs) / len(points), sum(ys) / len(points)
