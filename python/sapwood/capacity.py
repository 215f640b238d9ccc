"""How much fits into the machine, and which batch size makes most of it; measured by a process of its own."""

from __future__ import annotations

import json
import math
import os
import queue
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sapwood import _core
from sapwood.dependencies import require
from sapwood.errors import BadInputError
from sapwood.naming import GRAPHSAGE
from sapwood.processes import available_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import IO

    from sapwood.config import Config

SHARE = 0.8
"""Share of the free memory that a run may take."""
FAST = 0.95
"""A batch size is fast whose rate is at least this share of the best."""
BELIEVED = 16
"""How many times the largest batch that was measured memory is told for."""
SMALLEST, LARGEST = 8, 4096
"""Pairs in the batches that are measured, beside those of the settings."""
_MOST_FUNCTIONS, _MOST_MUTANTS = 3000, 400
"""Enough to draw batches from, and no more than some seconds of preparation."""
_LATE = 30.0
"""Seconds beyond the time that the first point may take."""
INTERRUPTED = "interrupted"
"""Why a measurement ended that somebody ended."""
_PACKAGES = ("email", "html", "http", "json", "logging", "urllib", "wsgiref", "xml")


@dataclass(frozen=True)
class Device:
    """Where training can run, with its memory in bytes; None where unknown."""

    device: str
    name: str
    memory: int | None
    free: int | None


@dataclass(frozen=True)
class Point:
    """Batches of one size: rates, the most bytes that were held, and whether there was room for them at all."""

    batch_size: int
    pairs_per_second: float
    functions_per_second: float
    peak: int | None
    fits: bool


@dataclass
class Curve:
    """What was measured of a model, and what follows from it.

    Attributes:
        model: `graphsage` or `tree-lstm`.
        batch_size: Of the settings.
        accumulation: Of the settings.
        device: Where it was measured, and `reason` why there.
        pairs: For training, in the data that was measured with.
        room: Bytes that a run may hold in all, None where unknown.
        points: In the order in which they were measured.
        stopped: Why no larger batch was measured.
    """

    model: str
    batch_size: int
    accumulation: int
    device: str = ""
    reason: str = ""
    pairs: int = 0
    room: int | None = None
    points: list[Point] = field(default_factory=list)
    stopped: str = ""

    @property
    def by_size(self) -> list[Point]:
        """The points by rising batch size."""
        return sorted(self.points, key=lambda point: point.batch_size)

    @property
    def fitting(self) -> list[Point]:
        """What there was room for, by rising batch size."""
        return [point for point in self.by_size if point.fits]

    @property
    def fast(self) -> list[Point]:
        """The points whose rate is near the best."""
        best = max((point.pairs_per_second for point in self.fitting), default=0.0)
        return [point for point in self.fitting if point.pairs_per_second >= FAST * best]

    @property
    def largest(self) -> int | None:
        """The largest batch that fits: the largest measured where the next did not, else by how memory grows.

        At most 16 times the largest measured: so far the growth is believed.
        """
        if not self.fitting:
            return None
        measured = self.fitting[-1].batch_size
        if len(self.fitting) < len(self.points):
            return measured
        growth = _growth(self.fitting)
        if growth is None or self.room is None:
            return None
        at, peak, slope = growth
        fits = int(at + (SHARE * self.room - peak) / slope) if slope > 0.0 else BELIEVED * measured
        return min(max(measured, fits), BELIEVED * measured)

    def recommended(self) -> tuple[int, int] | None:
        """Batch size and accumulation: those of the settings where that is fast, else the nearest fast size.

        Smaller batches are accumulated to as many pairs a step as the settings have. None without a measurement.
        """
        if not self.fast:
            return None
        sizes = [point.batch_size for point in self.fast]
        if self.batch_size in sizes:
            return self.batch_size, self.accumulation
        size = min(sizes, key=lambda size: abs(math.log(size / self.batch_size)))
        return size, max(1, math.ceil(self.batch_size * self.accumulation / size))

    def overrides(self) -> list[str]:
        """The recommendation as words of the command line."""
        found = self.recommended()
        if found is None:
            return []
        section = self.model.replace("-", "_")
        return [f"{section}.batch_size={found[0]}", f"{section}.accumulation={found[1]}"]

    def as_json(self) -> dict[str, Any]:
        """Everything."""
        fast = [point.batch_size for point in self.fast]
        found = {"largest": self.largest, "smallest_fast": min(fast, default=None), "overrides": self.overrides()}
        return asdict(self) | found


def _growth(points: Sequence[Point]) -> tuple[int, int, float] | None:
    """The last size with its peak, and bytes for each pair more; from the half of the sizes on, where pairs rule."""
    known = [(point.batch_size, point.peak) for point in points if point.peak is not None]
    if len(known) < 2:
        return None
    (low, below), (high, above) = known[len(known) // 2 - 1], known[-1]
    return high, above, (above - below) / (high - low)


def next_peak(points: Sequence[Point], larger: int) -> int | None:
    """Bytes that batches of `larger` pairs are going to take, by how memory has grown; None where unknown."""
    growth = _growth(points)
    if growth is None:
        return None
    at, peak, slope = growth
    return round(peak + slope * (larger - at))


def devices() -> list[Device]:
    """Where training can run.

    Raises:
        MissingDependencyError: There is no torch.
    """
    require("torch")
    import torch

    found = []
    for number in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(number)
        found.append(Device(f"cuda:{number}", torch.cuda.get_device_name(number), total, free))
    if torch.backends.mps.is_available():
        most = torch.mps.recommended_max_memory()
        found.append(Device("mps", "Apple GPU", most, most - torch.mps.driver_allocated_memory()))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return [*found, Device("cpu", f"{cores} cores", _all_memory(), available_memory())]


def _all_memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def sizes(configured: int) -> tuple[list[int], list[int]]:
    """The batch sizes that are measured: from that of the settings on doubled, then halved."""
    doubled = [configured * 2**power for power in range(20) if configured * 2**power <= max(LARGEST, configured)]
    halved = [configured // 2**power for power in range(1, 20) if configured // 2**power >= SMALLEST]
    return doubled, halved


def measure(model: str, workspace: Path, config: Config, seconds: float, on_point: Callable[[Curve], None]) -> Curve:
    """Measures a model on an indexed code base, in a process of its own.

    Ctrl-C ends it like the time does: with what is known by then.

    Args:
        model: `graphsage` or `tree-lstm`.
        workspace: The folder of the workspace.
        config: All settings.
        seconds: For all of it, preparation included; without any point, some more.
        on_point: Is told of the curve after each batch size.

    Raises:
        BadInputError: There is nothing to train on.
    """
    settings = config.graphsage if model == GRAPHSAGE else config.tree_lstm
    curve = Curve(model, settings.batch_size, settings.accumulation)
    request = {
        "model": model,
        "workspace": str(workspace),
        "config": _smaller(config).model_dump(mode="json"),
        "batch_size": settings.batch_size,
        "until": time.time() + seconds,
    }
    try:
        with _measuring(request) as found:
            for one in _in_time(found, curve, seconds):
                _take(curve, one)
                if "stopped" not in one:
                    on_point(curve)
    except KeyboardInterrupt:
        curve.stopped = INTERRUPTED
    return curve


def _smaller(config: Config) -> Config:
    """Fewer functions, for a shorter preparation; the batches are alike."""
    data, most = config.data, {"max_functions": _MOST_FUNCTIONS, "max_mutants": _MOST_MUTANTS}
    fewer = {name: min(limit, getattr(data, name)) for name, limit in most.items()}
    return config.model_copy(update={"data": data.model_copy(update=fewer)})


def _take(curve: Curve, found: dict[str, Any]) -> None:
    match found:
        case {"error": message}:
            raise BadInputError(message)
        case {"point": point}:
            curve.points.append(Point(**point))
        case {"stopped": reason}:
            curve.stopped = reason
        case _:
            curve.device, curve.reason = found["device"], found["reason"]
            curve.pairs, curve.room = found["pairs"], found["room"]


Found = queue.SimpleQueue[dict[str, Any] | None]
"""What a process says, then None."""


def _in_time(found: Found, curve: Curve, seconds: float) -> Iterator[dict[str, Any]]:
    """What is found before the time is over; the first point may take a while longer."""
    deadline = time.monotonic() + seconds
    while True:
        patience = 0.0 if curve.points else _LATE
        try:
            one = found.get(timeout=max(0.0, deadline + patience - time.monotonic()))
        except queue.Empty:
            curve.stopped = "the time is used up"
            return
        if one is None:
            return
        yield one


def _command(request: dict[str, Any]) -> list[str]:
    return [sys.executable, "-m", "sapwood.training.measure", json.dumps(request)]


@contextmanager
def _measuring(request: dict[str, Any]) -> Iterator[Found]:
    """What the process that measures says, as it comes; the process ends with the block."""
    with tempfile.TemporaryFile() as complaints:
        # In a session of its own: Ctrl-C reaches this process alone, which shows what is known by then.
        child = subprocess.Popen(  # noqa: S603 this interpreter and this package
            _command(request), stdout=subprocess.PIPE, stderr=complaints, start_new_session=True
        )
        found: Found = queue.SimpleQueue()
        reader = threading.Thread(target=_read, args=(child, complaints, found), daemon=True)
        reader.start()
        try:
            yield found
        finally:
            child.kill()
            reader.join()
            if child.stdout is not None:
                child.stdout.close()


def _read(child: subprocess.Popen[bytes], complaints: IO[bytes], found: Found) -> None:
    """Puts what a process prints into a queue, and at the end how it went where it ended by itself and not well."""
    for line in child.stdout or ():
        found.put(json.loads(line))
    code = child.wait()
    if code < 0:
        found.put({"stopped": "the process that measures was ended from outside, perhaps for want of memory"})
    elif code > 0:
        complaints.seek(0)
        last = complaints.read().decode(errors="replace").strip().rpartition("\n")[2]
        found.put({"error": f"the process that measures broke: {last}; report it with the settings"})
    found.put(None)


def sample(folder: Path) -> _core.Engine:
    """Indexes some packages of this Python's library in `folder`, for who has no code base at hand.

    Raises:
        BadInputError: This Python has no library of files.
    """
    library = Path(sysconfig.get_path("stdlib"))
    for name in _PACKAGES:
        if (library / name).is_dir():
            shutil.copytree(library / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "test*"))
    if not any(folder.iterdir()):
        message = "this Python's library is not there as files; index code of your own: sapwood index PATH"
        raise BadInputError(message)
    engine = _core.Engine.create(str(folder))
    engine.index()
    return engine
