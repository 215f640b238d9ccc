"""Terms that spread vectors equal their formulas and have their laws; what is logged of pairs is what it says."""

import math

import pytest
import torch
from torch.nn import functional

from sapwood.training.geometry import REGULARISERS, effective_rank, gaussian_distance, uniformity, variance_hinge
from sapwood.training.objective import PairVectors, geometry


def normal(rows, width, seed=0):
    return torch.randn(rows, width, generator=torch.Generator().manual_seed(seed))


def test_uniformity_is_the_mean_potential_of_all_pairs():
    vectors = normal(9, 5)
    squared = torch.pdist(functional.normalize(vectors)).square()
    assert uniformity(vectors).item() == pytest.approx(math.log((-2 * squared).exp().mean().item()), rel=1e-5)
    assert uniformity(torch.ones(4, 3)).item() == pytest.approx(0.0, abs=1e-6)
    assert uniformity(torch.ones(1, 3)).item() == 0.0


def test_variance_asks_for_a_deviation_of_one_in_every_dimension():
    vectors = 3.0 * normal(4000, 4)
    vectors[:, 0] = 0.0
    assert variance_hinge(vectors).item() == pytest.approx(0.25, abs=0.01)
    assert variance_hinge(vectors[:, 1:]).item() == 0.0


def test_the_distance_from_a_gaussian_falls_with_more_vectors_of_one_and_sees_other_shapes():
    torch.manual_seed(0)
    few, many = (gaussian_distance(normal(count, 32)).item() for count in (32, 4096))
    assert many < few / 30
    for wrong in (
        2.0 * normal(4096, 32),
        0.5 * normal(4096, 32),
        normal(4096, 32) + 0.5,
        normal(4096, 1).repeat(1, 32),
    ):
        assert gaussian_distance(wrong).item() > 20 * many


def test_effective_rank_counts_directions():
    assert effective_rank(torch.ones(8, 5)).item() == 1.0
    flat = torch.zeros(4000, 10)
    flat[:, :3] = normal(4000, 3)
    assert effective_rank(flat).item() == pytest.approx(3.0, abs=0.01)
    assert effective_rank(normal(4000, 10)).item() == pytest.approx(10.0, abs=0.05)


@pytest.mark.parametrize("name", REGULARISERS)
def test_descending_spreads_vectors(name):
    torch.manual_seed(0)
    vectors = (0.1 * normal(64, 8) + 1.0).requires_grad_()
    optimiser = torch.optim.Adam([vectors], lr=0.05)
    before = effective_rank(vectors.detach()), vectors.std(0, correction=0).mean().item()
    for _ in range(200):
        optimiser.zero_grad()
        REGULARISERS[name](vectors).backward()
        optimiser.step()
    assert torch.isfinite(vectors).all()
    assert vectors.std(0, correction=0).mean().item() > 3 * before[1]


def test_what_is_logged_of_pairs_is_taken_over_all_batches():
    batches = [
        PairVectors(normal(4, 6, seed), normal(4, 6, seed + 10), torch.zeros(4, 4, dtype=torch.bool)) for seed in (1, 2)
    ]
    every = torch.cat([vectors.every for vectors in batches])
    positive = torch.cat(
        [(functional.normalize(v.anchors) - functional.normalize(v.positives)).norm(dim=1) for v in batches]
    )
    found = geometry(batches)
    assert found["positive_distance"] == pytest.approx(positive.mean().item(), rel=1e-5)
    assert found["alignment"] == pytest.approx(positive.square().mean().item(), rel=1e-5)
    assert found["embedding_std"] == pytest.approx(every.std(0, correction=0).mean().item(), rel=1e-5)
    assert 1.0 < found["effective_rank"] <= 6.0
    assert geometry([]) == {}


def test_excluded_pairs_are_no_negatives():
    excluded = torch.ones(3, 3, dtype=torch.bool)
    assert geometry([PairVectors(torch.eye(3), torch.eye(3), excluded)])["negative_distance"] is None
    excluded[0, 1] = False
    found = geometry([PairVectors(torch.eye(3), torch.eye(3), excluded)])["negative_distance"]
    assert found == pytest.approx(math.sqrt(2.0), rel=1e-5)
