"""How a run goes: its figures, from what its process writes and from what the system says of that process."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sapwood.monitor.records import Records
from sapwood.monitor.runs import HISTORY, HOLDER, LOCK, METRICS
from sapwood.monitor.series import Series
from sapwood.processes import Memory, is_alive, memory_of

if TYPE_CHECKING:
    from pathlib import Path

    from sapwood.monitor.records import Record

State = Literal["running", "stalled", "finished", "interrupted", "failed", "crashed"]
ENDED: tuple[State, ...] = ("finished", "interrupted", "failed", "crashed")
_ENDS: dict[str, State] = {"done": "finished", "interrupted": "interrupted", "failed": "failed"}
_SILENT_STEPS, _SILENT_ELSE = 60.0, 900.0
"""Seconds without a record, between steps and before or after them, from which on a run counts as stalled."""
_SLOW_STEPS = 20.0
"""Steps that take long may be silent for this many times as long as they take."""


@dataclass(frozen=True)
class Run:
    """A run at a moment.

    Attributes:
        path: Its folder.
        state: What its process does: `stalled` lives but writes nothing, `crashed` is gone without a word.
        pid: The process that trains, or that did last.
        step: The last record of a step, empty before the first.
        start: The last record of a start: counts, labels, device.
        history: The figures of each epoch.
        training: Training loss by steps done.
        validation: Validation loss by steps done, at the end of each epoch.
        phases: Steps done at which each phase of the curriculum began.
        message: What the run said last, empty where it makes steps.
        version: What it published.
        memory: Main memory of its process; after its end what was logged.
        gpu_memory: Bytes that its tensors hold on an accelerator.
        silent: Seconds since the last record.
    """

    path: Path
    state: State
    pid: int | None
    step: Record
    start: Record
    history: list[Record]
    training: list[tuple[float, float]]
    validation: list[tuple[float, float]]
    phases: list[tuple[int, Any]]
    message: str
    version: str | None
    memory: Memory
    gpu_memory: int | None
    silent: float

    @property
    def model(self) -> str:
        """`graphsage` or `tree-lstm`."""
        return str(self.step.get("model") or self.start.get("model") or self.path.parent.name)

    @property
    def share_done(self) -> float:
        """Share of the steps of all epochs that are done, 0 to 1; a run may end before."""
        if self.state == "finished":
            return 1.0
        if not self.step:
            return 0.0
        epochs = self.step["epoch"] - 1 + self.step["step"] / max(1, self.step["steps"])
        return float(min(1.0, epochs / max(1, self.step["epochs"])))

    @property
    def best(self) -> Record | None:
        """The last epoch that was better than all before it."""
        return next((record for record in reversed(self.history) if record.get("best")), None)

    @property
    def seconds(self) -> float:
        """Seconds spent on steps, over all sessions."""
        return float(self.step.get("seconds", 0.0))

    @property
    def phase(self) -> Any:
        """The phase of the curriculum, None without one."""
        return self.phases[-1][1] if self.phases else None

    def as_json(self) -> Record:
        """All figures."""
        step, best = self.step, self.best
        named = ("epoch", "epochs", "step", "steps", "steps_done", "loss", "losses", "learning_rate", "seconds_left")
        rates = {name: step.get(f"{name}_per_second") for name in ("steps", "pairs", "functions")}
        return {
            "run": str(self.path),
            "model": self.model,
            "state": self.state,
            "pid": self.pid,
            "message": self.message,
            "phase": self.phase,
            "share_done": round(self.share_done, 4),
            **{name: step.get(name) for name in named},
            "per_second": rates,
            "seconds": self.seconds,
            "silent_seconds": round(self.silent, 1),
            "best": best and {"epoch": best["epoch"], "validation_loss": best.get("validation_loss")},
            "version": self.version,
            "memory": {"rss": self.memory.resident, "peak_rss": self.memory.peak, "gpu_memory": self.gpu_memory},
            "counts": self.start.get("counts", {}),
            "labels": self.start.get("labels", {}),
            "phases": [{"steps_done": steps, "phase": phase} for steps, phase in self.phases],
            "history": self.history,
        }


@dataclass
class RunWatch:
    """Follows the folder of a run; each call of `now` reads only what is new."""

    path: Path
    _records: Records = field(init=False)
    _history: list[Record] = field(default_factory=list)
    _history_stamp: int = 0
    _training: Series = field(default_factory=Series)
    _phases: list[tuple[int, Any]] = field(default_factory=list)
    _start: Record = field(default_factory=dict)
    _step: Record = field(default_factory=dict)
    _last: Record = field(default_factory=dict)
    _version: str | None = None

    def __post_init__(self) -> None:
        self._records = Records(self.path / METRICS)

    def now(self) -> Run:
        """The run at this moment."""
        for record in self._records.new():
            self._take(record)
        self._read_history()
        pid, held_since = self._holder()
        silent = max(0.0, time.time() - max(self._last.get("time", 0.0), held_since))
        state = self._state(pid, held_since, silent)
        return Run(
            path=self.path,
            state=state,
            pid=pid,
            step=self._step,
            start=self._start,
            history=self._history,
            training=self._training.points,
            validation=_validation(self._history),
            phases=self._phases,
            message="" if self._last.get("event") in {"step", "epoch"} else str(self._last.get("message", "")),
            version=self._version,
            memory=self._memory(pid, state),
            gpu_memory=self._last.get("gpu_memory"),
            silent=silent,
        )

    def _take(self, record: Record) -> None:
        # After the last step there is a record without anything new for people: its message stays.
        if record.get("event") != "checkpoint":
            self._last = record
        match record.get("event"):
            case "start":
                self._start = record
            case "step":
                self._take_step(record)
            case "done":
                self._version = record.get("version")

    def _take_step(self, record: Record) -> None:
        self._step = record
        done = int(record.get("steps_done", 0))
        if record.get("loss") is not None:
            self._training.add(done, record["loss"])
        phase = record.get("phase")
        self._phases = [begun for begun in self._phases if begun[0] < done]
        if phase is not None and (not self._phases or self._phases[-1][1] != phase):
            self._phases.append((done, phase))

    def _read_history(self) -> None:
        """Reads the figures of the epochs again where they changed; they are replaced as a whole."""
        file = self.path / HISTORY
        try:
            stamp = file.stat().st_mtime_ns
            if stamp != self._history_stamp:
                self._history, self._history_stamp = json.loads(file.read_bytes()), stamp
        except (OSError, ValueError):
            return

    def _holder(self) -> tuple[int | None, float]:
        """The process that took the lock last, and when."""
        lock = self.path / LOCK
        try:
            return int(lock.read_text(encoding="ascii")), lock.stat().st_mtime
        except (OSError, ValueError):
            return None, 0.0

    def _state(self, pid: int | None, held_since: float, silent: float) -> State:
        ended = _ENDS.get(self._last.get("event", ""))
        # One that was continued has a newer lock than the word on its end.
        if ended is not None and held_since <= self._last.get("time", 0.0):
            return ended
        if not self._is_held(pid, held_since):
            return "crashed"
        return "stalled" if silent > self._patience() else "running"

    def _is_held(self, pid: int | None, since: float) -> bool:
        """Whether the process lives; one of another machine is believed to, as long as it is not silent."""
        if pid is None:
            # Windows keeps others from reading a lock that is held.
            return (self.path / LOCK).exists()
        return self._host() not in {None, socket.gethostname()} or is_alive(pid, since)

    def _host(self) -> str | None:
        """The machine whose process holds the run, None where that is not known, or nobody does."""
        try:
            host: str = json.loads((self.path / HOLDER).read_bytes())["host"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return host

    def _patience(self) -> float:
        """Seconds that may pass without a record."""
        if self._last.get("event") != "step":
            return _SILENT_ELSE
        rate = self._last.get("steps_per_second") or 0.0
        return max(_SILENT_STEPS, _SLOW_STEPS / rate) if rate else _SILENT_ELSE

    def _memory(self, pid: int | None, state: State) -> Memory:
        seen = Memory() if pid is None or state in ENDED else memory_of(pid)
        logged = Memory(self._last.get("rss"), self._last.get("peak_rss"))
        return Memory(seen.resident or logged.resident, seen.peak or logged.peak)


def _validation(history: list[Record]) -> list[tuple[float, float]]:
    """Steps done at the end of each epoch that was validated, and its loss."""
    points, done = [], 0
    for record in history:
        done += record.get("steps", 0)
        if record.get("validation_loss") is not None:
            points.append((float(done), float(record["validation_loss"])))
    return points
