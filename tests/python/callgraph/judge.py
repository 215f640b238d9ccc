"""Precision and recall of call edges against the expected ones, by category and overall."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Edge = tuple[str, str]


@dataclass(frozen=True)
class Score:
    """Counts of edges: found and expected, found but not expected, expected but not found."""

    right: int = 0
    invented: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of the found edges that are expected, 0 to 1; 1 where nothing was found."""
        found = self.right + self.invented
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        """Share of the expected edges that were found, 0 to 1; 1 where nothing is expected."""
        expected = self.right + self.missed
        return self.right / expected if expected else 1.0

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.invented + other.invented, self.missed + other.missed)


def edges_of(calls: Mapping[str, Iterable[str]]) -> set[Edge]:
    """Return a mapping from callers to callees as pairs."""
    return {(caller, callee) for caller, callees in calls.items() for callee in callees}


def expected_edges(expected: Mapping[str, Any]) -> set[Edge]:
    """Return the edges of an `expected.json`."""
    return edges_of(expected["calls"])


def exported_edges(lines: Iterable[str], least: float = 0.0) -> set[Edge]:
    """Return the calls between nodes of the project in the lines of `graph export --format jsonl`.

    Edges with a confidence below `least` (0 to 1) are left out.
    """
    return {edge for edge, leaves, confidence in exported_calls(lines) if not leaves and confidence >= least}


def exported_externals(lines: Iterable[str]) -> set[Edge]:
    """Return the calls that leave the project in the lines of `graph export --format jsonl`."""
    return {edge for edge, leaves, _ in exported_calls(lines) if leaves}


def exported_calls(lines: Iterable[str]) -> list[tuple[Edge, bool, float]]:
    """Return each call with whether it leaves the project, and its confidence (0 to 1)."""
    rows = [json.loads(line) for line in lines]
    nodes = {row["id"]: row for row in rows if row["type"] == "node"}
    calls = [row for row in rows if row["type"] == "edge" and row["kind"] == "calls"]
    ends = [(nodes[row["source"]], nodes[row["target"]], row["confidence"]) for row in calls]
    return [((one["name"], other["name"]), other["kind"] == "external", sure) for one, other, sure in ends]


def score(expected: set[Edge], found: set[Edge]) -> Score:
    """Compare the edges of one project."""
    return Score(len(expected & found), len(found - expected), len(expected - found))


def by_category(scores: Iterable[tuple[str, Score]]) -> dict[str, Score]:
    """Sum the scores of projects by category, in order of the name; the last entry, `all`, sums them all."""
    sums: defaultdict[str, Score] = defaultdict(Score)
    for category, each in scores:
        sums[category] += each
    total = sum(sums.values(), Score())
    return {**dict(sorted(sums.items())), "all": total}


def table(scores: Mapping[str, Score]) -> str:
    """Return a table for people: a line a category with its counts, precision and recall."""
    head = f"{'category':<22} {'right':>6} {'invented':>9} {'missed':>7} {'precision':>10} {'recall':>7}"
    rows = [
        f"{name:<22} {each.right:>6} {each.invented:>9} {each.missed:>7} {each.precision:>10.3f} {each.recall:>7.3f}"
        for name, each in scores.items()
    ]
    return "\n".join([head, *rows])


def projects(root: Path) -> list[Path]:
    """Return the folders of all fixtures below `root`, as `<category>/<name>`, in order."""
    return sorted(path.parent for path in root.glob("*/*/expected.json"))
