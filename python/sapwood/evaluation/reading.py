"""Puts results into words, without making them better than they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sapwood.evaluation.results import CONTROL, by_task
from sapwood.formats import share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sapwood.evaluation.results import Result


def reading(results: Sequence[Result]) -> list[str]:
    """Say for each task who is ahead, learned or unlearned, and whether the difference is more than noise."""
    return [_sentence(task, rows) for (task, _, _), rows in by_task(results).items()]


def _sentence(task: str, rows: Sequence[Result]) -> str:
    metric = rows[0].metric
    measured = [row for row in rows if row.metric == metric and row.value is not None]
    learned = _best([row for row in measured if not row.is_baseline])
    unlearned = _best([row for row in measured if row.is_baseline and CONTROL not in row.method])
    if learned is None or unlearned is None:
        return f"{task}: nothing to compare ({rows[0].note or 'one side was not measured'})."
    return f"{task}: {_comparison(learned, unlearned)} ({metric}, n = {learned.n})."


def _best(rows: Sequence[Result]) -> Result | None:
    return max(rows, key=lambda row: row.value or 0.0, default=None)


def _comparison(learned: Result, unlearned: Result) -> str:
    difference = (learned.value or 0.0) - (unlearned.value or 0.0)
    ours, theirs = (
        f"{learned.method} {share(learned.value or 0.0)}",
        f"{unlearned.method} {share(unlearned.value or 0.0)}",
    )
    if abs(difference) <= 2 * (_error(learned) ** 2 + _error(unlearned) ** 2) ** 0.5:
        return f"no clear difference between {ours} and {theirs}, which learns nothing"
    if difference > 0:
        return f"{ours} is ahead of the best unlearned method, {theirs}"
    return f"{theirs}, which learns nothing, is ahead of {ours}"


def _error(row: Result) -> float:
    """Standard error, or the largest that a share over n items can have."""
    return 0.5 / row.n**0.5 if row.error is None else row.error
