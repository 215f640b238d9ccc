"""Measures of ranked answers, multi-label predictions and located bugs.

Ranked answers come as a boolean vector: position *i* says whether the *i*-th best answer is a right one. It may be
shorter than the candidates (a search that returns ten) and it may be empty. The number of right answers that exist
is given beside it, so answers that were never returned count as missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import hypergeom
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve, roc_auc_score

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]
    Rows = NDArray[np.int64]

RESAMPLES = 50
"""They give a standard error to a tenth of itself."""


def ranked_relevance(scores: Floats, relevant: Flags) -> Flags:
    """Order candidates by falling score and say of each whether it is relevant.

    Equal scores put irrelevant candidates first, so a scorer that cannot decide gains nothing, and the order in which
    candidates are listed never matters.
    """
    order = np.lexsort((relevant, -scores))
    return relevant[order]


def recall_at(flags: Flags, right: int, cutoffs: Sequence[int]) -> dict[int, float]:
    """Share of the ``right`` existing answers among the first k, for each k asked for (the key), in [0, 1]."""
    _check_right(flags, right)
    return {k: int(flags[:k].sum()) / right for k in _positive(cutoffs)}


def hit_at(flags: Flags, right: int, cutoffs: Sequence[int]) -> dict[int, float]:
    """1.0 where any of the first k answers is right, else 0.0, for each k asked for (the key)."""
    _check_right(flags, right)
    return {k: float(flags[:k].any()) for k in _positive(cutoffs)}


def reciprocal_rank(flags: Flags, right: int) -> float:
    """One over the 1-based rank of the first right answer; 0.0 where none was returned."""
    _check_right(flags, right)
    return 1.0 / (int(flags.argmax()) + 1) if flags.any() else 0.0


def average_precision_at_r(flags: Flags, right: int) -> float:
    """Average precision at R for one query, R = ``right``, in [0, 1].

    Precision at each right answer among the first R, summed and divided by R; its mean over queries is the MAP@R of
    Musgrave et al. 2020, "A Metric Learning Reality Check".
    """
    _check_right(flags, right)
    top = flags[:right]
    precision = np.cumsum(top) / np.arange(1, len(top) + 1)
    return float((precision * top).sum() / right)


def _check_right(flags: Flags, right: int) -> None:
    if right < max(1, int(flags.sum())):
        message = f"a query needs at least as many existing right answers as were found, and one: got {right}"
        raise ValueError(message)


def _positive(cutoffs: Sequence[int]) -> Sequence[int]:
    if any(k < 1 for k in cutoffs):
        message = f"cut-offs count from 1: got {list(cutoffs)}"
        raise ValueError(message)
    return cutoffs


@dataclass(frozen=True, slots=True)
class Mean:
    """A measure over ``n`` items with its standard error; None where nothing was sampled, as for exact chance."""

    value: float
    error: float | None
    n: int


def mean_of(values: Sequence[float] | Floats) -> Mean:
    """Average ``values`` (at least one)."""
    array = np.asarray(values, dtype=np.float64)
    if not array.size:
        message = "a mean needs at least one value"
        raise ValueError(message)
    error = float(array.std(ddof=1) / np.sqrt(array.size)) if array.size > 1 else None
    return Mean(float(array.mean()), error, int(array.size))


def bootstrapped(measure: Callable[[Rows], float], items: int, n: int) -> Mean:
    """Take a measure of all ``items``, with its deviation over 50 draws with replacement (Efron 1979) as its error.

    Args:
        measure: Takes positions of items, in [0, items).
        items: Independent items, such as files.
        n: Decisions behind the measure, as many as are told.
    """
    rng = np.random.default_rng(0)
    drawn = [measure(rng.integers(items, size=items)) for _ in range(RESAMPLES)]
    return Mean(measure(np.arange(items)), float(np.std(drawn, ddof=1)), n)


def retrieval_means(ranked: Sequence[tuple[Flags, int]], cutoffs: Sequence[int]) -> dict[str, Mean]:
    """Average every retrieval measure over queries given as (flags, existing right answers)."""
    columns: dict[str, list[float]] = {"MAP@R": [], "MRR": [], "hit@1": []}
    columns |= {f"recall@{k}": [] for k in cutoffs}
    for flags, right in ranked:
        columns["MAP@R"].append(average_precision_at_r(flags, right))
        columns["MRR"].append(reciprocal_rank(flags, right))
        columns["hit@1"].append(hit_at(flags, right, [1])[1])
        for k, value in recall_at(flags, right, cutoffs).items():
            columns[f"recall@{k}"].append(value)
    return {name: mean_of(values) for name, values in columns.items()}


def label_recall_at(scores: Floats, labels: Flags, unreachable: Sequence[int], cutoff: int) -> Mean:
    """Mean recall of a row's labels among its ``cutoff`` best-scored columns.

    ``scores`` and ``labels`` are (rows, vocabulary); ``unreachable`` counts each row's labels outside the vocabulary,
    which no score can reach and which count as missed. Rows without any label are left out.
    """
    recalls = []
    for row_scores, row_labels, missing in zip(scores, labels, unreachable, strict=True):
        right = int(row_labels.sum()) + missing
        if right:
            recalls.append(recall_at(ranked_relevance(row_scores, row_labels), right, [cutoff])[cutoff])
    return mean_of(recalls)


def micro_average_precision(scores: Floats, labels: Flags) -> float:
    """Average precision over all (row, label) decisions together, in [0, 1]."""
    return float(average_precision_score(labels.ravel(), scores.ravel()))


def micro_f1(scores: Floats, labels: Flags, threshold: float) -> float:
    """F1 over all (row, label) decisions together, a label being predicted where its score reaches ``threshold``."""
    return float(f1_score(labels.ravel(), (scores >= threshold).ravel(), zero_division=0.0))


def best_threshold(scores: Floats, labels: Flags) -> float:
    """Find the threshold with the highest micro-F1 on these rows (fit it on rows that are not reported on)."""
    precision, recall, thresholds = precision_recall_curve(labels.ravel(), scores.ravel())
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)
    return float(thresholds[int(f1[: len(thresholds)].argmax())])


def auroc(scores: Floats, labels: Flags) -> float:
    """Area under the receiver operating characteristic, in [0, 1]; both classes must occur."""
    return float(roc_auc_score(labels, scores))


def paired_accuracy(originals: Floats, mutants: Floats) -> Mean:
    """Share of pairs where the mutant scores above its own original; a tie counts half."""
    return mean_of(np.where(mutants == originals, 0.5, mutants > originals))


def line_found(lines: Sequence[tuple[int, float]], wrong: Collection[int], cutoff: int) -> float:
    """1.0 where one of the ``cutoff`` best-scored lines is wrong; lines of equal score share the places left.

    ``lines`` are (line number, score). A tie across the cut-off gives the chance that a random order would have.
    """
    scores = np.asarray([score for _, score in lines], dtype=np.float64)
    flags = np.asarray([line in wrong for line, _ in lines], dtype=bool)
    if len(scores) <= cutoff:
        return float(flags.any())
    edge = np.sort(scores)[::-1][cutoff - 1]
    if flags[scores > edge].any():
        return 1.0
    tied = flags[scores == edge]
    return chance_of_a_hit(len(tied), int(tied.sum()), cutoff - int((scores > edge).sum()))


def chance_of_a_hit(lines: int, wrong: int, draws: int) -> float:
    """Chance that ``draws`` of ``lines`` drawn at random without replacement hold at least one of ``wrong``."""
    if draws >= lines:
        return float(wrong > 0)
    return float(1.0 - hypergeom.pmf(0, lines, wrong, draws))
