"""Two searches over held-out functions: for an independent counterpart, and for the original of a rewrite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sapwood import _core
from sapwood.data import rewrite
from sapwood.evaluation.metrics import ranked_relevance, retrieval_means
from sapwood.evaluation.results import CONTROL, Table
from sapwood.evaluation.views import masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from sapwood.evaluation.methods import Method
    from sapwood.evaluation.results import Result

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Pool:
    """Held-out functions as every method sees them.

    Attributes:
        texts: masked texts (no own name, docstrings, comments), one a function.
        packages: top-level package of each.
        positions: position of each in the data set it came from.
    """

    texts: list[str]
    packages: list[str]
    positions: list[int]


@dataclass(frozen=True, slots=True)
class Search:
    """A retrieval task laid out: every query against every candidate.

    Attributes:
        table: what its rows share.
        queries: query texts.
        candidates: candidate texts.
        relevant: (queries, candidates), the right answers; each query has one or more.
        allowed: (queries, candidates), what counts as a candidate for the query.
    """

    table: Table
    queries: list[str]
    candidates: list[str]
    relevant: Flags
    allowed: Flags

    def results(self, method: Method, cutoffs: Sequence[int]) -> list[Result]:
        """Measure one method."""
        if not self.queries:
            return [self.table.missing(method.name, "MRR", 0, "no queries", is_baseline=method.is_baseline)]
        scores = method.score(self.queries, self.candidates)
        return self._rows(method.name, scores, self.relevant, cutoffs, is_baseline=method.is_baseline)

    def control(self, method: Method, cutoffs: Sequence[int], seed: int) -> list[Result]:
        """Measure one method against the right answers of other queries: what it scores without skill."""
        if len(self.queries) < 2:
            return []
        scores = method.score(self.queries, self.candidates)
        order = np.random.default_rng(seed).permutation(len(self.queries))
        permuted = np.empty_like(self.relevant)
        permuted[order] = self.relevant[np.roll(order, 1)]
        return self._rows(f"{method.name}, {CONTROL}", scores, permuted, cutoffs, is_baseline=True)

    def _rows(
        self, name: str, scores: Floats, relevant: Flags, cutoffs: Sequence[int], *, is_baseline: bool
    ) -> list[Result]:
        rows = zip(scores, relevant, self.allowed, strict=True)
        kept = [(score[allowed], right[allowed]) for score, right, allowed in rows if right[allowed].any()]
        if not kept:
            return [self.table.missing(name, "MRR", 0, "no queries", is_baseline=is_baseline)]
        ranked = [(ranked_relevance(score, right), int(right.sum())) for score, right in kept]
        means = retrieval_means(ranked, cutoffs)
        return [self.table.row(name, metric, mean, is_baseline=is_baseline) for metric, mean in means.items()]


def pool_of(texts: Sequence[str], packages: Sequence[str], limit: int, seed: int) -> Pool:
    """Mask functions and keep at most ``limit`` of them, drawn by ``seed``; equal masked texts are kept once."""
    order = np.random.default_rng(seed).permutation(len(texts))
    chosen: dict[str, int] = {}
    for position in map(int, order):
        text = masked(texts[position])
        if text is not None and len(chosen) < limit:
            chosen.setdefault(text, position)
    positions = sorted(chosen.values())
    of_position = {position: text for text, position in chosen.items()}
    return Pool([of_position[at] for at in positions], [packages[at] for at in positions], positions)


def counterparts(pool: Pool, pairs: Iterable[tuple[int, int]], limit: int, seed: int) -> Search:
    """Find a function's independent counterparts: functions of other packages with its name and a like docstring.

    Args:
        pool: the held-out functions.
        pairs: pairs of data set positions that are counterparts.
        limit: most queries, drawn by ``seed``.
        seed: seed of the draw.
    """
    at = {position: place for place, position in enumerate(pool.positions)}
    size = len(pool.texts)
    relevant = np.zeros((size, size), dtype=bool)
    for first, second in pairs:
        if first in at and second in at and pool.packages[at[first]] != pool.packages[at[second]]:
            relevant[at[first], at[second]] = relevant[at[second], at[first]] = True
    chosen = _draw(np.flatnonzero(relevant.any(axis=1)), limit, seed)
    packages = np.asarray(pool.packages)
    table = Table(
        "Find the independent counterpart",
        f"{len(chosen)} held-out functions for which another package has one of the same name and a like docstring "
        "(where one has no docstring: a name of several words)",
        f"held-out functions of other packages ({size} in all); own name, docstrings and comments hidden",
        size,
    )
    allowed = packages[chosen][:, None] != packages[None, :] if size else np.zeros((0, 0), dtype=bool)
    return Search(table, [pool.texts[place] for place in chosen], pool.texts, relevant[chosen], allowed)


def rewrites(pool: Pool, limit: int, seed: int, language: str = "python") -> Search:
    """Find the original of a meaning-preserving rewrite among all held-out functions.

    Every sort of rewrite that applies is made, one on top of the other, in an order drawn by ``seed``.
    """
    queries: list[str] = []
    originals: list[int] = []
    rng = np.random.default_rng(seed)
    for place in rng.permutation(len(pool.texts)).tolist():
        if len(queries) == limit:
            break
        rewritten = masked(rewrite(pool.texts[place], rng, language))
        if rewritten is not None and rewritten != pool.texts[place]:
            queries.append(rewritten)
            originals.append(place)
    size = len(pool.texts)
    relevant = np.zeros((len(queries), size), dtype=bool)
    relevant[np.arange(len(queries)), originals] = True
    table = Table(
        "Find the original of a rewrite",
        f"{len(queries)} held-out functions rewritten with the same meaning, as many of these as apply: "
        + ", ".join(_core.PRESERVING_KINDS),
        f"all {size} held-out functions; own name, docstrings and comments hidden",
        size,
    )
    return Search(table, queries, pool.texts, relevant, np.ones_like(relevant))


def _draw(places: NDArray[np.intp], limit: int, seed: int) -> NDArray[np.intp]:
    return np.sort(np.random.default_rng(seed).permutation(places)[:limit])
