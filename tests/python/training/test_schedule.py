"""The learning rate follows its schedule, goes on where a run had stopped, and lowers it as torch would."""

import json

import pytest
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from sapwood.training.schedule import Schedule


@pytest.fixture
def schedule_of(config):
    """A schedule by some settings of the tree model."""
    return lambda **changes: Schedule(config.tree_lstm.model_copy(update=changes))


@pytest.mark.parametrize(
    ("changes", "factors"),
    [
        ({"schedule": "constant", "warm_up": 0.0}, {0.0: 1.0, 0.5: 1.0, 1.0: 1.0}),
        ({"schedule": "constant", "warm_up": 0.2}, {0.0: 0.02, 0.05: 0.25, 0.1: 0.5, 0.2: 1.0, 1.0: 1.0}),
        ({"schedule": "cosine", "warm_up": 0.0, "lowest_rate": 0.0}, {0.0: 1.0, 1 / 3: 0.75, 0.5: 0.5, 1.0: 0.0}),
        ({"schedule": "cosine", "warm_up": 0.2, "lowest_rate": 0.1}, {0.1: 0.5, 0.2: 1.0, 0.6: 0.55, 1.0: 0.1}),
        ({"schedule": "plateau", "warm_up": 0.5}, {0.25: 0.5, 0.5: 1.0, 1.0: 1.0}),
    ],
)
def test_the_factor_at_each_share_of_the_run(schedule_of, changes, factors):
    schedule = schedule_of(**changes)
    assert {share: schedule.factor(share) for share in factors} == pytest.approx(factors)


def rates_of_torch(losses, patience, factor):
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    plateau = ReduceLROnPlateau(optimiser, patience=patience, factor=factor, eps=0.0)
    rates = []
    for loss in losses:
        plateau.step(loss)
        rates.append(optimiser.param_groups[0]["lr"])
    return rates


def rates_of(schedule, losses):
    rates = []
    for loss in losses:
        schedule.judge(loss)
        rates.append(schedule.factor(1.0))
    return rates


@pytest.mark.parametrize(("patience", "factor"), [(5, 0.5), (0, 0.1), (2, 0.7)])
@pytest.mark.parametrize("seed", range(3))
def test_plateaus_lower_the_rate_as_those_of_torch(schedule_of, seed, patience, factor):
    generator = torch.Generator().manual_seed(seed)
    losses = (torch.rand(60, generator=generator) + torch.linspace(2, 1, 60)).tolist()
    schedule = schedule_of(schedule="plateau", plateau_patience=patience, plateau_factor=factor, lowest_rate=0.0)
    assert rates_of(schedule, losses) == rates_of_torch(losses, patience, factor)


def test_an_interrupted_plateau_goes_on_where_it_was(schedule_of):
    losses = [1.0, *[1.1] * 6, 0.5, *[0.6] * 6]
    whole = rates_of(schedule_of(schedule="plateau"), losses)
    assert whole == [1.0] * 6 + [0.5] * 7 + [0.25]
    for stop in range(len(losses)):
        first, second = schedule_of(schedule="plateau"), schedule_of(schedule="plateau")
        before = rates_of(first, losses[:stop])
        second.load_state_dict(json.loads(json.dumps(first.state_dict())))
        assert before + rates_of(second, losses[stop:]) == whole


def test_no_plateau_goes_below_the_lowest_rate_and_no_other_schedule_has_any(schedule_of):
    floor = schedule_of(schedule="plateau", plateau_patience=0, plateau_factor=0.1, lowest_rate=0.05)
    assert rates_of(floor, [1.0] * 4) == pytest.approx([1.0, 0.1, 0.05, 0.05])
    assert rates_of(schedule_of(schedule="constant", plateau_patience=0), [1.0] * 4) == [1.0] * 4
