"""Training state that resumes exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch.amp import GradScaler

from sapwood.errors import BadInputError
from sapwood.training.curriculum import Memory
from sapwood.training.state_file import damaged, read_state, read_values, write_state

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor, nn
    from torch.optim import Optimizer

    from sapwood.training.schedule import Schedule

_UNFIT = (KeyError, TypeError, ValueError, AttributeError, IndexError, RuntimeError)
"""What torch and Python say of content that is not what `save` writes."""


Losses = dict[str, float | None]
"""Losses by name; None for a head that had no label to learn from."""


@dataclass
class Progress:
    """Where a run stands: epochs and steps that are done, and of the epoch under way each loss with its steps.

    Attributes:
        scheduler: What the schedule of the learning rate remembers, where there is one.
        seconds: Spent on training, over all sessions.
        published: The last version that was made of this run.
    """

    epoch: int = 0
    step: int = 0
    steps_done: int = 0
    best_epoch: int = -1
    best_loss: float = float("inf")
    sums: dict[str, float] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    scheduler: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    published: str | None = None
    device: str = "cpu"
    threads: int = 1
    backend: str = "kernels"
    stopped: str | None = None

    def add(self, losses: Losses) -> None:
        """Counts a step and its losses."""
        self.step += 1
        self.steps_done += 1
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + (value or 0.0)
            self.known[name] = self.known.get(name, 0) + (value is not None)

    def close_epoch(self) -> Losses:
        """Counts an epoch and gives its mean losses."""
        means = {name: self.sums[name] / steps if steps else None for name, steps in self.known.items()}
        self.epoch, self.step, self.sums, self.known = self.epoch + 1, 0, {}, {}
        return means

    @property
    def stale_epochs(self) -> int:
        """Epochs since the best one."""
        return self.epoch - 1 - self.best_epoch


@dataclass
class TrainingState:
    """Everything that a step depends on, and the weights of the best epoch so far.

    Attributes:
        identity: What a run must share with one that it continues, by name: model, data, and settings.
        memory: What the curriculum got from past embeddings.
    """

    model: nn.Module
    optimiser: Optimizer
    progress: Progress
    identity: dict[str, Any]
    best: dict[str, Tensor] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    schedule: Schedule | None = None
    scaler: GradScaler = field(default_factory=lambda: GradScaler("cpu", enabled=False))

    def follow(self, schedule: Schedule) -> None:
        """Lets the learning rate follow a schedule, which goes on where the run had stopped."""
        if self.progress.scheduler:
            schedule.load_state_dict(self.progress.scheduler)
        self.schedule = schedule

    def judge(self, loss: float) -> bool:
        """Takes the loss of the epoch just finished: for the schedule, and for `keep_best`, whose answer it gives."""
        if self.schedule is not None:
            self.schedule.judge(loss)
            self.progress.scheduler = self.schedule.state_dict()
        return self.keep_best(loss)

    def rate_factor(self, share: float) -> float:
        """Factor of the learning rate when `share` of the training is done."""
        return 1.0 if self.schedule is None else self.schedule.factor(share)

    def keep_best(self, loss: float) -> bool:
        """Remembers the weights if `loss` of the epoch just finished is the lowest yet, and says whether it is."""
        if loss >= self.progress.best_loss:
            return False
        self.progress.best_loss, self.progress.best_epoch = loss, self.progress.epoch - 1
        self.best = {name: weight.detach().cpu().clone() for name, weight in self.model.state_dict().items()}
        return True

    def save(self, path: Path) -> None:
        """Writes the state atomically."""
        moments, groups = _flatten(self.optimiser.state_dict())
        tensors = {f"model.{name}": weight for name, weight in self.model.state_dict().items()}
        tensors |= {f"optimiser.{name}": moment for name, moment in moments.items()}
        tensors |= {f"best.{name}": weight for name, weight in self.best.items()}
        tensors |= {f"rng.{name}": state for name, state in _rng_states(self.device).items()}
        tensors |= {f"curriculum.{name}": tensor for name, tensor in self.memory.tensors().items()}
        values = {
            "progress": vars(self.progress),
            "groups": groups,
            "scaler": self.scaler.state_dict(),
            "curriculum": self.memory.values(),
            "identity": self.identity,
        }
        write_state(path, tensors, values)

    def load(self, path: Path) -> None:
        """Continues from what `save` wrote.

        Raises:
            BadInputError: The file is no training state, or one of other data or another configuration.
            StorageError: It is damaged.
        """
        tensors, values = read_state(path)
        try:
            self._require_same(path, values["identity"])
            self.model.load_state_dict(_under("model.", tensors))
            self.optimiser.load_state_dict(_unflatten(_under("optimiser.", tensors), values["groups"]))
            self.best = _under("best.", tensors)
            self.progress = Progress(**values["progress"])
            self.memory = Memory.of(_under("curriculum.", tensors), values["curriculum"])
            if values["scaler"]:
                self.scaler.load_state_dict(values["scaler"])
            _restore_rng(_under("rng.", tensors), self.device)
        except _UNFIT as error:
            raise damaged(path, f"{type(error).__name__}: {error}") from None

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.model.parameters()).device

    def _require_same(self, path: Path, identity: dict[str, Any]) -> None:
        if identity != self.identity:
            raise BadInputError(_differing(path, identity, self.identity))


def note_published(path: Path, version: str) -> None:
    """Notes in a saved state that a version was made of it, and leaves the rest as it is."""
    tensors, values = read_state(path)
    values["progress"]["published"] = version
    write_state(path, tensors, values)


def read_progress(path: Path) -> Progress:
    """How far the run of a state file is; raises what `read_state` raises."""
    values = read_values(path)
    try:
        return Progress(**values["progress"])
    except _UNFIT as error:
        raise damaged(path, f"{type(error).__name__}: {error}") from None


def _differing(path: Path, saved: dict[str, Any], wanted: dict[str, Any]) -> str:
    """Why a state cannot be continued, and what to do."""
    names = [name for name in (saved | wanted) if saved.get(name) != wanted.get(name)]
    if "model" in names:
        return (
            f"{path} is of a run of {saved.get('model')}; go on with `sapwood train {saved.get('model')} --ckpt-path …`"
        )
    if names == ["index"]:
        return (
            f"{path} was saved while training on another index: the sources or what is made of them changed since; "
            "index the sources as they were then, or train afresh without --ckpt-path"
        )
    settings = [name for name in names if name != "index"]
    found = ", ".join(f"{name}={saved.get(name)}, not {wanted.get(name)}" for name in settings[:3])
    more = f" and {len(settings) - 3} more" if len(settings) > 3 else ""
    return (
        f"{path} was saved with other settings ({found}{more}), so it cannot be continued with these; "
        "leave them out, as a continued run takes its own, or train afresh without --ckpt-path"
    )


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _flatten(state: dict[str, Any]) -> tuple[dict[str, Tensor], list[dict[str, Any]]]:
    """An optimiser's moments by `parameter.name`, and its groups; every moment of Adam and its like is a tensor."""
    moments = {
        f"{parameter}.{name}": moment for parameter, slots in state["state"].items() for name, moment in slots.items()
    }
    return moments, state["param_groups"]


def _unflatten(moments: dict[str, Tensor], groups: list[dict[str, Any]]) -> dict[str, Any]:
    slots: dict[int, dict[str, Tensor]] = {}
    for name, moment in moments.items():
        parameter, _, slot = name.partition(".")
        slots.setdefault(int(parameter), {})[slot] = moment
    return {"state": slots, "param_groups": groups}


def _rng_states(device: torch.device) -> dict[str, Tensor]:
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    if device.type == "mps":
        states["mps"] = torch.mps.get_rng_state()
    return states


def _restore_rng(states: dict[str, Tensor], device: torch.device) -> None:
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], device)
    if device.type == "mps" and "mps" in states:
        torch.mps.set_rng_state(states["mps"])
