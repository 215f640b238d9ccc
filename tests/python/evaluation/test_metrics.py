"""Measures agree with hand-made cases, with other implementations, and keep their laws."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from torchmetrics.functional import retrieval as oracle

from sapwood.evaluation import metrics


@st.composite
def queries(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Scores with ties, and at least one relevant candidate."""
    size = draw(st.integers(1, 30))
    scores = np.array(draw(st.lists(st.integers(0, 9), min_size=size, max_size=size)), dtype=np.float32)
    relevant = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    relevant[draw(st.integers(0, size - 1))] = True
    return scores, relevant


@pytest.mark.parametrize(
    ("flags", "right", "expected"),
    [
        ([True, False, True], 2, ({1: 0.5, 3: 1.0, 10: 1.0}, {1: 1.0, 3: 1.0, 10: 1.0}, 1.0, 0.5)),
        ([False, True], 2, ({1: 0.0, 3: 0.5, 10: 0.5}, {1: 0.0, 3: 1.0, 10: 1.0}, 0.5, 0.25)),
        ([], 3, ({1: 0.0, 3: 0.0, 10: 0.0}, {1: 0.0, 3: 0.0, 10: 0.0}, 0.0, 0.0)),
        ([True], 4, ({1: 0.25, 3: 0.25, 10: 0.25}, {1: 1.0, 3: 1.0, 10: 1.0}, 1.0, 0.25)),
        ([False] * 5, 1, ({1: 0.0, 3: 0.0, 10: 0.0}, {1: 0.0, 3: 0.0, 10: 0.0}, 0.0, 0.0)),
    ],
)
def test_ranked_answers_by_hand(flags: list[bool], right: int, expected: tuple[object, ...]) -> None:
    found = np.array(flags, dtype=bool)
    measured = (
        metrics.recall_at(found, right, [1, 3, 10]),
        metrics.hit_at(found, right, [1, 3, 10]),
        metrics.reciprocal_rank(found, right),
        metrics.average_precision_at_r(found, right),
    )
    assert measured == expected


@pytest.mark.parametrize("right", [0, 1])
def test_impossible_numbers_of_right_answers_are_refused(right: int) -> None:
    with pytest.raises(ValueError, match="right answers"):
        metrics.recall_at(np.array([True, True]), right, [1])


def test_cutoffs_count_from_one() -> None:
    with pytest.raises(ValueError, match="count from 1"):
        metrics.recall_at(np.array([True]), 1, [0])


@given(queries())
def test_measures_stay_in_range_and_recall_grows_with_k(query: tuple[np.ndarray, np.ndarray]) -> None:
    scores, relevant = query
    flags, right = metrics.ranked_relevance(scores, relevant), int(relevant.sum())
    recall = list(metrics.recall_at(flags, right, range(1, 40)).values())
    assert recall == sorted(recall)
    assert recall[-1] == 1.0
    values = [*recall, metrics.reciprocal_rank(flags, right), metrics.average_precision_at_r(flags, right)]
    assert all(0.0 <= value <= 1.0 for value in values)


@given(queries(), st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(query: tuple[np.ndarray, np.ndarray], random: object) -> None:
    scores, relevant = query
    order = list(range(len(scores)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert (
        metrics.ranked_relevance(scores, relevant).tolist()
        == metrics.ranked_relevance(scores[order], relevant[order]).tolist()
    )


@given(queries())
def test_equal_scores_gain_nothing(query: tuple[np.ndarray, np.ndarray]) -> None:
    _, relevant = query
    flags = metrics.ranked_relevance(np.zeros(len(relevant), dtype=np.float32), relevant)
    assert flags.tolist() == sorted(relevant.tolist())


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_retrieval_agrees_with_torchmetrics(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, relevant = rng.permutation(20).astype(np.float32), rng.random(20) < 0.3
    relevant[0] = True
    flags, right = metrics.ranked_relevance(scores, relevant), int(relevant.sum())
    given_scores, target = torch.from_numpy(scores), torch.from_numpy(relevant)
    assert_allclose(
        metrics.reciprocal_rank(flags, right), oracle.retrieval_reciprocal_rank(given_scores, target), rtol=1e-5
    )
    for k in (1, 3, 10):
        recall = oracle.retrieval_recall(given_scores, target, top_k=k)
        hit = oracle.retrieval_hit_rate(given_scores, target, top_k=k)
        assert_allclose(metrics.recall_at(flags, right, [k])[k], recall, rtol=1e-5)
        assert_allclose(metrics.hit_at(flags, right, [k])[k], hit, rtol=1e-5)


def test_means_carry_their_standard_error() -> None:
    mean = metrics.mean_of([0.0, 1.0, 1.0, 0.0])
    assert (mean.value, mean.n) == (0.5, 4)
    assert mean.error == pytest.approx(0.28867513)
    assert metrics.mean_of([1.0]).error is None


def test_a_resampled_error_is_that_of_the_mean() -> None:
    values = np.random.default_rng(0).normal(size=400)
    resampled, known = metrics.bootstrapped(lambda rows: float(values[rows].mean()), 400, 400), metrics.mean_of(values)
    assert resampled.value == known.value
    assert known.error is not None
    assert resampled.error == pytest.approx(known.error, rel=0.4)


def test_retrieval_means_are_keyed_by_the_k_asked_for() -> None:
    means = metrics.retrieval_means([(np.array([True]), 1), (np.array([], dtype=bool), 2)], [5, 20])
    assert list(means) == ["MAP@R", "MRR", "hit@1", "recall@5", "recall@20"]
    assert means["recall@20"].value == 0.5


def test_labels_outside_the_vocabulary_count_as_missed() -> None:
    scores = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])
    labels = np.array([[True, False], [True, False], [False, False]])
    mean = metrics.label_recall_at(scores, labels, [1, 0, 0], 1)
    assert (mean.value, mean.n) == (0.25, 2)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_best_threshold_is_the_best(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, labels = rng.random((4, 6)).round(1), rng.random((4, 6)) < 0.4
    labels[0, 0] = True
    best = metrics.micro_f1(scores, labels, metrics.best_threshold(scores, labels))
    assert all(metrics.micro_f1(scores, labels, cut) <= best + 1e-12 for cut in np.unique(scores))


def test_pairs_split_a_tie() -> None:
    assert metrics.paired_accuracy(np.array([0.1, 0.5, 0.5]), np.array([0.2, 0.5, 0.4])).value == 0.5


@pytest.mark.parametrize(
    ("lines", "wrong", "cutoff", "expected"),
    [
        ([(1, 0.1), (2, 0.9), (3, 0.5)], {2}, 1, 1.0),
        ([(1, 0.1), (2, 0.9), (3, 0.5)], {3}, 1, 0.0),
        ([(1, 0.1), (2, 0.9), (3, 0.5)], {3}, 2, 1.0),
        ([(1, 0.5), (2, 0.5)], {1}, 1, 0.5),
        ([(1, 0.9), (2, 0.5), (3, 0.5), (4, 0.5)], {3}, 2, 1 / 3),
        ([(1, 0.9)], {7}, 3, 0.0),
        ([], {7}, 3, 0.0),
    ],
)
def test_lines_by_hand(lines: list[tuple[int, float]], wrong: set[int], cutoff: int, expected: float) -> None:
    assert_allclose(metrics.line_found(lines, wrong, cutoff), expected)


def test_chance_of_a_random_line() -> None:
    assert_allclose(metrics.chance_of_a_hit(10, 1, 3), 0.3)
    assert metrics.chance_of_a_hit(2, 1, 3) == 1.0
    assert metrics.chance_of_a_hit(2, 0, 3) == 0.0
