"""Measures steps of rising batch sizes, in a process of its own: `python -m sapwood.training.measure REQUEST`.

What it finds goes to standard output, a JSON object a line, so that whoever started it may end it at any moment.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from sapwood import _core
from sapwood.capacity import SHARE, Point, next_peak, sizes
from sapwood.config import Config
from sapwood.errors import SapwoodError
from sapwood.training.batches import made_ahead
from sapwood.training.rehearsal import Stage
from sapwood.training.room import forget_peak, peak, room

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from sapwood.training.optimiser import Step

    Tell = Callable[[dict[str, Any]], None]

_SECONDS, _LEAST_STEPS = 1.0, 2
"""A size is measured for this long, and for so many steps after a first one that warms up."""
_SLOWER = 0.5
"""Larger batches are not tried where the rate is below this share of the best."""


@dataclass(frozen=True)
class Request:
    """What is measured.

    Attributes:
        model: `graphsage` or `tree-lstm`.
        workspace: The folder of the workspace.
        config: All settings, as JSON.
        batch_size: Pairs in the batches that are measured first.
        until: Seconds of the epoch at which no larger batch is begun.
    """

    model: str
    workspace: str
    config: dict[str, Any]
    batch_size: int
    until: float


def measure(request: Request, tell: Tell) -> None:
    """Measures until a batch would not fit, be slow or take too long; tells what it is about, then each size."""
    config = Config.model_validate(request.config)
    stage = Stage(request.model, _core.Engine.open(request.workspace, request.workspace), config)
    device = stage.device.device
    free = room(device)
    tell({"device": device, "reason": stage.device.reason, "pairs": stage.pairs, "room": free})
    larger, smaller = sizes(min(request.batch_size, stage.pairs))
    points: list[Point] = []
    reason = ""
    for size in larger:
        reason = why_stop(points, size, free, request.until - time.time(), device)
        if size > stage.pairs or reason:
            break
        points.append(_point(stage, size))
        tell({"point": asdict(points[-1])})
    for size in smaller:
        if _expected_seconds(points, size) < request.until - time.time():
            points.append(_point(stage, size))
            # After larger ones the process holds what these have left.
            tell({"point": asdict(replace(points[-1], peak=None))})
    tell({"stopped": reason or f"there are {stage.pairs} pairs"})


def why_stop(points: Sequence[Point], larger: int, free: int | None, seconds: float, device: str) -> str:
    """Why a larger batch is not tried, empty where it may be.

    Args:
        points: What was measured, by rising size.
        larger: The next size.
        free: Bytes that may be held, None where unknown.
        seconds: What is left of the time.
        device: Only on CUDA is memory tried until it is used up: there it is an error like any other.
    """
    if not points:
        return ""
    if not points[-1].fits:
        return "the next does not fit into memory"
    expected = next_peak(points, larger)
    if not device.startswith("cuda") and free is not None and expected is not None and expected > SHARE * free:
        return "the next would take too much of the memory"
    if points[-1].pairs_per_second < _SLOWER * max(point.pairs_per_second for point in points):
        return "larger batches are slower"
    return "the time is used up" if _expected_seconds(points, larger) > seconds else ""


def _expected_seconds(points: Sequence[Point], size: int) -> float:
    """Seconds that measuring a size takes at the last rate."""
    rate = next((point.pairs_per_second for point in reversed(points) if point.fits), 0.0)
    return max(_SECONDS, (_LEAST_STEPS + 1) * size / rate) if rate else 0.0


def _point(stage: Stage, size: int) -> Point:
    """Rates and memory of batches of `size` pairs; a device without room for them says so by an error."""
    device = stage.device.device
    forget_peak(device)
    try:
        seconds, pairs, functions = _timed(stage, size)
    except RuntimeError as error:
        if "out of memory" not in str(error).lower():
            raise
        return Point(size, 0.0, 0.0, None, fits=False)
    return Point(size, round(pairs / seconds, 1), round(functions / seconds, 1), peak(device), fits=True)


def _timed(stage: Stage, size: int) -> tuple[float, int, int]:
    """Seconds, pairs and functions of some steps, each batch made while the one before is used, as in a run."""
    steps = made_ahead(lambda draw: stage.step_of(draw[1], draw[0]), _draws(stage.pairs, size))
    stage.take(next(steps))
    taken: list[Step] = []
    start = time.perf_counter()
    for step in steps:
        stage.take(step)
        taken.append(step)
        if len(taken) >= _LEAST_STEPS and time.perf_counter() - start >= _SECONDS:
            break
    seconds = time.perf_counter() - start
    return seconds, sum(step.pairs for step in taken), sum(step.functions for step in taken)


def _draws(pairs: int, size: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Numbered batches of rows, without end."""
    rng = np.random.default_rng(size)
    for number in count():
        yield number, rng.permutation(pairs)[:size]


def _print(found: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def _main() -> None:
    try:
        measure(Request(**json.loads(sys.argv[1])), _print)
    except SapwoodError as error:
        _print({"error": str(error)})


if __name__ == "__main__":
    _main()
