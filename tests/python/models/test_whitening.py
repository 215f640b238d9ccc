"""Whitened training vectors have no preferred direction, and the transform is a stable function of its data."""

import numpy as np
import pytest

from sapwood.errors import BadInputError
from sapwood.models.whitening import fit_whitening


def correlated(rows, seed=0, width=8):
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(width, width)) * np.geomspace(4.0, 1.5, width)
    return (rng.normal(size=(rows, width)) @ mixing.T + 3.0).astype(np.float32)


def test_covariance_of_many_whitened_rows_is_the_identity():
    vectors = correlated(20_000)
    whitening = fit_whitening(vectors)
    rows = (vectors - whitening.mean) @ whitening.matrix.T
    np.testing.assert_allclose(np.cov(rows.T), np.eye(8), atol=0.04)


def test_leading_component_comes_first():
    vectors = correlated(5_000)
    whitening = fit_whitening(vectors)
    variances = 1.0 / np.square(whitening.matrix).sum(axis=1)
    assert (np.diff(variances) <= 1e-6).all()
    direction = whitening.matrix[0] / np.linalg.norm(whitening.matrix[0])
    np.testing.assert_allclose(np.var((vectors - vectors.mean(0)) @ direction), variances[0], rtol=0.02)


def test_fewer_rows_than_dimensions_stay_finite_and_of_unit_length():
    vectors = correlated(5)
    unit = fit_whitening(vectors).apply(correlated(50, seed=1))
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1.0, rtol=1e-5)


def test_order_of_rows_does_not_matter_for_the_signs():
    vectors = correlated(500)
    first, second = fit_whitening(vectors), fit_whitening(vectors[::-1].copy())
    np.testing.assert_allclose(first.matrix, second.matrix, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("rows", "reason"), [(1, "at least two"), (3, "all the same")])
def test_vectors_without_spread_are_refused(rows, reason):
    with pytest.raises(BadInputError, match=reason):
        fit_whitening(np.ones((rows, 4), np.float32))
