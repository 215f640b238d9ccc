"""Losses equal their formulas, masks keep gradients out, and negatives that may be alike are left out."""

import math

import pytest
import torch
from torch.nn import functional

from sapwood.training.losses import (
    CONTRASTIVE,
    InfoNce,
    MarginContrastive,
    SupCon,
    Triplet,
    masked_mean,
    multi_label_loss,
    multi_task,
    positive_weights,
    retrieval_accuracy,
)


def unit(rows, width=6, seed=0):
    return functional.normalize(torch.randn(rows, width, generator=torch.Generator().manual_seed(seed)))


NONE = torch.zeros(4, 4, dtype=torch.bool)
ONES = torch.ones(4)


def test_info_nce_equals_the_formula_term_by_term():
    anchors, positives, weights = unit(4), unit(4, seed=1), torch.tensor([1.0, 0.3, 2.0, 0.5])
    expected = 0.0
    for row in range(4):
        scores = [[float(a @ b) / 0.2 for b in positives] for a in anchors]
        forth = math.log(sum(math.exp(score) for score in scores[row])) - scores[row][row]
        back = math.log(sum(math.exp(scores[other][row]) for other in range(4))) - scores[row][row]
        expected += float(weights[row]) * 0.5 * (forth + back) / float(weights.sum())
    assert InfoNce(0.2)(anchors, positives, weights, NONE).item() == pytest.approx(expected, rel=1e-5)


def test_a_pair_that_may_be_alike_is_no_negative():
    anchors = unit(4)
    positives = anchors.clone()
    positives[1] = positives[0]  # an exact copy of another pair's positive
    alike = torch.zeros(4, 4, dtype=torch.bool)
    alike[0, 1] = alike[1, 0] = True
    loss = InfoNce(0.1)
    assert loss(anchors, positives, ONES, alike) < loss(anchors, positives, ONES, NONE)
    assert torch.isfinite(loss(anchors, positives, ONES, torch.ones(4, 4, dtype=torch.bool)))


def test_pairs_without_weight_do_not_count():
    anchors, positives = unit(4), unit(4, seed=1)
    weights = torch.tensor([1.0, 1.0, 1.0, 0.0])
    anchors.requires_grad_()
    MarginContrastive(0.0)(anchors, positives, weights, NONE).backward()
    assert anchors.grad[3].abs().max() == 0.0


def test_margin_loss_equals_squared_distances_and_the_hinge():
    anchors, positives = unit(4), unit(4, seed=1)
    distances = torch.cdist(anchors, positives)
    off = ~torch.eye(4, dtype=torch.bool)
    expected = distances.diagonal().square().mean() + (1.0 - distances[off]).clamp(min=0).square().mean()
    torch.testing.assert_close(MarginContrastive(1.0)(anchors, positives, ONES, NONE), expected, atol=1e-5, rtol=1e-5)


def test_other_functions_of_a_name_are_positives_of_the_supervised_loss():
    anchors, positives, alike = unit(4), unit(4, seed=1), NONE.clone()
    alike[0, 2] = True
    scores = (anchors @ positives.t() / 0.2).double()
    forth, back = scores.log_softmax(1), scores.log_softmax(0)
    rows = -(forth.diagonal() + torch.tensor([forth[0, 2], 0, 0, 0])) / torch.tensor([2, 1, 1, 1])
    columns = -(back.diagonal() + torch.tensor([0, 0, back[0, 2], 0])) / torch.tensor([1, 1, 2, 1])
    expected = (0.5 * (rows + columns)).mean().item()
    assert SupCon(0.2)(anchors, positives, ONES, alike).item() == pytest.approx(expected, rel=1e-5)
    assert SupCon(0.2)(anchors, positives, ONES, NONE).item() == pytest.approx(
        InfoNce(0.2)(anchors, positives, ONES, NONE).item(), rel=1e-5
    )


def test_triplets_count_that_violate_the_margin():
    anchors, positives = unit(4), unit(4, seed=1)
    distances = torch.cdist(anchors, positives)
    missing = distances.diagonal().unsqueeze(1) - distances + 0.3
    violating = (missing > 0) & ~torch.eye(4, dtype=torch.bool)
    expected = missing[violating].mean().item()
    assert Triplet(0.3)(anchors, positives, ONES, NONE).item() == pytest.approx(expected, rel=1e-5)
    assert Triplet(0.3)(torch.eye(4), torch.eye(4), ONES, NONE).item() == 0.0


@pytest.mark.parametrize("name", CONTRASTIVE)
def test_each_loss_falls_with_training_and_has_finite_gradients(name):
    torch.manual_seed(0)
    loss, layer, inputs = CONTRASTIVE[name](0.1, 1.0), torch.nn.Linear(6, 6), torch.randn(16, 6)
    views, excluded = inputs + 0.1 * torch.randn(16, 6), torch.zeros(16, 16, dtype=torch.bool)
    optimiser = torch.optim.Adam(layer.parameters(), lr=0.02)
    values = []
    for _ in range(60):
        optimiser.zero_grad()
        value = loss(layer(inputs), layer(views), torch.ones(16), excluded)
        value.backward()
        optimiser.step()
        values.append(value.item())
    assert all(math.isfinite(value) for value in values)
    assert values[-1] < 0.8 * values[0]


def test_temperature_is_learned_and_bounded():
    loss = InfoNce(1e-6)
    value = loss(unit(4), unit(4), ONES, NONE)
    assert torch.isfinite(value)
    assert [name for name, _ in loss.named_parameters()] == ["log_scale"]


def test_missing_labels_have_neither_loss_nor_gradient():
    logits = torch.tensor([[2.0, -1.0], [0.5, 30.0]], requires_grad=True)
    mask = torch.tensor([[True, False], [True, False]])
    loss = multi_label_loss(logits, torch.zeros(2, 2), mask, torch.ones(2))
    loss.backward()
    assert logits.grad[:, 1].abs().max() == 0.0
    assert logits.grad[:, 0].abs().min() > 0.0


def test_nothing_known_gives_zero():
    logits = torch.randn(3, 2, requires_grad=True)
    loss = multi_label_loss(logits, torch.zeros(3, 2), torch.zeros(3, 2, dtype=torch.bool), torch.ones(2))
    loss.backward()
    assert loss.item() == 0.0
    assert logits.grad.abs().max() == 0.0


def test_rare_labels_weigh_more_up_to_a_bound():
    targets = torch.zeros(1000, 3)
    targets[:500, 0] = 1.0
    targets[0, 1] = 1.0
    assert positive_weights(targets).tolist() == [1.0, 20.0, 1.0]


def test_multi_task_is_the_weighted_sum():
    losses = {"imports": torch.tensor(2.0), "code": torch.tensor(3.0), "bugs": None}
    assert multi_task(losses, {"code": 1.0, "imports": 0.5, "bugs": 9.0}).item() == 4.0


def test_masked_mean_counts_only_what_is_known():
    assert masked_mean(torch.tensor([1.0, 3.0, math.nan]), torch.tensor([True, True, False])).item() == 2.0


def test_accuracy_is_the_share_of_nearest_positives():
    anchors = torch.eye(4)
    positives = torch.eye(4)[[0, 1, 3, 2]]
    assert retrieval_accuracy(anchors, positives, NONE) == 0.5
