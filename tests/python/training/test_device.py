"""The device is chosen with a reason, and one that is not there is refused."""

import pytest
import torch

from sapwood.errors import ConfigError
from sapwood.models.tree_lstm import TreeLstm, TreeLstmShape
from sapwood.training import device
from sapwood.training.device import choose_device


@pytest.fixture(autouse=True)
def _threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_cpu_is_taken_where_nothing_else_is_there(monkeypatch):
    monkeypatch.setattr(device, "_accelerators", list)
    choice = choose_device("auto", 1)
    assert (choice.device, choice.threads) == ("cpu", 1)
    assert "no CUDA or MPS" in choice.reason
    assert torch.get_num_threads() == 1


def test_missing_devices_are_refused_by_name(monkeypatch):
    monkeypatch.setattr(device, "_accelerators", list)
    for name in ("cuda", "cuda:1", "mps"):
        with pytest.raises(ConfigError, match=name):
            choose_device(name, 1)


@pytest.mark.parametrize(
    ("gradient", "seconds", "winner"),
    [(1.0, 0.1, "cuda"), (1.0, 9.0, "cpu"), (5.0, 0.1, "cpu")],  # faster; slower; faster but wrong
)
def test_an_accelerator_wins_only_when_faster_and_right(monkeypatch, gradient, seconds, winner):
    gradients = {"cpu": {"weight": torch.ones(3)}, "cuda": {"weight": torch.full((3,), gradient)}}
    monkeypatch.setattr(device, "_accelerators", lambda: ["cuda"])
    monkeypatch.setattr(device, "_gradients", gradients.__getitem__)
    monkeypatch.setattr(device, "_seconds_of_step", {"cpu": 1.0, "cuda": seconds}.__getitem__)
    assert choose_device("auto", 1).device == winner


def test_a_device_that_cannot_make_the_step_is_left_out(monkeypatch):
    def refuse(name):
        if name == "mps":
            raise NotImplementedError
        return {"weight": torch.ones(3)}

    monkeypatch.setattr(device, "_accelerators", lambda: ["mps"])
    monkeypatch.setattr(device, "_gradients", refuse)
    assert choose_device("auto", 1).device == "cpu"


def test_the_self_test_is_a_step_of_the_tree_model_in_all_its_weights():
    expected = device._gradients("cpu")
    weights = dict(TreeLstm(TreeLstmShape(512, 16, 32, 16)).named_parameters())
    assert expected.keys() == weights.keys()
    assert all(gradient.abs().max() > 0.0 for gradient in expected.values())
    assert device._alike(device._gradients("cpu"), expected)
    for name in expected:
        wrong = {other: gradient * (1.1 if other == name else 1.0) for other, gradient in expected.items()}
        assert not device._alike(wrong, expected)


@pytest.mark.parametrize(("many", "threads"), [(0.5, 4), (0.95, 1), (3.0, 1)])
def test_every_core_is_used_only_where_it_pays(monkeypatch, many, threads):
    monkeypatch.setattr(device, "_accelerators", list)
    monkeypatch.setattr(device, "available_cores", lambda: 4)
    monkeypatch.setattr(device, "_seconds_of_levels", {1: 1.0, 4: many}.__getitem__)
    assert choose_device("auto", 0).threads == threads


def test_denormal_numbers_are_flushed():
    choose_device("cpu", 1)
    assert float(torch.tensor(1e-30) * torch.tensor(1e-10)) == 0.0
