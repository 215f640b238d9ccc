"""Injected mistakes in held-out functions: is the mutant told from its original, and is the wrong line found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sapwood import _core
from sapwood.evaluation.metrics import (
    Mean,
    auroc,
    bootstrapped,
    chance_of_a_hit,
    line_found,
    mean_of,
    paired_accuracy,
)
from sapwood.evaluation.results import CONTROL, MINIMUM_QUERIES, Table
from sapwood.evaluation.views import statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sapwood.evaluation.results import Result

    Floats = NDArray[np.floating[Any]]
    Lines = list[tuple[int, float]]

TOP = (1, 3)
"""How many lines a reader is shown."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A function and the same function with one injected mistake on ``lines`` (1-based, in the mutant)."""

    original: str
    mutant: str
    kind: str
    lines: frozenset[int]


class Judge(Protocol):
    """Something that says how wrong a function looks, and where."""

    @property
    def name(self) -> str:
        """What the table calls it."""

    @property
    def is_baseline(self) -> bool:
        """Whether it never saw a mistake."""

    def judge(self, texts: Sequence[str]) -> tuple[Floats, list[Lines]]:
        """Score each function and each of its statement lines as (1-based line, score); higher looks more wrong."""


def make_pairs(texts: Sequence[str], limit: int, seed: int, language: str = "python") -> list[Pair]:
    """Inject one mistake into at most ``limit`` functions drawn by ``seed``.

    The sorts of mistake take turns; a function without a place for its sort is tried with the next.
    """
    pairs: list[Pair] = []
    for turn, position in enumerate(np.random.default_rng(seed).permutation(len(texts))):
        if len(pairs) == limit:
            break
        pair = _mutated(texts[position], turn, seed, language)
        if pair is not None:
            pairs.append(pair)
    return pairs


def _mutated(text: str, turn: int, seed: int, language: str) -> Pair | None:
    kinds = _core.BUG_KINDS
    for step in range(len(kinds)):
        kind = kinds[(turn + step) % len(kinds)]
        mutant = _core.mutate(text, kind, seed + turn, language)
        if mutant is not None and mutant.source != text:
            return Pair(text, mutant.source, kind, frozenset(mutant.lines))
    return None


def pair_table(pairs: Sequence[Pair]) -> Table:
    """Describe the task, with how many mistakes of each sort it holds."""
    counts = Counter(pair.kind for pair in pairs)
    kinds = ", ".join(f"{counts[kind]} {kind}" for kind in _core.BUG_KINDS if counts[kind])
    return Table(
        "Tell an injected mistake from the original",
        f"{len(pairs)} held-out functions, each once as it is and once with one mistake ({kinds})",
        "the two texts (AUROC, paired); the statement lines of the mutant (lines)",
    )


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What one judge said of all pairs."""

    name: str
    is_baseline: bool
    pairs: Sequence[Pair]
    originals: Floats
    mutants: Floats
    lines: list[Lines]

    @classmethod
    def of(cls, judge: Judge, pairs: Sequence[Pair]) -> Verdicts:
        """Ask the judge."""
        originals, _ = judge.judge([pair.original for pair in pairs])
        mutants, lines = judge.judge([pair.mutant for pair in pairs])
        return cls(judge.name, judge.is_baseline, pairs, originals, mutants, lines)

    def results(self, table: Table) -> list[Result]:
        """Measure how well mutants are told from originals, and how well their lines are found, if any are named."""
        if len(self.pairs) < MINIMUM_QUERIES:
            note = f"too few functions (n = {len(self.pairs)})"
            return [table.missing(self.name, "AUROC", len(self.pairs), note, is_baseline=self.is_baseline)]
        means = _told_apart(self.originals, self.mutants)
        judged = list(zip(self.lines, self.pairs, strict=True)) if any(self.lines) else []
        for top in TOP if judged else ():
            found = [line_found(lines, wrong_starts(lines, pair), top) for lines, pair in judged]
            means[f"line top-{top}"] = mean_of(found)
        return [table.row(self.name, metric, mean, is_baseline=self.is_baseline) for metric, mean in means.items()]

    def control(self, table: Table, seed: int) -> list[Result]:
        """Measure with originals and mutants swapped at random: what is scored without skill."""
        if len(self.pairs) < MINIMUM_QUERIES:
            return []
        swaps = np.random.default_rng(seed).random(len(self.pairs)) < 0.5
        first = np.where(swaps, self.mutants, self.originals)
        second = np.where(swaps, self.originals, self.mutants)
        name = f"{self.name}, {CONTROL}"
        means = _told_apart(first, second)
        return [table.row(name, metric, mean, is_baseline=True) for metric, mean in means.items()]


def _told_apart(originals: Floats, mutants: Floats) -> dict[str, Mean]:
    labels = np.repeat([False, True], len(originals))

    def area(pairs: NDArray[np.int64]) -> float:
        return auroc(np.concatenate([originals[pairs], mutants[pairs]]), labels)

    return {
        "AUROC": bootstrapped(area, len(originals), len(labels)),
        "paired": paired_accuracy(originals, mutants),
    }


def wrong_starts(lines: Lines, pair: Pair) -> set[int]:
    """First lines of the statements that hold the mistake: those that start last at or before a changed line."""
    starts = [line for line, _ in lines]
    before = ([start for start in starts if start <= changed] for changed in pair.lines)
    return {max(found) for found in before if found}


def chance(pairs: Sequence[Pair], table: Table) -> list[Result]:
    """Work out what a random line and a fair coin score."""
    name = "random line and coin"
    rows = [
        table.row(name, "AUROC", Mean(0.5, None, 2 * len(pairs)), is_baseline=True),
        table.row(name, "paired", Mean(0.5, None, len(pairs)), is_baseline=True),
    ]
    listed = [[(line, 0.0) for line in dict(statements(pair.mutant))] for pair in pairs]
    for top in TOP:
        hits = [
            chance_of_a_hit(len(lines), len(wrong_starts(lines, pair)), top)
            for lines, pair in zip(listed, pairs, strict=True)
        ]
        mean = mean_of(hits) if hits else Mean(0.0, None, 0)
        rows.append(table.row(name, f"line top-{top}", Mean(mean.value, None, mean.n), is_baseline=True))
    return rows


@dataclass(frozen=True, slots=True)
class Rarity:
    """Mean inverse document frequency of the features of a statement's canonical form in the training functions.

    Code with mistakes is less predictable (Ray et al. 2016, "On the naturalness of buggy code"). A function scores what
    its rarest statement scores.
    """

    frequencies: dict[int, int]
    documents: int
    language: str = "python"
    name: str = "structure rarity"
    is_baseline: bool = True

    @classmethod
    def fit(cls, texts: Sequence[str], language: str = "python") -> Rarity:
        """Count in how many training functions each feature of a statement occurs."""
        frequencies: Counter[int] = Counter()
        for found in _statement_terms(texts, language):
            frequencies.update(set().union(*(terms for _, terms in found)))
        return cls(dict(frequencies), len(texts), language)

    def judge(self, texts: Sequence[str]) -> tuple[Floats, list[Lines]]:
        """Score by rarity."""
        lines = [self._lines(found) for found in _statement_terms(texts, self.language)]
        return np.asarray([max((score for _, score in of_text), default=0.0) for of_text in lines]), lines

    def _lines(self, found: list[tuple[int, set[int]]]) -> Lines:
        return [(line, self._rarity(terms)) for line, terms in found]

    def _rarity(self, terms: set[int]) -> float:
        counts = np.asarray([self.frequencies.get(term, 0) for term in terms], dtype=np.float64)
        return float(np.log((1 + self.documents) / (1 + counts)).mean()) if len(counts) else 0.0


def _statement_terms(texts: Sequence[str], language: str) -> list[list[tuple[int, set[int]]]]:
    listed = [statements(text) for text in texts]
    flat = [text for of_text in listed for _, text in of_text]
    terms = iter(_core.structure_terms(flat, language))
    return [[(line, set(next(terms).tolist())) for line, _ in of_text] for of_text in listed]
