"""Training state is one file without pickle that continues a run to the last bit."""

import json

import pytest
import torch
from safetensors import safe_open
from torch import nn

from sapwood.errors import BadInputError
from sapwood.training.state import Progress, TrainingState, read_state


def state_of(seed=1):
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 1))
    optimiser = torch.optim.AdamW(
        [{"params": [model[0].weight]}, {"params": [model[0].bias, *model[2].parameters()], "weight_decay": 0.0}],
        lr=0.01,
    )
    return TrainingState(model, optimiser, Progress(), {"model": "toy", "index": "abc", "seed": seed})


def steps(state, count):
    for _ in range(count):
        state.optimiser.zero_grad()
        state.model(torch.randn(16, 4)).square().mean().backward()  # inputs and dropout draw from the global generator
        state.optimiser.step()
        state.progress.steps_done += 1


def weights(state):
    return {name: weight.clone() for name, weight in state.model.state_dict().items()}


@pytest.mark.parametrize("stop", [1, 4, 9])
def test_a_resumed_run_equals_the_uninterrupted_one_bit_by_bit(tmp_path, stop):
    whole = state_of()
    steps(whole, 10)
    first = state_of()
    steps(first, stop)
    first.save(tmp_path / "state")
    torch.manual_seed(99)
    second = state_of()
    second.load(tmp_path / "state")
    steps(second, 10 - stop)
    assert second.progress.steps_done == 10
    for name, weight in weights(whole).items():
        assert torch.equal(weight, weights(second)[name]), name


def test_best_weights_and_progress_survive(tmp_path):
    state = state_of()
    state.progress.epoch = 1
    assert state.keep_best(0.5)
    kept = weights(state)
    steps(state, 3)
    state.progress.epoch = 2
    assert not state.keep_best(0.7)
    state.progress.history = [{"epoch": 1, "train_loss": 0.1 + 0.2}]
    state.save(tmp_path / "state")
    other = state_of()
    other.load(tmp_path / "state")
    assert other.progress == state.progress
    assert other.progress.stale_epochs == 1
    for name, weight in kept.items():
        assert torch.equal(other.best[name], weight)


def test_file_is_safetensors_with_json_in_its_header(tmp_path):
    state = state_of()
    steps(state, 1)
    state.save(tmp_path / "state")
    with safe_open(str(tmp_path / "state"), framework="pt") as file:
        values = json.loads(file.metadata()["values"])
        names = set(file.keys())
    assert values["progress"]["steps_done"] == 1
    assert {"model.0.weight", "optimiser.0.exp_avg", "rng.cpu"} <= names


def test_other_settings_are_refused_by_name_with_the_way_out(tmp_path):
    state_of().save(tmp_path / "state")
    with pytest.raises(BadInputError, match=r"seed=1, not 2.*; leave them out"):
        state_of(2).load(tmp_path / "state")


@pytest.mark.parametrize(("name", "value", "says"), [("index", "xyz", "sources"), ("model", "other", "train other")])
def test_another_index_or_model_is_refused_with_the_way_out(tmp_path, name, value, says):
    state = state_of()
    state.identity[name] = value
    state.save(tmp_path / "state")
    with pytest.raises(BadInputError, match=says):
        state_of().load(tmp_path / "state")


@pytest.mark.parametrize("content", [b"", b"\x80\x04pickle", b"\x02\x00\x00\x00\x00\x00\x00\x00{}"])
def test_anything_else_is_refused(tmp_path, content):
    (tmp_path / "state").write_bytes(content)
    with pytest.raises(BadInputError, match="training state"):
        read_state(tmp_path / "state")
