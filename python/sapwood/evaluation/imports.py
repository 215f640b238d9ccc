"""Which modules a held-out file imports, predicted from the rest of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer

from sapwood import _core
from sapwood.evaluation.metrics import best_threshold, bootstrapped, label_recall_at, micro_average_precision, micro_f1
from sapwood.evaluation.results import CONTROL, MINIMUM_QUERIES, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from sapwood.evaluation.results import Result

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.floating[Any]]

CUTOFF = 5
"""How many modules a reader is shown."""
NEIGHBOURS = 10


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


@dataclass(frozen=True, slots=True)
class NearestFiles:
    """What the nearest training files import, each with its cosine as weight; between equals, what is more popular.

    Likeness is tf-idf of the file's feature row. It shows neither import lines nor the names that they bind, so this
    reads what the learned head reads.
    """

    weighting: TfidfTransformer
    known: csr_matrix
    labels: Flags
    language: str
    name: str = "nearest files (feature tf-idf)"
    is_baseline: bool = True

    @classmethod
    def fit(cls, training: Files, language: str = "python") -> NearestFiles:
        """Keep the rows of the training files."""
        rows = _feature_rows(training.texts, language)
        weighting = TfidfTransformer().fit(rows)
        return cls(weighting, weighting.transform(rows), training.labels, language)

    def guess(self, texts: Sequence[str]) -> Floats:
        """Let the nearest files vote."""
        if not texts:
            return np.zeros((0, self.labels.shape[1]))
        cosines = (self.weighting.transform(_feature_rows(texts, self.language)) @ self.known.T).toarray()
        last = min(NEIGHBOURS, cosines.shape[1]) - 1
        edges = -np.partition(-cosines, last, axis=1)[:, [last]]
        votes = np.where(cosines >= edges, cosines.clip(min=0.0), 0.0)
        guessed: Floats = votes @ self.labels / NEIGHBOURS + 1e-6 * self.labels.mean(axis=0)
        return guessed


def _feature_rows(texts: Sequence[str], language: str) -> csr_matrix:
    graphs = _core.text_graphs(texts, language)
    graph, nodes = graphs.graph, graphs.file_nodes
    shape = (graph.node_count, _core.FEATURE_DIMENSIONS)
    return csr_matrix((graph.feature_values, graph.feature_indices, graph.feature_indptr), shape)[nodes]


def import_table(files: Files) -> Table:
    """Describe the task."""
    return Table(
        "Predict the imported modules",
        f"{len(files.texts)} held-out files that import something; import lines hidden",
        f"{files.labels.shape[1]} modules that training files import",
        files.labels.shape[1],
    )


@dataclass(frozen=True, slots=True)
class Guesses:
    """What one guesser said of the files to report on and of the files to fit a threshold on (validation files)."""

    name: str
    is_baseline: bool
    held_out: Files
    fitting: Files
    scores: Floats
    fitting_scores: Floats

    @classmethod
    def of(cls, guesser: Guesser, held_out: Files, fitting: Files) -> Guesses:
        """Ask the guesser."""
        scores, fitting_scores = guesser.guess(held_out.texts), guesser.guess(fitting.texts)
        return cls(guesser.name, guesser.is_baseline, held_out, fitting, scores, fitting_scores)

    @property
    def is_enough(self) -> bool:
        """Whether there are files to measure on and to fit on."""
        return (
            len(self.held_out.texts) >= MINIMUM_QUERIES
            and bool(self.held_out.labels.any())
            and bool(self.fitting.labels.any())
        )

    def results(self, table: Table) -> list[Result]:
        """Measure how well modules are guessed.

        F1 and average precision are over (file, module of the vocabulary) decisions; recall also counts modules outside
        the vocabulary, as missed.
        """
        if not self.is_enough:
            held_out, fitting = len(self.held_out.texts), len(self.fitting.texts)
            note = f"too few files (n = {held_out}; {fitting} to fit a threshold on)"
            return [table.missing(self.name, "micro-F1", held_out, note, is_baseline=self.is_baseline)]
        return self._rows(self.name, self.scores, table, is_baseline=self.is_baseline)

    def control(self, table: Table, seed: int) -> list[Result]:
        """Measure on other files' answers: what knowing the frequencies alone is worth."""
        if not self.is_enough:
            return []
        order = np.random.default_rng(seed).permutation(len(self.scores))
        return self._rows(f"{self.name}, {CONTROL}", self.scores[order], table, is_baseline=True)

    def _rows(self, name: str, scores: Floats, table: Table, *, is_baseline: bool) -> list[Result]:
        files = self.held_out
        threshold = best_threshold(self.fitting_scores, self.fitting.labels)
        missing, count = sum(files.unreachable), len(files.texts)
        note = f"{missing} of {missing + int(files.labels.sum())} imports are outside the vocabulary, missed in recall"
        recall = label_recall_at(scores, files.labels, files.unreachable, CUTOFF)
        area = bootstrapped(lambda rows: micro_average_precision(scores[rows], files.labels[rows]), count, count)
        f1 = bootstrapped(lambda rows: micro_f1(scores[rows], files.labels[rows], threshold), count, count)
        return [
            table.row(name, "average precision", area, is_baseline=is_baseline),
            table.row(name, "micro-F1", f1, is_baseline=is_baseline),
            table.row(name, f"recall@{CUTOFF}", recall, is_baseline=is_baseline, note=note if missing else ""),
        ]
