"""The device is chosen with a reason, and one that is not there is refused."""

import subprocess
import sys

import pytest
import torch

from sapwood.errors import ConfigError
from sapwood.models.tree_lstm import TreeLstm, TreeLstmShape
from sapwood.training import device
from sapwood.training.device import backend_for, choose_device
from sapwood.training.probe import gradients_of_probe, seconds_of_probe


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


def probe_gives(monkeypatch, seconds, gradients=None):
    """A probe that finds these seconds, and gradients other than 1, by device and backend."""
    wrong = gradients or {}
    monkeypatch.setattr(device, "seconds_of_probe", lambda *place: seconds[place])
    monkeypatch.setattr(
        device, "gradients_of_probe", lambda *place: {"weight": torch.full((3,), wrong.get(place, 1.0))}
    )


HERE = {("cpu", "kernels"): 1.0, ("cpu", "torch"): 3.0}


@pytest.mark.parametrize(
    ("gradient", "seconds", "winner"),
    [(1.0, 0.1, "cuda"), (1.0, 9.0, "cpu"), (1.0, 2.0, "cpu"), (5.0, 0.1, "cpu")],  # faster; slower; faster but wrong
)
def test_an_accelerator_wins_only_when_faster_than_the_best_of_the_cpu_and_right(
    monkeypatch, gradient, seconds, winner
):
    monkeypatch.setattr(device, "_accelerators", lambda: ["cuda"])
    probe_gives(monkeypatch, {**HERE, ("cuda", "torch"): seconds}, {("cuda", "torch"): gradient})
    choice = choose_device("auto", 1)
    assert (choice.device, choice.backend) == (winner, "torch" if winner == "cuda" else "kernels")


def test_a_device_that_cannot_make_the_step_is_left_out(monkeypatch):
    def refuse(name, _backend):
        if name == "mps":
            raise NotImplementedError
        return {"weight": torch.ones(3)}

    monkeypatch.setattr(device, "_accelerators", lambda: ["mps"])
    probe_gives(monkeypatch, HERE)
    monkeypatch.setattr(device, "gradients_of_probe", refuse)
    assert choose_device("auto", 1).device == "cpu"


@pytest.mark.parametrize(
    ("asked", "torch_seconds", "kernel_gradient", "backend", "reason"),
    [
        ("auto", 3.0, 1.0, "kernels", "3.0 times the speed of torch"),
        ("auto", 0.95, 1.0, "kernels", "0.9 times"),  # not by enough to be more than chance
        ("auto", 0.5, 1.0, "torch", "2.0 times the speed of the kernels"),
        ("auto", 3.0, 2.0, "torch", "the kernels disagree"),
        ("torch", 3.0, 1.0, "torch", "asked for"),
        ("kernels", 0.5, 1.0, "kernels", "asked for"),
    ],
)
def test_kernels_compute_on_the_cpu_where_they_are_right_and_torch_not_clearly_faster(
    monkeypatch, asked, torch_seconds, kernel_gradient, backend, reason
):
    probe_gives(
        monkeypatch,
        {("cpu", "kernels"): 1.0, ("cpu", "torch"): torch_seconds},
        {("cpu", "kernels"): kernel_gradient},
    )
    choice = choose_device("cpu", 1, asked)
    assert choice.backend == backend
    assert reason in choice.reason


def test_kernels_asked_for_are_on_the_cpu_or_refused(monkeypatch):
    monkeypatch.setattr(device, "_accelerators", lambda: ["cuda"])
    assert choose_device("auto", 1, "kernels").device == "cpu"
    with pytest.raises(ConfigError, match="device=cpu"):
        choose_device("cuda", 1, "kernels")


@pytest.mark.parametrize(
    ("asked", "precision", "backend"),
    [
        ("auto", "float32", "auto"),
        ("kernels", "float32", "kernels"),
        ("auto", "bf16", "torch"),
        ("torch", "fp16", "torch"),
    ],
)
def test_half_precision_is_computed_by_torch(asked, precision, backend):
    assert backend_for(asked, precision) == backend


def test_kernels_asked_for_in_half_precision_are_refused():
    with pytest.raises(ConfigError, match="precision=float32"):
        backend_for("kernels", "bf16")


def test_the_self_test_is_a_step_of_the_tree_model_in_all_its_weights():
    expected = gradients_of_probe("cpu", "torch")
    weights = dict(TreeLstm(TreeLstmShape(512, 16, 32, 16)).named_parameters())
    assert expected.keys() == weights.keys()
    assert all(gradient.abs().max() > 0.0 for gradient in expected.values())
    assert device._alike(gradients_of_probe("cpu", "kernels"), expected)
    for name in expected:
        wrong = {other: gradient * (1.1 if other == name else 1.0) for other, gradient in expected.items()}
        assert not device._alike(wrong, expected)


@pytest.mark.parametrize("backend", ["kernels", "torch"])
def test_the_probe_takes_a_moment(backend):
    torch.set_num_threads(1)
    assert 0.0 < seconds_of_probe("cpu", backend) < 5.0


@pytest.mark.parametrize(("many", "threads"), [(0.5, 4), (0.95, 1), (3.0, 1)])
def test_every_core_is_used_only_where_it_pays(monkeypatch, many, threads):
    monkeypatch.setattr(device, "_accelerators", list)
    monkeypatch.setattr(device, "available_cores", lambda: 4)
    monkeypatch.setattr(device, "_seconds_of_levels", {1: 1.0, 4: many}.__getitem__)
    assert choose_device("auto", 0).threads == threads


def test_denormal_numbers_are_flushed():
    choose_device("cpu", 1)
    assert float(torch.tensor(1e-30) * torch.tensor(1e-10)) == 0.0


def test_every_thread_of_torch_flushes_what_an_optimiser_lets_decay():
    """Moments of embeddings that no batch holds decay for thousands of steps; a process of its own has new threads."""
    script = """
import torch
from sapwood.training.device import choose_device
choose_device("cpu", 2)
weight = torch.nn.Parameter(torch.ones(2_000_000))
optimiser = torch.optim.AdamW([weight], fused=True)
weight.grad = torch.zeros_like(weight)
optimiser.step()
optimiser.state[weight]["exp_avg"].fill_(1.2e-38)
optimiser.step()
print(torch.get_num_threads(), int(optimiser.state[weight]["exp_avg"].count_nonzero()))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "0"]


THREADS = """
import torch
from sapwood.training.batches import made_ahead
from sapwood.training.device import choose_device

choose_device("cpu", 2, "torch")
tiny = torch.full((1 << 20,), 1e-30)
assert not (tiny * 1e-10).any(), "many rows are shared out among threads"
assert list(made_ahead(lambda _item: float(tiny[0] * 1e-10), range(3))) == [0.0] * 3
"""


def test_denormal_numbers_are_flushed_in_the_threads_of_torch_and_in_the_one_that_makes_batches():
    """In a process of its own: threads of torch that are there before keep their mode."""
    subprocess.run([sys.executable, "-c", THREADS], check=True)
