"""Results as a version's manifest carries them, and back."""

from __future__ import annotations

import re
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from sapwood.evaluation.results import CONTROL, Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def metrics_of(results: Sequence[Result], model: str) -> dict[str, dict[str, Any]]:
    """Give each figure of the model alone by name, beside that of the best method which learns nothing."""
    own = [row for row in results if row.method == model]
    return {_name(row): _metric(row, _best_baseline(row, results)) for row in own}


def rows_of(manifests: Iterable[Mapping[str, Any]]) -> list[Result]:
    """Read the rows that versions carry; what two of them measured alike (unlearned methods) is given once."""
    known = {field.name for field in fields(Result)}
    rows = [
        Result(**{name: value for name, value in row.items() if name in known})
        for manifest in manifests
        for row in manifest.get("evaluation", [])
    ]
    return list(dict.fromkeys(rows))


def as_rows(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Give every row as plain values."""
    return [asdict(row) for row in results]


def _name(row: Result) -> str:
    return "/".join(re.sub(r"[^\w@.-]+", "-", part.lower()) for part in (row.task, row.metric))


def _best_baseline(row: Result, results: Sequence[Result]) -> Result | None:
    rivals = [
        other
        for other in results
        if (other.task, other.metric) == (row.task, row.metric)
        and other.is_baseline
        and CONTROL not in other.method
        and other.value is not None
    ]
    return max(rivals, key=lambda other: other.value or 0.0, default=None)


def _metric(row: Result, baseline: Result | None) -> dict[str, Any]:
    return {
        "task": row.task,
        "metric": row.metric,
        "value": row.value,
        "error": row.error,
        "n": row.n,
        "candidates": row.choices,
        "baseline": None if baseline is None else baseline.value,
        "baseline_name": None if baseline is None else baseline.method,
    }
