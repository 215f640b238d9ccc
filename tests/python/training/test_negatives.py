"""Laws of negatives: what counts, what is mined, what shares a batch and a cluster."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sapwood.data.containment import Places
from sapwood.training.negatives import (
    Apart,
    Distant,
    cluster,
    compose,
    every_negative,
    met,
    mine,
    negative_weights,
    removed_share,
)

COUNT = 24
SEEDS = st.integers(0, 2**32 - 1)


def somewhere(rng):
    """Places of functions in a project of two folders, six files, and a class in each."""
    files = rng.integers(0, 6, COUNT)
    holders = np.where(rng.random(COUNT) < 0.5, files, 100 + files)
    paths = [
        [200 + file % 2, file, *([] if holder == file else [holder]), 300 + own]
        for own, (file, holder) in enumerate(zip(files.tolist(), holders.tolist(), strict=True))
    ]
    return Places(np.array([path + [-1] * (4 - len(path)) for path in paths]), files, holders)


def rules(rng):
    """Each rule over the same views."""
    return {
        "plain": every_negative,
        "siblings": Distant(somewhere(rng)),
        "clusters": Apart(rng.integers(-1, 5, COUNT).astype(np.int32)),
    }


@settings(max_examples=25, deadline=None)
@given(SEEDS)
@pytest.mark.parametrize("name", ["plain", "siblings", "clusters"])
def test_weights_have_mean_one_over_what_is_left_and_keep_the_positives(name, seed):
    rng = np.random.default_rng(seed)
    rule = rules(rng)[name]
    first, second = rng.integers(0, COUNT, (2, 8))
    alike = rng.random((8, 8)) < 0.2
    weights = negative_weights(rule, first, second, alike)
    left = weights[(weights > 0) & ~np.eye(8, dtype=bool)]
    assert weights.dtype == np.float32
    assert (weights.diagonal() == 1.0).all()
    assert (weights[alike & ~np.eye(8, dtype=bool)] == 0.0).all()
    assert (weights >= 0.0).all()
    assert not len(left) or left.mean() == pytest.approx(1.0, rel=1e-5)
    assert 0.0 <= removed_share(rule, first, second, alike) <= 1.0


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_the_order_of_two_functions_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, COUNT, (2, 8))
    for rule in rules(rng).values():
        np.testing.assert_array_equal(rule(first, second), rule(second, first).T)


def test_nearer_in_the_project_counts_more_but_siblings_do_not():
    paths = np.array([[1, 10, 100], [1, 10, 101], [1, 11, 102], [2, 12, 103]])
    rule = Distant(Places(paths, files=paths[:, 1], holders=paths[:, 1]))
    siblings, neighbours, strangers = rule(np.zeros(1, np.int64), np.arange(1, 4))[0]
    assert (siblings, neighbours, strangers) == (0.0, 1 / 4, pytest.approx(1 / 6))


def test_views_without_a_cluster_are_apart_from_all():
    rule = Apart(np.array([-1, -1, 2, 2], np.int32))
    views = np.arange(4)
    assert (rule(views, views) == 0.0).sum() == 4
    assert removed_share(rule, views, views, np.zeros((4, 4), bool)) == 2 / 12


def mining(seed, margin=0.1, per_anchor=3, ban=0.3):
    """Anchors, their positives, what is forbidden, and what was mined."""
    generator = torch.Generator().manual_seed(seed)
    anchors = torch.randn(COUNT, 4, generator=generator)
    positives = anchors + torch.randn(COUNT, 4, generator=generator)
    candidates = np.sort(np.random.default_rng(seed).permutation(COUNT)[:16])
    banned = np.random.default_rng(seed).random((COUNT, 16)) < ban
    mined = mine(anchors, positives, candidates, lambda rows: banned[rows], per_anchor=per_anchor, margin=margin)
    return anchors, positives, candidates, banned, mined


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.floats(-1.0, 1.0, allow_subnormal=False))
def test_mined_are_the_nearest_allowed_that_the_guard_lets_pass(seed, margin):
    anchors, positives, candidates, banned, mined = mining(seed, margin)
    similar = torch.nn.functional.cosine_similarity(anchors[:, None], positives[None, candidates], dim=2)
    own = torch.nn.functional.cosine_similarity(anchors, positives)
    refused = 0
    for row, found in enumerate(mined.rows.tolist()):
        allowed = [at for at, other in enumerate(candidates.tolist()) if other != row and not banned[row, at]]
        ranked = sorted(allowed, key=lambda at: -float(similar[row, at]))
        guarded = [at for at in ranked if float(similar[row, at]) <= float(own[row]) - margin]
        expected = [int(candidates[at]) for at in guarded][:3]
        refused += min(3, len(allowed) - len(guarded))
        assert [other for other in found if other >= 0] == expected
        assert all(other == -1 for other in found[len(expected) :])
    assert mined.refused == refused
    assert mined.count == (mined.rows >= 0).sum()


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.floats(-0.5, 0.5, allow_subnormal=False), st.floats(0.0, 0.5, allow_subnormal=False))
def test_a_wider_margin_refuses_no_less(seed, margin, more):
    narrow, wide = mining(seed, margin)[-1], mining(seed, margin + more)[-1]
    assert wide.refused >= narrow.refused
    assert wide.count <= narrow.count


def test_nothing_is_mined_where_all_is_forbidden():
    mined = mining(0, ban=2.0)[-1]
    assert (mined.count, mined.refused) == (0, 0)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.floats(0.0, 1.0, allow_subnormal=False), st.integers(1, 5))
def test_each_pair_is_in_one_batch_of_the_right_size(seed, share, batches):
    mined = mining(seed % 1000)[-1].rows
    sizes = [len(part) for part in np.array_split(np.arange(COUNT), batches)]
    made = compose(mined, sizes, share, np.random.default_rng(seed))
    assert sorted(len(batch) for batch in made) == sorted(sizes)
    assert sorted(np.concatenate(made).tolist()) == list(range(COUNT))
    again = compose(mined, sizes, share, np.random.default_rng(seed))
    assert all((one == other).all() for one, other in zip(made, again, strict=True))


def test_anchors_meet_more_of_what_was_mined_than_by_chance():
    mined = mining(3)[-1].rows
    sizes = [6] * 4
    composed = [met(mined, compose(mined, sizes, 1.0, np.random.default_rng(seed))) for seed in range(20)]
    drawn = [met(mined, compose(mined, sizes, 0.0, np.random.default_rng(seed))) for seed in range(20)]
    assert np.mean(composed) > 1.5 * np.mean(drawn)


def test_clusters_are_those_of_directions_and_the_same_for_a_seed():
    rng = np.random.default_rng(5)
    centres = np.eye(3, 8)[rng.integers(0, 3, 90)]
    vectors = ((centres + 0.05 * rng.normal(size=(90, 8))) * rng.uniform(0.5, 5.0, (90, 1))).astype(np.float32)
    found = cluster(vectors, 3, seed=1)
    truth = centres.argmax(axis=1)
    assert len({(one, other) for one, other in zip(found.tolist(), truth.tolist(), strict=True)}) == 3
    assert (cluster(vectors, 3, seed=1) == found).all()


def test_fewer_vectors_than_clusters_are_each_their_own():
    assert sorted(cluster(np.eye(3, dtype=np.float32), 64, seed=0).tolist()) == [0, 1, 2]
