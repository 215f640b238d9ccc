"""What a mistake's score is worth where mistakes are as rare as they are, not as frequent as in training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

SAMPLED: Final = 0.5
"""Share of the functions that have a mistake in training: each mutant comes with its original."""
_SMALLEST: Final = 1e-6
"""Bound of a share, so that a label that never occurred has finite odds."""


@dataclass(frozen=True)
class Priors:
    r"""Shares of labels, as a model was trained to see them and as they are.

    Outputs are moved to the other share by `"Adjusting the Outputs of a Classifier to New a Priori Probabilities"
    <https://doi.org/10.1162/089976602753284446>`_ (Saerens et al., 2002, equation 2.4), which for two classes is
    Theorem 2 of `"The Foundations of Cost-Sensitive Learning" <https://cseweb.ucsd.edu/~elkan/rescale.pdf>`_
    (Elkan, 2001):

    .. math::
        \mathrm{logit}\, p' = \mathrm{logit}\, p - \mathrm{logit}\, \pi + \mathrm{logit}\, \pi'

    with :math:`\pi` the trained and :math:`\pi'` the natural share. It is exact where code with a mistake looks like
    that in training, and likewise code without one.

    Shapes:
        trained, natural (labels,): in (0, 1).
    """

    trained: Floats
    natural: Floats

    def correct(self, logits: Floats) -> Floats:
        """(n, labels) probabilities at the natural shares, from logits at the trained ones."""
        moved = logits.astype(np.float64) - _logit(self.trained) + _logit(self.natural)
        corrected: Floats = 0.5 * (1.0 + np.tanh(0.5 * moved))
        return corrected

    def as_json(self) -> dict[str, list[float]]:
        """What a manifest keeps."""
        return {"trained": self.trained.tolist(), "natural": self.natural.tolist()}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Priors:
        """Reads what `as_json` gave."""
        return cls(np.asarray(kept["trained"], np.float64), np.asarray(kept["natural"], np.float64))


def priors_of(shares: Floats, positive_weights: Floats, prevalence: float) -> Priors:
    """The priors of labels that make up `shares` of a training set of which half the functions have a mistake.

    Args:
        shares: (labels,) share of positive examples of each label in training.
        positive_weights: (labels,) weight of a positive in the loss, which has the effect of so many positives.
        prevalence: Share of functions that have a mistake in code as it is; kinds of mistakes are taken to be as
            frequent beside each other as in training.
    """
    bounded = np.clip(np.asarray(shares, np.float64), _SMALLEST, 1.0 - _SMALLEST)
    weighted = positive_weights * bounded
    return Priors(weighted / (weighted + 1.0 - bounded), bounded * prevalence / SAMPLED)


def any_of(probabilities: Floats) -> Floats:
    """Probability that at least one of independent events (n, …) happens, over the first axis; 0 without any."""
    happens: Floats = -np.expm1(np.log1p(-np.minimum(probabilities, 1.0 - _SMALLEST)).sum(axis=0))
    return happens


def _logit(shares: Floats) -> Floats:
    odds: Floats = np.log(shares) - np.log1p(-shares)
    return odds
