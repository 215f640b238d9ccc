"""A step moves each group of weights at its own rate, and over several batches as over one."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from sapwood.data import load_dataset
from sapwood.training import graphsage, tree_lstm
from sapwood.training.batches import Draw
from sapwood.training.optimiser import Step, adamw, in_steps, take_step
from sapwood.training.schedule import Schedule
from sapwood.training.state import Progress, TrainingState

RECIPES = [graphsage, tree_lstm]


@dataclass
class Rows:
    """A batch of independent rows."""

    rows: Tensor
    targets: Tensor

    @property
    def pairs(self):
        return len(self.rows)

    @property
    def functions(self):
        return 2 * self.pairs


class Regression(nn.Module):
    """A base and a head, whose loss is a mean over rows."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.base, self.head = nn.Linear(6, 8), nn.Linear(8, 1)

    def forward(self, batch):
        loss = (self.head(torch.tanh(self.base(batch.rows))).squeeze(1) - batch.targets).square().mean()
        return {"loss": loss, "missing": None}, None


@pytest.fixture
def settings(config):
    return config.tree_lstm.model_copy(update={"schedule": "constant", "warm_up": 0.0, "clip": 1e9})


def batch_of(rows, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return Rows(torch.randn(rows, 6, generator=generator), torch.randn(rows, generator=generator))


def trained(settings, steps, base=("base.",)):
    """The model after these steps, and the losses of each."""
    learner = Regression()
    state = TrainingState(learner, adamw(learner, base, settings), Progress(), "")
    state.follow(Schedule(settings))
    losses = [take_step(learner, state, Step(batches), settings, 0.5) for batches in steps]
    return {name: weight.detach().clone() for name, weight in learner.named_parameters()}, losses


@pytest.mark.parametrize("sizes", [[4, 4, 4], [1, 5, 6], [12]])
def test_accumulated_batches_are_one_large_one_to_a_mean_over_rows(settings, sizes):
    whole = batch_of(12)
    parts = [Rows(*part) for part in zip(whole.rows.split(sizes), whole.targets.split(sizes), strict=True)]
    one, (expected,) = trained(settings, [[whole]])
    several, (losses,) = trained(settings, [parts])
    assert losses["missing"] is None
    assert losses["loss"] == pytest.approx(expected["loss"])
    for name in one:
        torch.testing.assert_close(several[name], one[name], atol=1e-6, rtol=1e-5)


def test_a_step_counts_what_is_in_its_batches():
    step = Step([batch_of(3), batch_of(5)])
    assert (step.pairs, step.functions) == (8, 16)


def test_draws_make_whole_steps():
    draws = [Draw(torch.arange(2).numpy(), (0, number)) for number in range(7)]
    assert [len(step) for step in in_steps(draws, 3)] == [3, 3, 1]
    assert [draw for step in in_steps(draws, 3) for draw in step] == draws
    assert in_steps([], 3) == []


def test_the_norm_of_the_mean_gradient_is_clipped(settings):
    batches = [batch_of(8, seed) for seed in range(2)]
    learner = Regression()
    clipped = settings.model_copy(update={"clip": 1e-3})
    state = TrainingState(learner, adamw(learner, (), clipped), Progress(), "")
    losses = take_step(learner, state, Step(batches), clipped, 0.5)
    assert losses["gradient_norm"] > 0.1
    norm = torch.linalg.vector_norm(torch.cat([weight.grad.flatten() for weight in learner.parameters()]))
    assert float(norm) == pytest.approx(1e-3, rel=1e-3)


@pytest.mark.parametrize("factor", [0.0, 0.1, 1.0])
def test_the_base_learns_at_its_own_rate(settings, factor):
    before, after = Regression(), settings.model_copy(update={"base_rate": factor, "weight_decay": 0.0})
    moved, _ = trained(after, [[batch_of(8)]])
    start = dict(before.named_parameters())
    # The first step of Adam moves every weight by the learning rate.
    for name, weight in moved.items():
        expected = settings.learning_rate * (factor if name.startswith("base") else 1.0)
        assert float((weight - start[name]).detach().abs().max()) == pytest.approx(expected, rel=1e-2, abs=1e-12), name


def test_a_continued_run_takes_the_rates_that_it_is_given(settings):
    learner, other = Regression(), Regression()
    first = adamw(learner, ("base.",), settings)
    state = TrainingState(other, adamw(other, ("base.",), settings), Progress(), "")
    state.optimiser.load_state_dict(first.state_dict())
    changed = settings.model_copy(update={"learning_rate": 0.5, "base_rate": 0.1, "weight_decay": 0.25})
    take_step(other, state, Step([batch_of(8)]), changed, 0.5)
    found = {
        (group["is_base"], group["decays"]): (group["lr"], group["weight_decay"])
        for group in state.optimiser.param_groups
    }
    assert found == {
        (True, True): (0.05, 0.25),
        (True, False): (0.05, 0.0),
        (False, True): (0.5, 0.25),
        (False, False): (0.5, 0.0),
    }


@pytest.mark.parametrize("recipe", RECIPES)
def test_biases_norms_embeddings_and_temperatures_are_not_decayed_and_a_base_is_left_without_its_heads(
    engine, config, recipe
):
    learner = recipe.Learner(config, recipe.prepare(load_dataset(engine, config), "cpu"))
    groups = adamw(learner, recipe.BASE, recipe.RECIPE.settings(config)).param_groups
    names = {id(weight): name for name, weight in learner.named_parameters()}
    decayed, base = (
        {names[id(weight)] for group in groups if group[what] for weight in group["params"]}
        for what in ("decays", "is_base")
    )
    assert not any("bias" in name or "norm" in name or "embedding" in name or "log_scale" in name for name in decayed)
    assert decayed
    rest = set(names.values()) - base
    assert base
    assert {"pair_loss.contrastive.log_scale"} <= rest
    assert all(name.split(".")[1] in {"heads", "output", "statement", "contrastive"} for name in rest)
