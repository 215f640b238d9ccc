"""Probabilities follow the share of mistakes that there is, not the one that training showed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sapwood.models.priors import Priors, any_of, priors_of

SHARES = st.floats(1e-4, 1.0 - 1e-4, allow_subnormal=False)
LOGITS = st.lists(st.floats(-20.0, 20.0, allow_subnormal=False), min_size=2, max_size=20).map(
    lambda values: np.array(values)[:, None]
)


def priors(trained, natural):
    return Priors(np.array([trained]), np.array([natural]))


@given(LOGITS, SHARES)
def test_equal_shares_change_nothing(logits, share):
    np.testing.assert_allclose(priors(share, share).correct(logits), 1.0 / (1.0 + np.exp(-logits)), atol=1e-12)


@given(LOGITS, SHARES, SHARES)
def test_the_order_stays(logits, trained, natural):
    ordered = np.sort(logits, axis=0)
    assert (np.diff(priors(trained, natural).correct(ordered), axis=0) >= 0.0).all()


@given(LOGITS, SHARES, SHARES)
def test_there_and_back_is_where_it_was(logits, trained, natural):
    there = np.clip(priors(trained, natural).correct(logits), 1e-12, 1.0 - 1e-12)
    back = priors(natural, trained).correct(np.log(there) - np.log1p(-there))
    np.testing.assert_allclose(back, 1.0 / (1.0 + np.exp(-logits)), atol=1e-4)


@pytest.mark.parametrize("prevalence", [0.002, 0.01, 0.2, 0.5])
@pytest.mark.parametrize("weight", [1.0, 3.0])
def test_the_base_rate_is_restored(prevalence, weight):
    """Scores of two normal classes, with the posterior that a weighted loss on a balanced sample tends to."""
    rng = np.random.default_rng(0)
    wrong = rng.random(400_000) < prevalence
    seen = rng.normal(loc=np.where(wrong, 1.0, -1.0))
    logits = (2.0 * seen + np.log(weight))[:, None]
    moved = priors_of(np.array([0.5]), np.array([weight]), prevalence)
    assert moved.correct(logits).mean() == pytest.approx(prevalence, rel=0.05)


def test_kinds_keep_their_mix():
    moved = priors_of(np.array([0.1, 0.4, 0.0]), np.ones(3), 0.01)
    np.testing.assert_allclose(moved.natural[:2], [0.002, 0.008])
    assert 0.0 < moved.natural[2] < 1e-5


def test_a_manifest_keeps_them():
    kept = priors_of(np.array([0.1, 0.4]), np.array([3.0, 1.0]), 0.01)
    read = Priors.of(kept.as_json())
    np.testing.assert_array_equal(read.trained, kept.trained)
    np.testing.assert_array_equal(read.natural, kept.natural)


def test_any_of_independent_events():
    assert any_of(np.array([])) == 0.0
    assert any_of(np.array([0.5, 0.5])) == pytest.approx(0.75)
    assert any_of(np.array([1e-9, 1e-9])) == pytest.approx(2e-9)
    assert any_of(np.array([1.0])) == pytest.approx(1.0, abs=1e-5)
