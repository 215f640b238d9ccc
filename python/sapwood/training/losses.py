"""Losses: contrastive over pairs, and multi-label with masks for labels that are missing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LARGEST_SCALE = 100.0
"""Bound of 1 / temperature, so that a learned temperature cannot run away on easy batches."""


class InfoNce(nn.Module):
    r"""Contrastive loss over pairs from `"Representation Learning with Contrastive Predictive Coding"
    <https://arxiv.org/abs/1807.03748>`_ (van den Oord et al., 2018), in both directions, with a learned temperature as
    in `CLIP <https://arxiv.org/abs/2103.00020>`_.

    .. math::
        -\sum_i \frac{w_i}{\sum_k w_k}
        \log \frac{\exp(a_i \cdot b_i / \tau)}{\sum_{j \notin E_i} v_{ij} \exp(a_i \cdot b_j / \tau)}

    over unit vectors, averaged with the same sum from b to a.

    Args:
        temperature: Where τ starts; 1 / τ is learned and stays at most 100.

    Shapes:
        - **input**: anchors a (n, d), positives b (n, d), weights w (n,), excluded (n, n): pairs that may be alike and
          are no negatives of each other, negatives v (n, n): how much each other pair counts as a negative, at least
          0, all 1 where none are given. The diagonal is never excluded, and its v is 1.
        - **output**: a scalar.
    """  # noqa: D205

    def __init__(self, temperature: float) -> None:
        super().__init__()
        self.log_scale = _log_scale(temperature)

    def forward(
        self, anchors: Tensor, positives: Tensor, weights: Tensor, excluded: Tensor, negatives: Tensor | None = None
    ) -> Tensor:
        """The weighted mean over the pairs of a batch."""
        logits = _scaled(self.log_scale, anchors, positives)
        # A factor of the exponential is a summand of the logit.
        logits = (logits + _counting(excluded, negatives).log()).masked_fill(_off_diagonal(excluded), -torch.inf)
        target = torch.arange(len(anchors), device=anchors.device)
        forth = functional.cross_entropy(logits, target, reduction="none")
        back = functional.cross_entropy(logits.t(), target, reduction="none")
        return _weighted_mean(0.5 * (forth + back), weights)


class MarginContrastive(nn.Module):
    r"""Contrastive loss with a margin from `"Dimensionality Reduction by Learning an Invariant Mapping"
    <https://doi.org/10.1109/CVPR.2006.100>`_ (Hadsell et al., 2006): positive :math:`d^2`, negative
    :math:`\max(0, m - d)^2`, over unit vectors; negatives are the other pairs of the batch.

    Args:
        margin: m.

    Shapes:
        Those of `InfoNce`.
    """  # noqa: D205

    def __init__(self, margin: float) -> None:
        super().__init__()
        self.margin = margin

    def forward(
        self, anchors: Tensor, positives: Tensor, weights: Tensor, excluded: Tensor, negatives: Tensor | None = None
    ) -> Tensor:
        """Weighted mean over the positives plus the mean over the negatives."""
        squared, counting = _squared_distances(anchors, positives), _counting(excluded, negatives)
        negative = ~(excluded | _diagonal(excluded)) & (counting > 0.0)
        pushed = counting * (self.margin - squared.sqrt()).clamp(min=0.0).square()
        return _weighted_mean(squared.diagonal(), weights) + masked_mean(pushed, negative)


class SupCon(nn.Module):
    r"""Contrastive loss with several positives from `"Supervised Contrastive Learning"
    <https://arxiv.org/abs/2004.11362>`_ (Khosla et al., 2020; the sum outside of the logarithm), in both directions:
    what `InfoNce` excludes counts as positive, too.

    .. math::
        -\sum_i \frac{w_i}{\sum_k w_k} \frac{1}{|P_i|} \sum_{p \in P_i}
        \log \frac{\exp(a_i \cdot b_p / \tau)}{\sum_j v_{ij} \exp(a_i \cdot b_j / \tau)}

    Args:
        temperature: As for `InfoNce`.

    Shapes:
        Those of `InfoNce`; :math:`P_i` is i and all that is excluded beside it, where v is 1.
    """  # noqa: D205

    def __init__(self, temperature: float) -> None:
        super().__init__()
        self.log_scale = _log_scale(temperature)

    def forward(
        self, anchors: Tensor, positives: Tensor, weights: Tensor, excluded: Tensor, negatives: Tensor | None = None
    ) -> Tensor:
        """The weighted mean over the pairs of a batch."""
        logits = _scaled(self.log_scale, anchors, positives)
        alike = excluded | _diagonal(excluded)
        logits = logits + _counting(excluded, negatives).log()
        forth = -torch.where(alike, functional.log_softmax(logits, 1), 0.0).sum(1) / alike.sum(1)
        back = -torch.where(alike.t(), functional.log_softmax(logits.t(), 1), 0.0).sum(1) / alike.sum(0)
        return _weighted_mean(0.5 * (forth + back), weights)


class Triplet(nn.Module):
    r"""Triplet loss from `"FaceNet" <https://arxiv.org/abs/1503.03832>`_ (Schroff et al., 2015), over all triplets of a
    batch that violate the margin as in `"In Defense of the Triplet Loss" <https://arxiv.org/abs/1703.07737>`_ (Hermans
    et al., 2017).

    .. math::
        \max(0, \lVert a_i - b_i \rVert - \lVert a_i - b_j \rVert + m), \quad j \notin E_i

    over unit vectors.

    Args:
        margin: m.

    Shapes:
        Those of `InfoNce`.
    """  # noqa: D205

    def __init__(self, margin: float) -> None:
        super().__init__()
        self.margin = margin

    def forward(
        self, anchors: Tensor, positives: Tensor, weights: Tensor, excluded: Tensor, negatives: Tensor | None = None
    ) -> Tensor:
        """Mean over the triplets that are not yet apart, each as heavy as its pair and negative; 0 where all are."""
        distance, counting = _squared_distances(anchors, positives).sqrt(), _counting(excluded, negatives)
        missing = distance.diagonal().unsqueeze(1) - distance + self.margin
        violating = (missing > 0.0) & ~(excluded | _diagonal(excluded))
        heavy = weights.unsqueeze(1) * counting * violating
        return torch.where(violating, missing, 0.0).mul(heavy).sum() / heavy.sum().clamp(min=1e-8)


CONTRASTIVE: Final[dict[str, Callable[[float, float], nn.Module]]] = {
    "info_nce": lambda temperature, _margin: InfoNce(temperature),
    "sup_con": lambda temperature, _margin: SupCon(temperature),
    "margin": lambda _temperature, margin: MarginContrastive(margin),
    "triplet": lambda _temperature, margin: Triplet(margin),
}
"""The losses over pairs, made of a temperature and a margin: each takes the one that it has."""


def found_positives(anchors: Tensor, positives: Tensor, excluded: Tensor) -> Tensor:
    """(p,): whether each pair's positive is nearest to its anchor among the batch's positives."""
    similar = _cosines(anchors, positives).masked_fill(_off_diagonal(excluded), -torch.inf)
    found: Tensor = similar.argmax(1) == torch.arange(len(anchors), device=anchors.device)
    return found


def retrieval_accuracy(anchors: Tensor, positives: Tensor, excluded: Tensor) -> float:
    """Share of the pairs whose positive is nearest to its anchor among the batch's positives, in [0, 1]."""
    return float(found_positives(anchors, positives, excluded).float().mean())


def multi_label_loss(
    logits: Tensor, targets: Tensor, mask: Tensor, positive_weight: Tensor, focal_gamma: float = 0.0
) -> Tensor:
    r"""Binary cross-entropy over known labels, with weights for rare positives, and less of what is easy.

    Each term is multiplied by :math:`(1 - p_t)^\gamma`, where :math:`p_t` is the probability that the model gives to
    what is right, as in `"Focal Loss for Dense Object Detection" <https://arxiv.org/abs/1708.02002>`_ (Lin et al.,
    2017); the positive weights stand for their α.

    Args:
        logits: (n, labels).
        targets: (n, labels) in [0, 1].
        mask: (n, labels) bool, False where a label is missing; nothing known gives 0.
        positive_weight: (labels,), see `positive_weights`.
        focal_gamma: γ, at least 0; 0 is plain cross-entropy.
    """
    losses = functional.binary_cross_entropy_with_logits(logits, targets, pos_weight=positive_weight, reduction="none")
    if focal_gamma:
        # |t - p| is 1 - p_t for certain labels and has a meaning for soft ones; above 0, where powers have a gradient.
        losses = losses * (targets - logits.sigmoid()).abs().clamp(min=1e-8).pow(focal_gamma)
    return masked_mean(losses, mask)


def positive_weights(targets: Tensor, mask: Tensor | None = None, largest: float = 20.0) -> Tensor:
    """√(negatives / positives) of each label of (n, labels), between 1 and `largest`; a label without positives gets 1.

    Where `mask` (n, labels) is False, a label is missing and counts as neither.

    The root keeps rare labels audible without making every score an overestimate by their full imbalance.
    """
    known = all_known(targets) if mask is None else mask
    positives = (targets * known).sum(0)
    ratio = ((known.sum(0) - positives) / positives.clamp(min=1.0)).sqrt().clamp(1.0, largest)
    return torch.where(positives > 0, ratio, torch.ones_like(ratio))


def multi_task(losses: Mapping[str, Tensor | None], weights: Mapping[str, float]) -> Tensor:
    """Weighted sum of the losses of several heads, in the order of their names; a head without labels has None."""
    return torch.stack([weights[name] * loss for name, loss in sorted(losses.items()) if loss is not None]).sum()


def all_known(labels: Tensor) -> Tensor:
    """A mask for labels of which none is missing."""
    return torch.ones_like(labels, dtype=torch.bool)


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean over the entries where `mask` is true, 0 where there are none; masked values have no gradient."""
    return torch.where(mask, values, 0.0).sum() / mask.sum().clamp(min=1)


def _log_scale(temperature: float) -> nn.Parameter:
    """The logarithm of 1 / temperature, to be learned."""
    return nn.Parameter(torch.tensor(math.log(1.0 / temperature)))


def _scaled(log_scale: Tensor, anchors: Tensor, positives: Tensor) -> Tensor:
    scale = log_scale.exp().clamp(max=LARGEST_SCALE)
    return scale * functional.normalize(anchors) @ functional.normalize(positives).t()


def _cosines(anchors: Tensor, positives: Tensor) -> Tensor:
    """(n, n), in [-1, 1]."""
    return functional.normalize(anchors) @ functional.normalize(positives).t()


def _squared_distances(anchors: Tensor, positives: Tensor) -> Tensor:
    """(n, n) of unit vectors; above 0, where the root has a gradient."""
    return (2.0 - 2.0 * _cosines(anchors, positives)).clamp(min=1e-8)


def _weighted_mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp(min=1e-8)


def _counting(excluded: Tensor, negatives: Tensor | None) -> Tensor:
    """(n, n): how much each entry counts in a sum over negatives; 1 on the diagonal and where pairs may be alike."""
    if negatives is None:
        return torch.ones_like(excluded, dtype=torch.float32)
    return negatives.masked_fill(excluded | _diagonal(excluded), 1.0)


def _diagonal(like: Tensor) -> Tensor:
    return torch.eye(len(like), dtype=torch.bool, device=like.device)


def _off_diagonal(mask: Tensor) -> Tensor:
    return mask & ~_diagonal(mask)
