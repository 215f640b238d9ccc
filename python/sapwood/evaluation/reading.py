"""Puts results into words, without making them better than they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sapwood.evaluation.results import CONTROL, by_task
from sapwood.formats import share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sapwood.evaluation.results import Result

_TOLD: Final = frozenset({"MAP@R", "average precision", "AUROC", "paired", "line top-1"})
"""Metrics that are put into words; the others of their tables say much the same."""
_AHEAD: Final = "is ahead of the best unlearned method in"
_ALIKE: Final = "does not clearly differ from the best unlearned method in"
_BEHIND: Final = "is behind the best unlearned method in"


def reading(results: Sequence[Result]) -> list[str]:
    """Say for each task and learned method whether it beats what learns nothing, and by more than noise."""
    return [sentence for (task, _, _), rows in by_task(results).items() for sentence in _sentences(task, rows)]


def _sentences(task: str, rows: Sequence[Result]) -> list[str]:
    measured = [row for row in rows if row.value is not None and row.metric in _TOLD]
    unlearned = _best([row for row in measured if row.is_baseline and CONTROL not in row.method])
    told: dict[str, dict[str, list[str]]] = {}
    for row in measured:
        if not row.is_baseline and row.metric in unlearned:
            outcome, figures = _compared(row, unlearned[row.metric])
            told.setdefault(row.method, {}).setdefault(outcome, []).append(figures)
    if not told:
        return [f"{task}: nothing to compare ({rows[0].note or 'one side was not measured'})."]
    return [f"{task}: {method} {_listed(outcomes)}." for method, outcomes in told.items()]


def _best(rows: Sequence[Result]) -> dict[str, Result]:
    """The row with the highest value of each metric."""
    return {row.metric: row for row in sorted(rows, key=lambda row: row.value or 0.0)}


def _listed(outcomes: dict[str, list[str]]) -> str:
    return "; ".join(f"{said} {', '.join(outcomes[said])}" for said in (_AHEAD, _ALIKE, _BEHIND) if said in outcomes)


def _compared(ours: Result, theirs: Result) -> tuple[str, str]:
    difference = (ours.value or 0.0) - (theirs.value or 0.0)
    against = f"{share(ours.value or 0.0)} against {share(theirs.value or 0.0)} of {theirs.method}"
    figures = f"{ours.metric} ({against}, n = {ours.n})"
    if abs(difference) <= 2 * (_error(ours) ** 2 + _error(theirs) ** 2) ** 0.5:
        return _ALIKE, figures
    return (_AHEAD if difference > 0 else _BEHIND), figures


def _error(row: Result) -> float:
    """Standard error, but at least one item of n: where all of them are right, there is no spread to tell it from."""
    return max(row.error or 0.0, 1.0 / row.n)
