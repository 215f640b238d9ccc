"""What a bench hands over: figures with definitions, samples and the machine they were taken on."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Figures:
    """Values by key, and beside each how it is defined; a key that was not measured says why."""

    values: dict[str, float | None] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    not_measured: dict[str, str] = field(default_factory=dict)
    samples: dict[str, Any] = field(default_factory=dict)

    def add(self, key: str, value: float, definition: str) -> None:
        """Record a measured figure."""
        self.values[key] = round(value, 4)
        self.definitions[key] = definition

    def leave_out(self, key: str, why: str) -> None:
        """Record that a figure of the contract was not measured."""
        self.values[key] = None
        self.not_measured[key] = why

    def to_json(self) -> dict[str, Any]:
        """Return one flat object: the figures at the top level, then what explains them."""
        return {
            **self.values,
            "machine": machine(),
            "definitions": self.definitions,
            "not_measured": self.not_measured,
            "samples": self.samples,
        }


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": sys.version.split()[0],
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def alternate(candidates: dict[str, Callable[[], None]], rounds: int = 3) -> dict[str, list[float]]:
    """Time the candidates in turn, so that a machine that drifts slows all of them; seconds by name, one a round."""
    for run in candidates.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, run in candidates.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def ratio(seconds: dict[str, list[float]], of: str, over: str) -> float:
    """Return the median of `of` over the median of `over`."""
    return statistics.median(seconds[of]) / statistics.median(seconds[over])
