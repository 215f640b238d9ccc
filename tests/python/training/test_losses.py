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


def weighted_negatives():
    """Uneven weights of mean 1, one negative taken out, and a pair that may be alike."""
    negatives = torch.tensor([[1, 0.5, 2, 0], [1, 1, 1.5, 0.5], [2, 0.5, 1, 1], [0.5, 1.5, 1, 1]])
    alike = NONE.clone()
    alike[0, 1] = alike[1, 0] = True
    return negatives, alike


def test_weights_of_negatives_are_factors_in_the_sum_of_info_nce():
    anchors, positives, (negatives, alike) = unit(4), unit(4, seed=1), weighted_negatives()
    scores = (anchors @ positives.t() / 0.2).double().exp()
    counted = torch.where(alike, 0.0, negatives.double()).fill_diagonal_(1.0) * scores
    right = scores.diagonal()
    expected = -0.5 * ((right / counted.sum(1)).log() + (right / counted.sum(0)).log()).mean()
    loss = InfoNce(0.2)(anchors, positives, ONES, alike, negatives)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)


def test_weights_of_negatives_leave_the_positives_of_the_supervised_loss_alone():
    anchors, positives, (negatives, alike) = unit(4), unit(4, seed=1), weighted_negatives()
    scores = (anchors @ positives.t() / 0.2).double().exp()
    right = alike | torch.eye(4, dtype=torch.bool)
    counted = torch.where(right, 1.0, negatives.double()) * scores
    terms = [
        -torch.where(found, (scores / counted.sum(axis, keepdim=True)).log(), 0.0).sum(axis) / found.sum(axis)
        for axis, found in ((1, right), (0, right))
    ]
    loss = SupCon(0.2)(anchors, positives, ONES, alike, negatives)
    assert loss.item() == pytest.approx((0.5 * (terms[0] + terms[1])).mean().item(), rel=1e-5)


def test_weights_of_negatives_are_factors_of_margin_and_triplet():
    anchors, positives, (negatives, alike) = unit(4), unit(4, seed=1), weighted_negatives()
    distances, off = torch.cdist(anchors, positives), ~(alike | torch.eye(4, dtype=torch.bool)) & (negatives > 0)
    pushed = (negatives * (1.0 - distances).clamp(min=0).square())[off].mean()
    expected = distances.diagonal().square().mean() + pushed
    loss = MarginContrastive(1.0)(anchors, positives, ONES, alike, negatives)
    torch.testing.assert_close(loss, expected, atol=1e-5, rtol=1e-5)
    missing = distances.diagonal().unsqueeze(1) - distances + 0.3
    heavy = negatives * ((missing > 0) & off)
    expected = (missing * heavy).sum() / heavy.sum()
    assert Triplet(0.3)(anchors, positives, ONES, alike, negatives).item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize("name", CONTRASTIVE)
def test_even_weights_change_nothing_and_a_weight_of_zero_has_no_gradient(name):
    loss, positives = CONTRASTIVE[name](0.1, 1.0), unit(4, seed=1).requires_grad_()
    anchors, negatives = unit(4), torch.ones(4, 4)
    even = loss(anchors, positives, ONES, NONE, negatives)
    assert even.item() == pytest.approx(loss(anchors, positives, ONES, NONE).item(), rel=1e-6)
    # The second counts for nobody, and its own pair weighs nothing.
    negatives[:, 1] = negatives[1, :] = 0.0
    negatives[1, 1] = 1.0
    loss(anchors, positives, torch.tensor([1.0, 0, 1, 1]), NONE, negatives).backward()
    assert positives.grad[1].abs().max() == 0.0
    assert positives.grad[0].abs().max() > 0.0
    assert torch.isfinite(positives.grad).all()


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_focal_loss_equals_its_definition(gamma):
    generator = torch.Generator().manual_seed(2)
    logits = 4 * torch.randn(20, 3, generator=generator, dtype=torch.float64)
    targets = (torch.rand(20, 3, generator=generator) < 0.3).double()
    mask, heavy = torch.rand(20, 3, generator=generator) < 0.8, torch.tensor([1.0, 3.0, 20.0], dtype=torch.float64)
    terms = []
    for row, column in mask.nonzero().tolist():
        p = 1.0 / (1.0 + math.exp(-logits[row, column].item()))
        right, weight = (p, heavy[column].item()) if targets[row, column] else (1.0 - p, 1.0)
        terms.append(-weight * (1.0 - right) ** gamma * math.log(right))
    found = multi_label_loss(logits, targets, mask, heavy, gamma)
    assert found.item() == pytest.approx(sum(terms) / len(terms), rel=1e-9)


def test_focal_loss_has_the_gradient_of_its_definition():
    logits = torch.tensor([[-3.0, 0.2], [2.0, -0.7]], dtype=torch.float64, requires_grad=True)
    targets, known = torch.tensor([[0.0, 1.0], [1.0, 0.3]], dtype=torch.float64), torch.ones(2, 2, dtype=torch.bool)
    heavy = torch.tensor([1.0, 2.0], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda scores: multi_label_loss(scores, targets, known, heavy, 1.5), logits)
    certain = torch.full((1, 1), 200.0, requires_grad=True)
    multi_label_loss(certain, torch.ones(1, 1), torch.ones(1, 1, dtype=torch.bool), torch.ones(1), 0.5).backward()
    assert torch.isfinite(certain.grad).all()


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
