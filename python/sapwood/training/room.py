"""Memory of a device: what this process holds there, and what it may."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import torch

from sapwood.processes import available_memory, own_memory


def peak(device: str) -> int | None:
    """Most bytes that this process held since its begin or `forget_peak`; None where unknown."""
    if device.startswith("cuda"):
        return torch.cuda.max_memory_reserved(device)
    return torch.mps.driver_allocated_memory() if device == "mps" else own_memory().peak


def forget_peak(device: str) -> None:
    """Lets `peak` begin anew, where the system can."""
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
    elif device == "mps":
        torch.mps.empty_cache()
    else:
        with suppress(OSError):
            # Linux: sets the peak of a process to what it holds.
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def room(device: str) -> int | None:
    """Bytes that this process may hold in all, what it holds now included; None where unknown."""
    if device.startswith("cuda"):
        free, _ = torch.cuda.mem_get_info(device)
        return free + torch.cuda.memory_reserved(device)
    if device == "mps":
        return torch.mps.recommended_max_memory()
    return _main_memory(available_memory(), own_memory().resident)


def _main_memory(free: int | None, held: int | None) -> int | None:
    return None if free is None or held is None else free + held
