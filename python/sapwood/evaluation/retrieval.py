"""Searches over held-out functions: for an independent counterpart, also in another language, and for the original of a
rewrite.
"""  # noqa: D205

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sapwood import _core
from sapwood.data import PYTHON, family_of, rewrite
from sapwood.evaluation.methods import IN_PYTHON, Languages
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
        languages: language of each.
    """

    texts: list[str]
    packages: list[str]
    positions: list[int]
    languages: list[str]


@dataclass(frozen=True, slots=True)
class Search:
    """A retrieval task laid out: every query against every candidate.

    Attributes:
        table: what its rows share.
        queries: query texts.
        candidates: candidate texts.
        relevant: (queries, candidates), the right answers; each query has one or more.
        allowed: (queries, candidates), what counts as a candidate for the query.
        languages: of queries and candidates.
    """

    table: Table
    queries: list[str]
    candidates: list[str]
    relevant: Flags
    allowed: Flags
    languages: Languages = IN_PYTHON

    def results(self, method: Method, cutoffs: Sequence[int]) -> list[Result]:
        """Measure one method."""
        if not self.queries:
            return [self.table.missing(method.name, "MRR", 0, "no queries", is_baseline=method.is_baseline)]
        scores = method.score(self.queries, self.candidates, self.languages)
        return self._rows(method.name, scores, self.relevant, cutoffs, is_baseline=method.is_baseline)

    def control(self, method: Method, cutoffs: Sequence[int], seed: int) -> list[Result]:
        """Measure one method against the right answers of other queries: what it scores without skill."""
        if len(self.queries) < 2:
            return []
        scores = method.score(self.queries, self.candidates, self.languages)
        permuted = self._foreign_answers(seed)
        return self._rows(f"{method.name}, {CONTROL}", scores, permuted, cutoffs, is_baseline=True)

    def _foreign_answers(self, seed: int) -> Flags:
        """(queries, candidates): for each query the right answers of one, drawn by ``seed``, that shares none with it.

        Queries of one name have the same answers, and would go on to find them. Where all share some, there are none.
        """
        order = np.random.default_rng(seed).permutation(len(self.queries))
        found = np.zeros_like(self.relevant)
        for place, query in enumerate(order.tolist()):
            others = np.roll(order, -place - 1)[:-1]
            apart = others[~(self.relevant[others] & self.relevant[query]).any(axis=1)]
            if len(apart):
                found[query] = self.relevant[apart[0]]
        return found

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


@dataclass(frozen=True, slots=True)
class Function:
    """A held-out function as it stands in the data set.

    Attributes:
        text: its source.
        package: its top-level package.
        language: its language.
        name: its dotted name, which is hidden.
    """

    text: str
    package: str
    language: str = PYTHON
    name: str = ""


def pool_of(functions: Sequence[Function], limit: int, seed: int) -> Pool:
    """Mask functions and keep at most ``limit`` of them, drawn by ``seed``; equal masked texts are kept once."""
    order = np.random.default_rng(seed).permutation(len(functions))
    chosen: dict[tuple[str, str], int] = {}
    for position in map(int, order):
        function = functions[position]
        text = masked(function.text, function.language, function.name)
        if text is not None and len(chosen) < limit:
            chosen.setdefault((text, function.language), position)
    kept = sorted((position, text) for (text, _), position in chosen.items())
    positions = [position for position, _ in kept]
    return Pool(
        [text for _, text in kept],
        [functions[at].package for at in positions],
        positions,
        [functions[at].language for at in positions],
    )


def counterparts(pool: Pool, pairs: Iterable[tuple[int, int]], limit: int, seed: int, where: str = "") -> Search:
    """Find a function's independent counterparts: functions of other packages with its name and a like docstring.

    Args:
        pool: the held-out functions.
        pairs: pairs of data set positions that are counterparts.
        limit: most queries, drawn by ``seed``.
        seed: seed of the draw.
        where: names the languages in the task's name, where they are not Python.
    """
    size, packages = len(pool.texts), np.asarray(pool.packages)
    relevant = _related(pool, pairs, packages)
    chosen = _draw(np.flatnonzero(relevant.any(axis=1)), limit, seed)
    table = Table(
        f"Find the independent counterpart{where}",
        f"{len(chosen)} held-out functions for which another package has one of the same name and a like docstring "
        "(where one has no docstring: a name of several words)",
        f"held-out functions of other packages ({size} in all); own name, docstrings and comments hidden",
        size,
    )
    allowed = packages[chosen][:, None] != packages[None, :] if size else np.zeros((0, 0), dtype=bool)
    return _chosen_of(pool, chosen, table, relevant, allowed)


def translations(pool: Pool, pairs: Iterable[tuple[int, int]], limit: int, seed: int) -> Search:
    """Find a function's counterparts in other languages: functions with its name and a like docstring.

    Languages of one family, such as JavaScript and TypeScript, count as one. Arguments are those of `counterparts`.
    """
    size, families = len(pool.texts), np.asarray([family_of(language) for language in pool.languages])
    relevant = _related(pool, pairs, families)
    chosen = _draw(np.flatnonzero(relevant.any(axis=1)), limit, seed)
    table = Table(
        "Find the counterpart in another language",
        f"{len(chosen)} held-out functions ({_counted(pool, chosen)}) for which another language has one of the same "
        "name and a like docstring (where one has no docstring: a name of several words, and about as many parameters)",
        f"held-out functions of other languages ({size} in all); own name, docstrings and comments hidden",
        size,
    )
    allowed = families[chosen][:, None] != families[None, :] if size else np.zeros((0, 0), dtype=bool)
    return _chosen_of(pool, chosen, table, relevant, allowed)


def _related(pool: Pool, pairs: Iterable[tuple[int, int]], sides: NDArray[np.str_]) -> Flags:
    """(functions, functions): the pairs whose functions stand on different sides, both ways round."""
    at = {position: place for place, position in enumerate(pool.positions)}
    relevant = np.zeros((len(at), len(at)), dtype=bool)
    for first, second in pairs:
        if first in at and second in at and sides[at[first]] != sides[at[second]]:
            relevant[at[first], at[second]] = relevant[at[second], at[first]] = True
    return relevant


def _chosen_of(pool: Pool, chosen: NDArray[np.intp], table: Table, relevant: Flags, allowed: Flags) -> Search:
    """The search for which the chosen functions are queries and all are candidates."""
    queries = [pool.texts[place] for place in chosen]
    languages = Languages([pool.languages[place] for place in chosen], pool.languages)
    return Search(table, queries, pool.texts, relevant[chosen], allowed, languages)


def _counted(pool: Pool, chosen: NDArray[np.intp]) -> str:
    counts = Counter(pool.languages[place] for place in chosen.tolist())
    return ", ".join(f"{count} in {language}" for language, count in counts.most_common())


def rewrites(pool: Pool, limit: int, seed: int, where: str = "") -> Search:
    """Find the original of a meaning-preserving rewrite among all held-out functions.

    Every sort of rewrite that applies is made, one on top of the other, in an order drawn by ``seed``.
    """
    queries: list[str] = []
    originals: list[int] = []
    rng = np.random.default_rng(seed)
    for place in rng.permutation(len(pool.texts)).tolist():
        if len(queries) == limit:
            break
        language = pool.languages[place]
        changed = rewrite(pool.texts[place], rng, language)
        # The name of what is not Python is hidden already.
        rewritten = masked(changed) if language == PYTHON else changed
        if rewritten is not None and rewritten != pool.texts[place]:
            queries.append(rewritten)
            originals.append(place)
    size, known = len(pool.texts), sorted(set(pool.languages)) or [PYTHON]
    relevant = np.zeros((len(queries), size), dtype=bool)
    relevant[np.arange(len(queries)), originals] = True
    table = Table(
        f"Find the original of a rewrite{where}",
        f"{len(queries)} held-out functions rewritten with the same meaning, as many of these as apply: "
        + ", ".join(kind for kind in _core.PRESERVING_KINDS if any(kind in _core.preserving_kinds(of) for of in known)),
        f"all {size} held-out functions; own name, docstrings and comments hidden",
        size,
    )
    languages = Languages([pool.languages[place] for place in originals], pool.languages)
    return Search(table, queries, pool.texts, relevant, np.ones_like(relevant), languages)


def _draw(places: NDArray[np.intp], limit: int, seed: int) -> NDArray[np.intp]:
    return np.sort(np.random.default_rng(seed).permutation(places)[:limit])
