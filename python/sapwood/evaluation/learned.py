"""Published models as methods, judges and guessers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sapwood.data import PYTHON
from sapwood.evaluation.methods import Vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from sapwood.inference import GraphPredictor, Predictor

    Floats = NDArray[np.floating[Any]]
    Lines = list[tuple[int, float]]


def vectors(predictor: Predictor) -> Vectors:
    """Rank by a model's vectors."""
    return Vectors(predictor.model, predictor.embed)


@dataclass(frozen=True, slots=True)
class LearnedJudge:
    """A model's bug head, with the lines that its statement head names where it has one."""

    name: str
    predictor: Predictor
    is_baseline: bool = False

    def judge(self, texts: Sequence[str]) -> tuple[Floats, list[Lines]]:
        """Score by the probability of a bug, and lines by theirs."""
        return self.predictor.bug_scores(texts, [PYTHON] * len(texts))


@dataclass(frozen=True, slots=True)
class LearnedGuesser:
    """A model's imports head."""

    name: str
    predictor: GraphPredictor
    is_baseline: bool = False

    def guess(self, texts: Sequence[str]) -> Floats:
        """Score by the probability of each module of Python."""
        return self.predictor.import_scores(texts, [PYTHON] * len(texts))[:, self.predictor.columns_of(PYTHON)]
