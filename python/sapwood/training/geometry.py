"""How vectors lie in space: terms that spread them, and measures."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

_PROJECTIONS = 64
_POINTS, _FARTHEST = 17, 4.0
"""Where characteristic functions are compared: frequencies from 0 to the farthest, evenly spaced."""
_UNIFORMITY_T = 2.0


def uniformity(vectors: Tensor) -> Tensor:
    r"""Logarithm of the mean over pairs of unit vectors (n, d) of :math:`\exp(-2 \lVert x - y \rVert^2)`, at most 0.

    From `"Understanding Contrastive Representation Learning through Alignment and Uniformity on the Hypersphere"
    <https://arxiv.org/abs/2005.10242>`_ (Wang and Isola, 2020); the lower, the more evenly they cover the sphere. Fewer
    than two vectors give 0.
    """
    if len(vectors) < 2:
        return vectors.new_zeros(())
    unit = functional.normalize(vectors)
    first, second = torch.triu_indices(len(unit), len(unit), 1, device=unit.device)
    squared = (2.0 - 2.0 * (unit @ unit.t())[first, second]).clamp(min=0.0)
    return torch.logsumexp(-_UNIFORMITY_T * squared, 0) - math.log(len(squared))


def variance_hinge(vectors: Tensor) -> Tensor:
    r"""Mean over dimensions of :math:`\max(0, 1 - \sigma_j)`, in [0, 1], of vectors (n, d) as they are.

    The variance term of `"VICReg" <https://arxiv.org/abs/2105.04906>`_ (Bardes et al., 2022): no dimension may die.
    """
    return (1.0 - (vectors.var(0, correction=0) + 1e-4).sqrt()).clamp(min=0.0).mean()


def gaussian_distance(vectors: Tensor) -> Tensor:
    r"""How far vectors (n, d) are from an isotropic Gaussian of variance 1: at least 0, and about 1 / n for one.

    The statistic of Epps and Pulley (1983), :math:`\int |\hat\varphi(t) - e^{-t^2/2}|^2 e^{-t^2/2} dt` over the
    empirical characteristic function, averaged over random directions as in `"LeJEPA"
    <https://arxiv.org/abs/2511.08544>`_ (Balestriero and LeCun, 2025). It needs no more vectors than dimensions.
    """
    directions = functional.normalize(torch.randn(vectors.shape[1], _PROJECTIONS, device=vectors.device), dim=0)
    points = torch.linspace(0.0, _FARTHEST, _POINTS, device=vectors.device)
    expected = (-0.5 * points.square()).exp()
    angles = (vectors.float() @ directions).unsqueeze(-1) * points
    apart = (angles.cos().mean(0) - expected).square() + angles.sin().mean(0).square()
    # The integrand is even, so half of it is enough.
    return 2.0 * torch.trapezoid(apart * expected, points).mean()


def effective_rank(vectors: Tensor) -> Tensor:
    r"""Exponential of the entropy of the singular values of the centred vectors (n, d), in [1, min(n, d)].

    From "The effective rank: a measure of effective dimensionality" (Roy and Vetterli, 2007); 1 where all are one.
    """
    singular = torch.linalg.svdvals((vectors - vectors.mean(0)).double())
    total = singular.sum()
    if float(total) <= 1e-12:
        return vectors.new_ones(())
    shares = singular / total
    entropy: Tensor = torch.special.entr(shares).sum()
    return entropy.exp().to(vectors.dtype)


REGULARISERS = {"uniformity": uniformity, "variance": variance_hinge, "gaussian": gaussian_distance}
"""Each by the name of its weight in the settings."""
