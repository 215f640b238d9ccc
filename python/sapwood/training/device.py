"""Which device trains, and what computes on the CPU: measured in a moment, checked, and told with its reason."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import torch
from torch import Tensor

from sapwood.errors import ConfigError
from sapwood.training.probe import gradients_of_probe, seconds_of_probe

MOST_THREADS_A_CORE = 16
"""A run that moves to a smaller machine keeps its number of threads; far more than there are cores is a slip."""
PAYS = 0.85
"""More threads, or torch instead of the kernels, are taken where they need at most this share of the time."""
AUTO, KERNELS, TORCH = "auto", "kernels", "torch"


@dataclass(frozen=True)
class DeviceChoice:
    """A device, the CPU threads beside it, what computes (`kernels` of the compiled core or `torch`), and why."""

    device: str
    threads: int
    backend: str
    reason: str


def choose_device(requested: str, threads: int, backend: str = AUTO) -> DeviceChoice:
    """Takes the device asked for, or for `auto` the fastest that agrees with the CPU on a small training step.

    On the CPU, `auto` takes the kernels as backend, unless torch is clearly faster on such a step or they disagree.

    Also sets torch's thread count (0 = one or every core, whichever a probe finds faster) and flushes denormal numbers
    to zero: the moments of rarely seen embeddings decay into them and would slow a step down tenfold.

    Raises:
        ConfigError: The device asked for is not there, or has no kernels that were asked for, or so many threads would
            only wait for each other.
    """
    # Worker threads inherit the mode of the thread that starts them, so this comes before any parallel work.
    torch.set_flush_denormal(True)
    _require_possible(threads)
    threads = threads or _best_threads(available_cores())
    torch.set_num_threads(threads)
    if requested == AUTO:
        return _fastest(_accelerators(), threads, backend)
    _require(requested)
    if requested == "cpu":
        return _cpu(threads, backend, "asked for")
    _require_torch(requested, backend)
    return DeviceChoice(requested, threads, TORCH, f"{requested}: asked for")


def backend_for(asked: str, precision: str) -> str:
    """The setting `backend`, or torch where the kernels do not know the precision.

    Raises:
        ConfigError: The kernels were asked for by name.
    """
    if precision == "float32":
        return asked
    if asked == KERNELS:
        message = f"the kernels compute in float32, not in {precision}; use `backend=auto` or `precision=float32`"
        raise ConfigError(message)
    return TORCH


def release_memory(device: str) -> None:
    """Gives back what torch keeps of an accelerator's memory for later tensors, for programs beside this one."""
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()


def available_cores() -> int:
    """Cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def device_memory(device: str) -> int | None:
    """Bytes that tensors of this process hold on an accelerator, None on the CPU."""
    if device.startswith("cuda"):
        return torch.cuda.memory_allocated(device)
    return torch.mps.current_allocated_memory() if device == "mps" else None


def self_test(choice: DeviceChoice) -> bool:
    """Whether what computes comes to the gradients of torch on the CPU, for a small tree model."""
    return _agrees(choice.device, choice.backend, gradients_of_probe("cpu", TORCH))


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


def _require_possible(threads: int) -> None:
    most = MOST_THREADS_A_CORE * available_cores()
    if threads > most:
        message = f"threads={threads} is more than this machine can use; give at most {most}, or 0 for the fastest"
        raise ConfigError(message)


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


def _require_torch(device: str, backend: str) -> None:
    if backend == KERNELS:
        message = f"the kernels compute on the CPU, not on {device}; use `device=cpu` or `backend=auto`"
        raise ConfigError(message)


def _fastest(accelerators: list[str], threads: int, backend: str) -> DeviceChoice:
    """The CPU, or an accelerator that agrees with it and is faster; kernels that were asked for are on the CPU."""
    if not accelerators:
        return _cpu(threads, backend, "no CUDA or MPS device was found")
    if backend == KERNELS:
        return _cpu(threads, backend, "which the kernels need")
    here = _cpu(threads, backend, f"faster than {', '.join(accelerators)} on a probe")
    expected, slowest = gradients_of_probe("cpu", TORCH), seconds_of_probe("cpu", here.backend)
    best, choice = slowest, here
    for device in accelerators:
        seconds = seconds_of_probe(device, TORCH) if _agrees(device, TORCH, expected) else float("inf")
        if seconds < best:
            best = seconds
            reason = f"{device}: {slowest / seconds:.1f} times the speed of the cpu on a probe"
            choice = DeviceChoice(device, threads, TORCH, reason)
    return choice


def _cpu(threads: int, backend: str, why: str) -> DeviceChoice:
    if backend != AUTO:
        return DeviceChoice("cpu", threads, backend, f"cpu, threads: {threads}, by {backend} as asked for; {why}")
    if not _agrees("cpu", KERNELS, gradients_of_probe("cpu", TORCH)):
        return DeviceChoice("cpu", threads, TORCH, f"cpu, threads: {threads}, by torch, as the kernels disagree; {why}")
    times = seconds_of_probe("cpu", TORCH) / seconds_of_probe("cpu", KERNELS)
    if times < PAYS:
        told = f"by torch, {1.0 / times:.1f} times the speed of the kernels on a probe"
        return DeviceChoice("cpu", threads, TORCH, f"cpu, threads: {threads}, {told}; {why}")
    told = f"by kernels, {times:.1f} times the speed of torch on a probe"
    return DeviceChoice("cpu", threads, KERNELS, f"cpu, threads: {threads}, {told}; {why}")


def _agrees(device: str, backend: str, expected: dict[str, Tensor]) -> bool:
    """Whether a device makes the step, and comes to the gradients expected."""
    try:
        return _alike(gradients_of_probe(device, backend), expected)
    except RuntimeError:
        return False


def _alike(gradients: dict[str, Tensor], expected: dict[str, Tensor]) -> bool:
    """Whether no entry differs by more than a thousandth of its weight's largest gradient."""
    return all(
        float((gradients[name] - gradient).abs().max()) <= 1e-3 * float(gradient.abs().max())
        for name, gradient in expected.items()
    )
