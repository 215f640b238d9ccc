"""How fast a run is and what it takes, for its metrics."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from sapwood.processes import own_memory
from sapwood.training.device import device_memory

if TYPE_CHECKING:
    from sapwood.training.batches import Counted


class Rates:
    """How fast the last steps were."""

    def __init__(self) -> None:
        self._steps: deque[tuple[float, int, int]] = deque(maxlen=20)

    def add(self, now: float, batch: Counted) -> None:
        """Counts a step that ended at `now`, in seconds."""
        self._steps.append((now, batch.pairs, batch.functions))

    @property
    def seconds_a_step(self) -> float:
        """Mean; 0 before there are two steps."""
        return self._seconds / max(1, len(self._steps) - 1)

    def as_json(self) -> dict[str, float]:
        """Steps, pairs and functions a second; 0 before there are two steps."""
        later = list(self._steps)[1:]
        counts = {"steps": len(later), "pairs": sum(step[1] for step in later), "functions": sum(s[2] for s in later)}
        return {f"{name}_per_second": self._rate(number) for name, number in counts.items()}

    @property
    def _seconds(self) -> float:
        return self._steps[-1][0] - self._steps[0][0] if self._steps else 0.0

    def _rate(self, number: int) -> float:
        return round(number / self._seconds, 2) if self._seconds else 0.0


def present(device: str) -> dict[str, float | int]:
    """`time` in seconds of the epoch, and bytes where they are known.

    `rss` and `peak_rss` are main memory of the process, now and at most; `gpu_memory` is what its tensors hold there.
    """
    memory = own_memory()
    known = {"rss": memory.resident, "peak_rss": memory.peak, "gpu_memory": device_memory(device)}
    return {"time": round(time.time(), 3)} | {name: value for name, value in known.items() if value is not None}
