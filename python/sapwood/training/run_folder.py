"""The folder of a run: resolved configuration, metrics, history, TensorBoard events and state, guarded by a lock."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sapwood._core import RunLock, write_atomic
from sapwood.config import resolved_yaml
from sapwood.errors import BadInputError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from torch.utils.tensorboard import SummaryWriter

    from sapwood.config import Config

METRICS, STATE = "metrics.jsonl", "state.safetensors"
_COUNTERS = {"epoch", "epochs", "step", "steps", "steps_done", "time", "seconds_left"}


class RunFolder:
    """An open run folder; leaving it as a context manager closes its files and gives back the lock.

    Holds `config.yaml`, `metrics.jsonl` (one line an event), `history.json` (all epochs of all sessions),
    `tensorboard/`, `state.safetensors` (the last state) and `checkpoints/` (the states asked for on the way).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: RunLock | None = None
        self._writer: SummaryWriter | None = None

    @property
    def state(self) -> Path:
        """The last state."""
        return self.path / STATE

    def checkpoint(self, name: str) -> Path:
        """A state kept beside the last one."""
        folder = self.path / "checkpoints"
        folder.mkdir(exist_ok=True)
        return folder / f"{name}.safetensors"

    def write_config(self, config: Config) -> None:
        """Writes the resolved settings."""
        write_atomic(str(self.path / "config.yaml"), resolved_yaml(config).encode())

    def write_history(self, history: list[dict[str, Any]]) -> None:
        """Writes the figures of every epoch so far."""
        write_atomic(str(self.path / "history.json"), (json.dumps(history, indent=2) + "\n").encode())

    def log(self, record: dict[str, Any]) -> None:
        """Appends a line of metrics, and what it says of steps that are done to the TensorBoard events."""
        with (self.path / METRICS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        if "steps_done" in record:
            for name, value in scalars(record).items():
                self._events().add_scalar(f"{record['event']}/{name}", value, record["steps_done"])

    def _events(self) -> SummaryWriter:
        if self._writer is None:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(self.path / "tensorboard"))
        return self._writer

    def __enter__(self) -> Self:
        self._lock = RunLock(str(self.path / "lock"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()
        if self._lock is not None:
            self._lock.release()


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
        BadInputError: There is no state.
    """
    state = path / STATE if path.is_dir() else path
    if not state.is_file():
        message = f"there is no training state at {path}; give --ckpt-path a run folder, a state file in one, or `last`"
        raise BadInputError(message)
    folder = state.parent.parent if state.parent.name == "checkpoints" else state.parent
    return RunFolder(folder), state
