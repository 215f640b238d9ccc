"""The folder of a run: resolved configuration, metrics, history, TensorBoard events and state, guarded by a lock."""

from __future__ import annotations

import json
import os
import shutil
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sapwood._core import RunLock, write_atomic
from sapwood.config import resolved_yaml
from sapwood.errors import BadInputError, LockedError
from sapwood.training.event_file import EventFile

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from sapwood.config import Config

CONFIG, METRICS, STATE, BEST = "config.yaml", "metrics.jsonl", "state.safetensors", "best.safetensors"
CHECKPOINTS = "checkpoints"
_HOLDER, _LOCK = "holder.json", "lock"
_LEFTOVERS = ".writing-*"
"""What a process that was killed while it wrote a file leaves beside it."""
_COUNTERS = {"epoch", "epochs", "step", "steps", "steps_done", "time", "seconds_left"}


class RunFolder:
    """An open run folder; leaving it as a context manager closes its files and gives back the lock.

    Holds `config.yaml`, `metrics.jsonl` (one line an event), `history.json` (all epochs of all sessions),
    `tensorboard/`, `state.safetensors` (the last state), `best.safetensors` (that of the best epoch) and `checkpoints/`
    (states asked for on the way).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: RunLock | None = None
        self._events: EventFile | None = None
        self._again: tuple[int | None, list[dict[str, Any]]] = (None, [])

    @property
    def state(self) -> Path:
        """The last state."""
        return self.path / STATE

    @property
    def best(self) -> Path:
        """The state after the best epoch so far; a run can go on from it as from any other."""
        return self.path / BEST

    def checkpoint(self, name: str) -> Path:
        """A state kept beside the last one."""
        folder = self.path / CHECKPOINTS
        folder.mkdir(exist_ok=True)
        return folder / f"{name}.safetensors"

    def write_config(self, config: Config) -> None:
        """Writes the resolved settings."""
        write_atomic(str(self.path / CONFIG), resolved_yaml(config).encode())

    def write_history(self, history: list[dict[str, Any]]) -> None:
        """Writes the figures of every epoch so far."""
        write_atomic(str(self.path / "history.json"), (json.dumps(history, indent=2) + "\n").encode())

    def log(self, record: dict[str, Any]) -> None:
        """Appends a line of metrics, and what it says of steps that are done to the TensorBoard events."""
        with (self.path / METRICS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        if "steps_done" in record:
            self._draw(record)

    def sync(self) -> None:
        """Waits until the metrics are on the disk, so that a state is never ahead of them, also after a power cut."""
        with (self.path / METRICS).open("ab") as file:
            os.fsync(file.fileno())

    def go_back_to(self, steps: int, epochs: int) -> None:
        """Takes out what was written about steps and epochs beyond these numbers, which are done again."""
        path = self.path / METRICS
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        kept = [line for line in lines if _stays(line, steps, epochs)]
        if len(kept) < len(lines):
            write_atomic(str(path), b"".join(kept))
        # The end of an epoch has the number of its last step: what stays of that step is drawn again.
        drawn = [json.loads(line) for line in kept]
        self._again = (steps, [record for record in drawn if record.get("steps_done") == steps])

    def return_to(self, state: Path) -> None:
        """Makes an earlier state the last one, and keeps that one aside, where it can be returned to."""
        if self.state.exists():
            kept = self.checkpoint(f"before-return-{datetime.now(UTC):%Y%m%d-%H%M%S}")
            write_atomic(str(kept), self.state.read_bytes())
        write_atomic(str(self.state), state.read_bytes())

    def _draw(self, record: dict[str, Any]) -> None:
        if self._events is None:
            first, again = self._again
            self._events = EventFile(self.path / "tensorboard", first)
            for earlier in again:
                self._draw(earlier)
        figures = {f"{record['event']}/{name}": value for name, value in scalars(record).items()}
        self._events.add(figures, record["steps_done"])

    def __enter__(self) -> Self:
        try:
            self._lock = RunLock(str(self.path / _LOCK))
        except LockedError as error:
            raise _in_use(self.path, error) from None
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(" ", "seconds"),
        }
        write_atomic(str(self.path / _HOLDER), json.dumps(holder).encode())
        for leftover in (*self.path.glob(_LEFTOVERS), *self.path.glob(f"{CHECKPOINTS}/{_LEFTOVERS}")):
            shutil.rmtree(leftover, ignore_errors=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What could not be written has raised already, where it was written.
        with suppress(OSError):
            (self.path / _HOLDER).unlink(missing_ok=True)
        if self._events is not None:
            with suppress(OSError):
                self._events.close()
        if self._lock is not None:
            self._lock.release()


def _in_use(run: Path, error: LockedError) -> LockedError:
    """The error that tells who holds a run, as far as they wrote it down."""
    try:
        holder = json.loads((run / _HOLDER).read_bytes())
        who = f"process {holder['pid']} on {holder['host']} since {holder['since']}"
        stop = f"`kill {holder['pid']}` there, which saves its state"
    except (OSError, ValueError, KeyError, TypeError):
        return error
    message = (
        f"the run {run} is in use by {who}; wait for it to end, stop it with {stop}, or train beside it without "
        "--ckpt-path, in a run folder of its own"
    )
    return LockedError(message)


def _stays(line: bytes, steps: int, epochs: int) -> bool:
    """Whether a line of the metrics is whole, and about no later step or epoch than these."""
    try:
        record = json.loads(line)
    except ValueError:
        return False
    beyond = {"step": record.get("steps_done", 0) > steps, "epoch": record.get("epoch", 0) > epochs}
    return line.endswith(b"\n") and not beyond.get(record.get("event"), False)


def scalars(record: dict[str, Any]) -> dict[str, float]:
    """What is drawn over the steps: the numbers of a record and its losses, by their names there."""
    figures = {**record, **record.get("losses", {})}
    return {
        name: value
        for name, value in figures.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and name not in _COUNTERS
    }


def runs_of(config: Config, workspace: str, model: str) -> Path:
    """Where the runs of a model are."""
    return Path(workspace) / config.dirs.runs / config.experiment_name / model


def new_run(runs: Path) -> RunFolder:
    """A fresh folder, named by the time, with a number where two start in one second."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    for number in range(1000):
        path = runs / (stamp if number == 0 else f"{stamp}-{number}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        return RunFolder(path)
    message = f"a thousand runs started in one second in {runs}"
    raise BadInputError(message)


def last_run(runs: Path) -> RunFolder | None:
    """The newest run that has a state to go on from."""
    states = sorted(runs.glob(f"*/{STATE}"), key=lambda path: (path.stat().st_mtime_ns, path.parent.name))
    return RunFolder(states[-1].parent) if states else None


def run_at(path: Path) -> tuple[RunFolder, Path]:
    """The run folder that a path names, and the state to go on from: the folder's last one, or the file named.

    Raises:
        BadInputError: There is no state, or it lies in no run folder.
    """
    state = path / STATE if path.is_dir() else path
    folder = state.parent.parent if state.parent.name == CHECKPOINTS else state.parent
    if not state.is_file():
        unfinished = " (the run there was stopped before its first state)" if (folder / CONFIG).is_file() else ""
        message = (
            f"there is no training state at {path}{unfinished}; "
            "give --ckpt-path a run folder, a state file in one, or `last`"
        )
        raise BadInputError(message)
    if not (folder / CONFIG).is_file():
        message = f"{state} lies in no run folder: no {CONFIG} is beside it; give --ckpt-path the whole folder of a run"
        raise BadInputError(message)
    return RunFolder(folder), state
