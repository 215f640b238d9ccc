"""Which modules a held-out file imports, predicted from the rest of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sapwood.evaluation.metrics import Mean, best_threshold, label_recall_at, micro_average_precision, micro_f1
from sapwood.evaluation.results import MINIMUM_QUERIES, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from sapwood.evaluation.results import Result

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.floating[Any]]

CUTOFF = 5
"""How many modules a reader is shown."""


@dataclass(frozen=True, slots=True)
class Files:
    """Files with what they import.

    Attributes:
        texts: whole text of each file.
        labels: (files, vocabulary), which modules of the vocabulary a file imports.
        unreachable: modules a file imports that the vocabulary lacks.
    """

    texts: list[str]
    labels: Flags
    unreachable: list[int]

    @classmethod
    def of(cls, texts: Sequence[str], imports: Sequence[Collection[str]], vocabulary: Sequence[str]) -> Files:
        """Lay out files over a vocabulary; files that import nothing are left out."""
        column = {name: at for at, name in enumerate(vocabulary)}
        kept = [(text, set(names)) for text, names in zip(texts, imports, strict=True) if names]
        labels = np.zeros((len(kept), len(vocabulary)), dtype=bool)
        for row, (_, names) in zip(labels, kept, strict=True):
            row[[column[name] for name in names if name in column]] = True
        return cls([text for text, _ in kept], labels, [len(names - column.keys()) for _, names in kept])


class Guesser(Protocol):
    """Something that scores each module of the vocabulary for a file."""

    @property
    def name(self) -> str:
        """What the table calls it."""

    @property
    def is_baseline(self) -> bool:
        """Whether it ignores the file."""

    def guess(self, texts: Sequence[str]) -> Floats:
        """Score modules, (texts, vocabulary); higher is more likely."""


@dataclass(frozen=True, slots=True)
class Popularity:
    """How often training files import each module, for every file the same."""

    frequencies: Floats
    name: str = "popularity"
    is_baseline: bool = True

    @classmethod
    def fit(cls, training: Files) -> Popularity:
        """Take the share of training files that import each module."""
        return cls(training.labels.mean(axis=0))

    def guess(self, texts: Sequence[str]) -> Floats:
        """Repeat the frequencies."""
        return np.tile(self.frequencies, (len(texts), 1))


def import_table(files: Files) -> Table:
    """Describe the task."""
    return Table(
        "Predict the imported modules",
        f"{len(files.texts)} held-out files that import something; import lines hidden",
        f"{files.labels.shape[1]} modules that training files import",
    )


def measured(held_out: Files, fitting: Files, guesser: Guesser, table: Table) -> list[Result]:
    """Measure one guesser; the threshold of its F1 is fitted on ``fitting`` (validation files).

    F1 and average precision are over (file, module of the vocabulary) decisions; recall also counts modules outside
    the vocabulary, as missed.
    """
    if len(held_out.texts) < MINIMUM_QUERIES or not held_out.labels.any() or not fitting.labels.any():
        note = f"too few files (n = {len(held_out.texts)}; {len(fitting.texts)} to fit a threshold on)"
        return [table.missing(guesser.name, "micro-F1", len(held_out.texts), note, is_baseline=guesser.is_baseline)]
    threshold = best_threshold(guesser.guess(fitting.texts), fitting.labels)
    scores = guesser.guess(held_out.texts)
    return _rows(guesser.name, scores, held_out, threshold, table, is_baseline=guesser.is_baseline)


def permuted(held_out: Files, fitting: Files, guesser: Guesser, table: Table, seed: int) -> list[Result]:
    """Measure one guesser on other files' answers: what knowing the frequencies alone is worth to it."""
    if len(held_out.texts) < MINIMUM_QUERIES or not fitting.labels.any():
        return []
    order = np.random.default_rng(seed).permutation(len(held_out.texts))
    threshold = best_threshold(guesser.guess(fitting.texts), fitting.labels)
    scores = guesser.guess(held_out.texts)[order]
    return _rows(f"{guesser.name}, labels permuted", scores, held_out, threshold, table, is_baseline=True)


def _rows(
    name: str, scores: Floats, files: Files, threshold: float, table: Table, *, is_baseline: bool
) -> list[Result]:
    missing = sum(files.unreachable)
    outside = f"{missing} of {missing + int(files.labels.sum())} imports are outside the vocabulary (missed in recall)"
    files_count = len(files.texts)
    means = {
        "micro-F1": Mean(micro_f1(scores, files.labels, threshold), 0.0, files_count),
        f"recall@{CUTOFF}": label_recall_at(scores, files.labels, files.unreachable, CUTOFF),
        "average precision": Mean(micro_average_precision(scores, files.labels), 0.0, files_count),
    }
    notes = {f"recall@{CUTOFF}": outside if missing else ""}
    return [
        table.row(name, metric, mean, is_baseline=is_baseline, note=notes.get(metric, ""))
        for metric, mean in means.items()
    ]
