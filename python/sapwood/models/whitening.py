"""Whitening with shrinkage: directions that carry no difference between functions stop ruling the cosine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sapwood.errors import BadInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Whitening:
    """An affine map to unit covariance, then unit length: `l2((x − mean) @ matrixᵀ)`.

    Shapes:
        mean (d,), matrix (d, d): rows are the principal components, leading first, each over the root of its variance.
    """

    mean: NDArray[np.float32]
    matrix: NDArray[np.float32]

    def apply(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Whitened rows (n, d) of unit length; a row equal to the mean stays zero."""
        whitened = (vectors - self.mean) @ self.matrix.T
        norms = np.linalg.norm(whitened, axis=1, keepdims=True)
        unit: NDArray[np.float32] = (whitened / np.maximum(norms, np.float32(1e-12))).astype(np.float32)
        return unit


def fit_whitening(vectors: NDArray[np.float32]) -> Whitening:
    r"""Fits the whitening of `vectors` (n, d) on their shrunk covariance.

    The covariance is that of `"A well-conditioned estimator for large-dimensional covariance matrices"
    <https://doi.org/10.1016/S0047-259X(03)00096-4>`_ (Ledoit and Wolf, 2004),
    :math:`\Sigma = (1 - \alpha) S + \alpha \frac{\mathrm{tr} S}{d} I`, so that fewer vectors than dimensions are enough
    and weak directions are not blown up. With :math:`\Sigma = Q \Lambda Q^\top` the matrix is
    :math:`\Lambda^{-1/2} Q^\top`.

    Raises:
        BadInputError: Fewer than two vectors, or vectors that are all the same.
    """
    from sklearn.covariance import ledoit_wolf

    if len(vectors) < 2:
        message = f"whitening needs the vectors of at least two functions, not {len(vectors)}; index more code"
        raise BadInputError(message)
    rows = vectors.astype(np.float64)
    mean = rows.mean(axis=0)
    covariance, _ = ledoit_wolf(rows - mean, assume_centered=True)
    variances, components = np.linalg.eigh(covariance)
    if variances[-1] <= 1e-12:
        message = "whitening needs functions whose vectors differ, and these are all the same; index more code"
        raise BadInputError(message)
    order = np.argsort(variances)[::-1]
    scale = 1.0 / np.sqrt(np.maximum(variances[order], variances[-1] * 1e-6))
    signed = components[:, order] * _signs(components[:, order])
    return Whitening(mean.astype(np.float32), np.ascontiguousarray((signed * scale).T, dtype=np.float32))


def _signs(components: NDArray[np.float64]) -> NDArray[np.float64]:
    """±1 for each column, so that its largest entry becomes positive: eigenvectors have no sign of their own."""
    largest = np.abs(components).argmax(axis=0)
    signs: NDArray[np.float64] = np.sign(components[largest, np.arange(components.shape[1])])
    return signs
