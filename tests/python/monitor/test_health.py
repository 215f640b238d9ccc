"""The health check: each condition and its near miss, on histories made for it; a healthy run is never flagged."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sapwood.monitor import health
from sapwood.monitor.health import Settings

TREE = Settings("tree_lstm", {"learning_rate": 0.001, "clip": 1.0, "weight_decay": 0.01})
GOOD_SHAPE = {"embedding_std": 0.03, "effective_rank": 20.0, "positive_distance": 0.4, "negative_distance": 1.2}


def history(train=(), validation=(), **others):
    """Records of epochs, from the values of each figure."""
    figures = {"train_loss": train, "validation_loss": validation, **others}
    epochs = max(map(len, figures.values()))
    return [
        {
            "epoch": number + 1,
            "steps": 10,
            **{name: values[number] for name, values in figures.items() if number < len(values)},
        }
        for number in range(epochs)
    ]


def shape(**changed):
    """The last of three epochs has another shape of vectors than a good one."""
    epochs = [GOOD_SHAPE, GOOD_SHAPE, {**GOOD_SHAPE, **changed}]
    return [{"epoch": n, **{f"validation_{name}": v for name, v in e.items()}} for n, e in enumerate(epochs, start=1)]


FALLING = (4.0, 3.0, 2.0, 1.5, 1.0, 0.8)


@pytest.mark.parametrize(
    ("train", "validation", "status"),
    [
        (FALLING, (4, 3, 2, 2.6, 2.7, 2.8), "failed"),
        (FALLING, (4, 3, 2, 2.2, 2.1, 2.2), "warning"),
        (FALLING, (4, 3, 2, 2.05, 2.06, 2.07), "ok"),  # a rise too small to count
        (FALLING, (4, 3, 2.5, 2, 2.6, 2.7), "ok"),  # two epochs make no trend
        ((4, 3, 2, 2.5, 2.6, 2.7), (4, 3, 2, 2.6, 2.7, 2.8), "ok"),  # training does not fall: divergence, not this
        (FALLING, (4, 3, 2.5, 2.8, 2.6, 2.4), "ok"),  # noise on the way to a better epoch
        ((1.0, 0.5), (1.0, 2.0), "ok"),
        ((), (), "ok"),
    ],
)
def test_overfitting_is_validation_that_rises_while_training_falls(train, validation, status):
    check = health.overfitting(history(train, validation), TREE)
    assert check.status == status
    if status != "ok":
        assert "since epoch 3 validation rose from 2.00" in check.found
        assert "tree_lstm.weight_decay=0.03" in check.fix
        assert check.figures["best_epoch"] == 3


@pytest.mark.parametrize(
    ("train", "validation", "status", "words"),
    [
        ((2.0, 2.0, 2.1, 2.05), (), "failed", "never fallen below that of epoch 1"),
        ((2.0, 2.1, 1.99, 2.05), (), "ok", "best is 1.99 in epoch 3"),
        ((2.0, 2.0, 2.1), (), "ok", "best"),  # too few epochs
        (FALLING, (3, 2, 2, 2, 2, 2), "ok", "best is 2.00 in epoch 2"),  # four stale epochs
        ((*FALLING, 0.7), (3, 2, 2, 2, 2, 2, 2), "warning", "nothing gained in 5 epochs since 2.00 in epoch 2"),
        ((*FALLING, 0.7), (3, 2, 2, 2, 2, 2, 1.9), "ok", "epoch 7"),
    ],
)
def test_a_stall_is_a_loss_that_gains_nothing(train, validation, status, words):
    check = health.progress(history(train, validation), TREE)
    assert (check.status, words in check.found) == (status, True), check.found


@pytest.mark.parametrize(
    ("train", "steps", "failure", "status"),
    [
        ((1.0, 1.1, 1.2, 1.3), (), "", "failed"),
        ((1.0, 1.02, 1.04, 1.06), (), "", "ok"),  # rises by less than a tenth
        ((1.0, 1.3, 1.2, 1.4), (), "", "ok"),  # no trend
        ((1.0, 0.9, 1.1, 1.2), (), "", "ok"),  # two rises
        ((1.0, 0.9), [2.0] * 20, "", "failed"),
        ((1.0, 0.9), [1.7] * 20, "", "ok"),
        ((1.0, 0.9), [2.0] * 19, "", "ok"),  # too few steps
        ((1.0, math.nan), (), "", "failed"),
        ((1.0, math.inf), (), "", "failed"),
        ((1.0,), (), "the loss `loss` is no longer a number; go on", "failed"),
        ((1.0,), (), "the disk is full; make room", "ok"),  # another failure, told elsewhere
    ],
)
def test_divergence_is_a_training_loss_that_rises_jumps_or_is_no_number(train, steps, failure, status):
    check = health.divergence(history(train), list(enumerate(steps)), failure, TREE)
    assert check.status == status
    assert ("tree_lstm.learning_rate=0.0003" in check.fix) == (status == "failed")


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({}, "ok", "effective rank 20.0 in epoch 3"),
        ({"embedding_std": 0.0009}, "failed", "embedding std 0.000900"),
        ({"embedding_std": 0.0011}, "ok", ""),
        ({"negative_distance": 0.049, "positive_distance": 0.01}, "failed", "negative distance 0.0490"),
        ({"negative_distance": 0.051, "positive_distance": 0.01}, "ok", ""),
        ({"effective_rank": 1.9}, "failed", "effective rank 1.90"),
        ({"effective_rank": 9.9}, "warning", "fell from 20.0 in epoch 1 to 9.90 in epoch 3"),
        ({"effective_rank": 10.1}, "ok", ""),
        ({"positive_distance": 1.15}, "failed", "pairs are 1.15 apart, others 1.20"),
        ({"positive_distance": 1.13}, "ok", ""),
        ({"negative_distance": None}, "ok", ""),
    ],
)
def test_dead_embeddings_are_one_point_one_line_or_not_told_apart(changed, status, words):
    check = health.embeddings(shape(**changed), {"validation_pairs": 100}, TREE)
    assert (check.status, words in check.found) == (status, True), check.found
    assert ("regularisation.variance" in check.fix) == (status != "ok")


def test_few_validation_pairs_cannot_have_a_high_rank():
    flat = shape(effective_rank=1.0)
    assert health.embeddings(flat, {"validation_pairs": 3}, TREE).status == "failed"
    assert health.embeddings(flat[-1:], {"validation_pairs": 2}, TREE).status == "ok"


def test_vectors_that_are_not_told_apart_at_the_beginning_are_no_collapse():
    young = shape(positive_distance=1.2)[-1:]
    assert health.embeddings(young, {}, TREE).status == "ok"


@pytest.mark.parametrize(
    ("norms", "status"),
    [
        ((1.0, 1.0, 9.9), "ok"),
        ((1.0, 1.0, 10.1), "failed"),
        ((1.0, 10.1), "ok"),  # one epoch is nothing to compare with
        ((1.0, 1e-7), "failed"),
        ((1.0, 1e-5), "ok"),
        ((), "ok"),
    ],
)
def test_gradients_vanish_or_explode(norms, status):
    assert health.gradients(history(train_gradient_norm=norms), TREE).status == status


@pytest.mark.parametrize(
    ("labels", "status", "words"),
    [
        ({}, "ok", "no head"),
        ({"bugs": {"none": 20, "wrong-literal": 1}}, "ok", "bugs 2 classes"),
        ({"bugs": {"none": 21, "wrong-literal": 1}}, "warning", "bugs 21:1"),
        ({"bugs": {"none": 5, "wrong-literal": 0}}, "warning", "bugs 5:0"),
        ({"bugs": {"none": 5}}, "ok", "bugs"),
        ({"imports": {"os": 100, "re": 5, "cmd": 4}}, "warning", "imports 100:4"),
    ],
)
def test_classes_above_twenty_to_one_are_a_warning(labels, status, words):
    check = health.class_balance(labels)
    assert (check.status, words in check.found) == (status, True), check.found


def test_the_advice_on_rare_imports_leaves_an_even_head():
    counts = {"os": 100, "re": 5, "cmd": 4}
    fix = health.class_balance({"imports": counts}).fix
    assert "data.imports.min_count=5 keeps 2 of 3 imports" in fix
    kept = {name: number for name, number in counts.items() if number >= 5}
    assert health.class_balance({"imports": kept}).status == "ok"


def test_another_phase_of_the_curriculum_starts_anew():
    """Hard negatives raise the loss: that is no divergence of what came before."""
    rising = history((1.0, 1.5, 2.0, 2.5), train_gradient_norm=(0.01, 0.01, 0.01, 5.0))
    assert health.divergence(rising, [], "", TREE).status == "failed"
    phases = [{**record, "phase": phase} for record, phase in zip(rising, (1, 1, 2, 2), strict=True)]
    assert health.divergence(phases, [], "", TREE).status == "ok"
    assert health.gradients(phases, TREE).status == "ok"


def checks_of(records):
    """All checks of a history."""
    return [
        health.divergence(records, [], "", TREE),
        health.overfitting(records, TREE),
        health.progress(records, TREE),
        health.embeddings(records, {}, TREE),
        health.gradients(records, TREE),
    ]


# Training in the same process flushes the smallest numbers to zero.
numbers = st.floats(allow_subnormal=False) | st.none()
names = ["train_loss", "validation_loss", "train_gradient_norm", *(f"validation_{name}" for name in GOOD_SHAPE)]
records = st.lists(st.fixed_dictionaries({}, optional={**dict.fromkeys(names, numbers), "epoch": st.integers(1, 99)}))


@settings(deadline=None)
@given(records, st.randoms())
def test_any_figures_in_any_order_are_judged(records, random):
    random.shuffle(records)
    for check in checks_of(records):
        assert check.status in {"ok", "warning", "failed"}
        assert bool(check.fix) == (check.status != "ok")


falls = st.lists(st.floats(0.0, 0.99, allow_subnormal=False), min_size=1, max_size=40)


@settings(deadline=None)
@given(falls, falls, st.floats(1e-3, 1e3))
def test_a_run_that_only_ever_gains_is_never_flagged(training, validation, scale):
    epochs = min(len(training), len(validation))
    losses = [
        [scale * math.prod(shares[: n + 1]) + 1e-9 * (epochs - n) for n in range(epochs)]
        for shares in (training, validation)
    ]
    assert {check.status for check in checks_of(history(*losses))} == {"ok"}


losses = st.lists(st.integers(0, 1000), min_size=1, max_size=40)


@settings(deadline=None)
@given(losses, losses, st.integers(-8, 8))
def test_the_verdict_does_not_hang_on_the_scale_of_the_loss(training, validation, power):
    """Powers of two, since these leave every digit of a number as it is."""
    verdicts = [
        [check.status for check in checks_of(history(*([factor * loss for loss in losses] for losses in both)))]
        for both in [(training, validation)]
        for factor in (1.0, 2.0**power)
    ]
    assert verdicts[0] == verdicts[1]
