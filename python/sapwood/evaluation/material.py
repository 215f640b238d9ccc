"""What is asked about: held-out functions and files of a data set, drawn once for all methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sapwood.data import PYTHON, TEST, TRAIN, VALIDATION
from sapwood.evaluation.bugs import Pair, make_pairs
from sapwood.evaluation.imports import Files
from sapwood.evaluation.results import MINIMUM_QUERIES
from sapwood.evaluation.retrieval import Function, counterparts, pool_of, rewrites, translations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from sapwood.config import Config, Positives
    from sapwood.data import Dataset, Pairs
    from sapwood.evaluation.retrieval import Pool, Search

    Match = Callable[[Positives, int], Pairs]

_EVERY_PAIR = 10_000
"""Pairs of one name that count as right answers: all of them, other than in training."""
_SURE = 0.5
"""Least weight of a pair that counts: docstrings agree, or the name has several words."""
_TRAINING_FUNCTIONS = 4000
"""Training functions that the rarity baseline counts at most."""


@dataclass(frozen=True, slots=True)
class Material:
    """The data set, and what is asked of it.

    Attributes:
        dataset: functions and files with their splits.
        config: the settings, with the limits and the seed.
    """

    dataset: Dataset
    config: Config

    def searches(self) -> list[Search]:
        """Lay out the retrieval tasks: two for each family of languages, over one pool, and one between families.

        Those of Python are always there; the others where they have enough queries.
        """
        families = sorted(set(self.dataset.families), key=lambda family: (family != PYTHON, family)) or [PYTHON]
        found = [search for family in families for search in self._within(family)]
        return found + ([self._between()] if len(families) > 1 else [])

    def _within(self, family: str) -> list[Search]:
        limits, seed = self.config.evaluation, self.config.seed
        places = self.held_out(family)
        pool, where = self._pool(places), "" if family == PYTHON else f", {family}"
        pairs = _among(places, self._sure(self.dataset.independent))
        searches = [
            counterparts(pool, pairs, limits.max_queries, seed, where),
            rewrites(pool, limits.max_queries, seed, where),
        ]
        return [search for search in searches if family == PYTHON or len(search.queries) >= MINIMUM_QUERIES]

    def _between(self) -> Search:
        places = self.dataset.positions(TEST)
        pairs = _among(places, self._sure(self.dataset.cross_language))
        return translations(self._pool(places), pairs, self.config.evaluation.max_queries, self.config.seed)

    def held_out(self, family: str) -> NDArray[np.int64]:
        """Positions of the held-out functions of a family of languages."""
        places = self.dataset.positions(TEST)
        return places[[self.dataset.families[place] == family for place in places.tolist()]]

    def counterpart_pairs(self) -> list[tuple[int, int]]:
        """List the pairs of held-out counterparts that are sure, as positions among the held-out functions."""
        return _among(self.dataset.positions(TEST), self._sure(self.dataset.independent))

    def _sure(self, match: Match) -> Pairs:
        changed = {"per_name": _EVERY_PAIR, "independent_weight": 1.0, "cross_language_weight": 1.0}
        pairs = match(self.config.data.positives.model_copy(update=changed), self.config.seed)
        return pairs.take(np.flatnonzero(pairs.weights >= _SURE))

    def _pool(self, places: NDArray[np.int64]) -> Pool:
        data = self.dataset
        functions = [
            Function(data.texts[place], str(data.packages[place]), data.languages[place], data.names[place])
            for place in places.tolist()
        ]
        return pool_of(functions, self.config.evaluation.max_candidates, self.config.seed)

    def mistakes(self) -> list[Pair]:
        """Inject mistakes into held-out functions of Python."""
        texts = [self.dataset.texts[place] for place in self.held_out(PYTHON).tolist()]
        return make_pairs(texts, self.config.evaluation.max_mutants, self.config.seed)

    def training_functions(self) -> list[str]:
        """Draw training functions of Python for baselines that count."""
        own = [place for place in self.dataset.positions(TRAIN).tolist() if self.dataset.families[place] == PYTHON]
        places = self._draw(own, _TRAINING_FUNCTIONS)
        return [self.dataset.texts[place] for place in places]

    def files(self, split: str, vocabulary: Sequence[str]) -> Files:
        """Lay out a split's Python files over a vocabulary: all training files, at most ``max_files`` of the others."""
        imported, families = self.dataset.file_imports, self.dataset.file_families
        positions = self.dataset.file_positions(split).tolist()
        places = [place for place in positions if imported[place] and families[place] == PYTHON]
        if split != TRAIN:
            places = self._draw(places, self.config.evaluation.max_files)
        texts = self.dataset.index.file_texts(self.dataset.files[places]) if places else []
        return Files.of(texts, [imported[place] for place in places], vocabulary)

    def held_out_files(self, vocabulary: Sequence[str]) -> tuple[Files, Files]:
        """Lay out the files to report on and the validation files to fit thresholds on."""
        return self.files(TEST, vocabulary), self.files(VALIDATION, vocabulary)

    def _draw(self, places: Sequence[int], limit: int) -> list[int]:
        order = np.random.default_rng(self.config.seed).permutation(len(places))[:limit]
        return [places[at] for at in sorted(order.tolist())]


def _among(places: NDArray[np.int64], pairs: Pairs) -> list[tuple[int, int]]:
    """The pairs whose functions are both among some, as positions there."""
    at = {place: number for number, place in enumerate(places.tolist())}
    both = zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)
    return [(at[first], at[second]) for first, second in both if first in at and second in at]
