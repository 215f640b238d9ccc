"""What is asked about: held-out functions and files of a data set, drawn once for all methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sapwood.data import TEST, TRAIN, VALIDATION, match_functions
from sapwood.evaluation.bugs import Pair, make_pairs
from sapwood.evaluation.imports import Files
from sapwood.evaluation.retrieval import Search, counterparts, pool_of, rewrites

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sapwood.config import Config
    from sapwood.data import Dataset

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
        """Lay out the two retrieval tasks over the same pool of held-out functions."""
        limits, seed = self.config.evaluation, self.config.seed
        places = self.dataset.positions(TEST)
        texts = [self.dataset.texts[place] for place in places]
        pool = pool_of(texts, self.dataset.packages[places].tolist(), limits.max_candidates, seed)
        pairs = self.counterpart_pairs()
        return [
            counterparts(pool, pairs, limits.max_queries, seed),
            rewrites(pool, limits.max_queries, seed, self.dataset.language),
        ]

    def counterpart_pairs(self) -> list[tuple[int, int]]:
        """List the pairs of held-out counterparts that are sure, as positions among the held-out functions."""
        places = self.dataset.positions(TEST)
        settings = self.config.data.positives.model_copy(update={"per_name": _EVERY_PAIR})
        pairs = match_functions(
            [self.dataset.names[place] for place in places],
            [self.dataset.docstrings[place] for place in places],
            self.dataset.packages[places].tolist(),
            [TEST] * len(places),
            settings=settings,
            seed=self.config.seed,
        )
        sure = pairs.weights >= _SURE
        return list(zip(pairs.first[sure].tolist(), pairs.second[sure].tolist(), strict=True))

    def mistakes(self) -> list[Pair]:
        """Inject mistakes into held-out functions."""
        places = self.dataset.positions(TEST)
        texts = [self.dataset.texts[place] for place in places]
        return make_pairs(texts, self.config.evaluation.max_mutants, self.config.seed, self.dataset.language)

    def training_functions(self) -> list[str]:
        """Draw training functions for baselines that count."""
        places = self._draw(self.dataset.positions(TRAIN).tolist(), _TRAINING_FUNCTIONS)
        return [self.dataset.texts[place] for place in places]

    def files(self, split: str, vocabulary: Sequence[str]) -> Files:
        """Lay out a split's files over a vocabulary: all training files, at most ``max_files`` of the others."""
        imported = self.dataset.file_imports
        places = [place for place in self.dataset.file_positions(split).tolist() if imported[place]]
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
