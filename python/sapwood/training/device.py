"""Which device trains: measured in a moment, checked against the CPU, and told with its reason."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from sapwood import _core
from sapwood.errors import ConfigError
from sapwood.models.tree_lstm import Encoded, ForestTensors, TreeLstm, TreeLstmShape

if TYPE_CHECKING:
    from collections.abc import Callable

PAYS = 0.85
"""More threads are taken where they need at most this share of one thread's time."""
_TEXT = """
def least(values, limit):
    found = None
    for number, value in enumerate(values):
        if value < limit and (found is None or value < values[found]):
            found = number
    return found


def joined(parts, mark=", "):
    return mark.join(str(part) for part in parts if part)
"""


@dataclass(frozen=True)
class DeviceChoice:
    """A device, the CPU threads beside it, and why it was taken."""

    device: str
    threads: int
    reason: str


def choose_device(requested: str, threads: int) -> DeviceChoice:
    """Takes the device asked for, or for `auto` the fastest that agrees with the CPU on a small training step.

    Also sets torch's thread count (0 = one or every core, whichever a probe finds faster) and flushes denormal numbers
    to zero: the moments of rarely seen embeddings decay into them and would slow a step down tenfold.

    Raises:
        ConfigError: The device asked for is not there.
    """
    # Worker threads inherit the mode of the thread that starts them, so this comes before any parallel work.
    torch.set_flush_denormal(True)
    threads = threads or _best_threads(available_cores())
    torch.set_num_threads(threads)
    if requested != "auto":
        _require(requested)
        return DeviceChoice(requested, threads, f"{requested}: asked for")
    accelerators = _accelerators()
    if not accelerators:
        return DeviceChoice("cpu", threads, f"cpu, threads: {threads}; no CUDA or MPS device was found")
    return _fastest(accelerators, threads)


def available_cores() -> int:
    """Cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def device_memory(device: str) -> int | None:
    """Bytes that tensors of this process hold on an accelerator, None on the CPU."""
    if device.startswith("cuda"):
        return torch.cuda.memory_allocated(device)
    return torch.mps.current_allocated_memory() if device == "mps" else None


def self_test(device: str) -> bool:
    """Whether a device comes to the gradients that torch's operations give on the CPU, for a small tree model."""
    return _agrees(device, _gradients("cpu", TreeLstm.encode_with_torch))


def _best_threads(cores: int) -> int:
    """Every core where that pays, else one: beside other busy programs, threads wait for one that is not scheduled."""
    if cores == 1:
        return 1
    seconds = {threads: _seconds_of_levels(threads) for threads in (1, cores)}
    return cores if seconds[cores] < PAYS * seconds[1] else 1


def _seconds_of_levels(threads: int) -> float:
    """Time of products like those of a tree's levels, stalls included."""
    torch.set_num_threads(threads)
    weight, sizes = torch.ones(256, 768), (16, 32, 64, 128, 256, 512, 1024)
    states = [torch.ones(rows, 256) for rows in sizes]
    for rows in states:
        torch.tanh(rows @ weight)
    start = time.perf_counter()
    for _ in range(6):
        for rows in states:
            torch.tanh(rows @ weight)
    return time.perf_counter() - start


def _accelerators() -> list[str]:
    found = ["cuda"] if torch.cuda.is_available() else []
    return [*found, "mps"] if torch.backends.mps.is_available() else found


def _require(device: str) -> None:
    kind, _, number = device.partition(":")
    there = kind == "cpu" or kind in _accelerators()
    if there and kind == "cuda" and number:
        there = int(number) < torch.cuda.device_count()
    if not there:
        message = (
            f"the device {device} is not available here; use `device=auto` or one of: cpu, {', '.join(_accelerators())}"
        )
        raise ConfigError(message.rstrip(", "))


def _fastest(accelerators: list[str], threads: int) -> DeviceChoice:
    expected, slowest = _gradients("cpu"), _seconds_of_step("cpu")
    choice = DeviceChoice("cpu", threads, f"cpu, threads: {threads}; faster than {', '.join(accelerators)} on a probe")
    best = slowest
    for device in accelerators:
        seconds = _seconds_of_step(device) if _agrees(device, expected) else float("inf")
        if seconds < best:
            best = seconds
            choice = DeviceChoice(
                device, threads, f"{device}: {slowest / seconds:.1f} times the speed of the cpu on a probe"
            )
    return choice


def _agrees(device: str, expected: dict[str, Tensor]) -> bool:
    """Whether a device makes the step, and comes to the CPU's gradients."""
    try:
        return _alike(_gradients(device), expected)
    except RuntimeError:
        return False


def _alike(gradients: dict[str, Tensor], expected: dict[str, Tensor]) -> bool:
    """Whether no entry differs by more than a thousandth of its weight's largest gradient."""
    return all(
        float((gradients[name] - gradient).abs().max()) <= 1e-3 * float(gradient.abs().max())
        for name, gradient in expected.items()
    )


def _gradients(
    device: str, encode: Callable[[TreeLstm, ForestTensors], Encoded] = TreeLstm.forward
) -> dict[str, Tensor]:
    """The gradient of each weight of a small tree model after a step on some trees, on the CPU.

    The model itself, because devices have been wrong without an error where it adds to slices inside of tensors.
    """
    vocabulary = _core.Vocabulary.build([_TEXT], size=512)
    forest = ForestTensors.of(_core.parse_forest([_TEXT, *_TEXT.split("\n\n")], vocabulary), device)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = TreeLstm(TreeLstmShape(len(vocabulary), 16, 32, 16)).to(device)
    encoded = encode(model, forest)
    outputs = encoded.outputs.square().sum() + model.score_statements(forest, encoded).square().sum()
    torch.autograd.backward(outputs)
    return {name: weight.grad.cpu() for name, weight in model.named_parameters() if weight.grad is not None}


def _seconds_of_step(device: str) -> float:
    """Time of a step like those of training: gathers, a product, scattered adds."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(256, 768, generator=generator).mul_(0.05).to(device).requires_grad_()
    states = torch.randn(2048, 256, generator=generator).to(device)
    index = torch.randint(2048, (4096,), generator=generator).to(device)
    fastest = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        rows = functional.embedding_bag(index, states, torch.arange(0, 4096, 4, device=device), mode="mean")
        output = torch.zeros(2048, 768, device=device).index_add(0, index[::4] // 2, torch.tanh(rows @ weight))
        torch.autograd.grad(output.square().mean(), weight)[0].cpu()
        fastest = min(fastest, time.perf_counter() - start)
    return fastest
