"""What happens around the steps of a recipe: events, checkpoints, early stopping, budgets, interruption."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sapwood.errors import InterruptedRun
from sapwood.training.device import release_memory
from sapwood.training.distributed import ALONE
from sapwood.training.faults import NotFinite, require_finite_weights
from sapwood.training.telemetry import Rates, present

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sapwood._core import Engine
    from sapwood.config import Config, Recipe
    from sapwood.evaluation import Result
    from sapwood.training.batches import Counted
    from sapwood.training.device import DeviceChoice
    from sapwood.training.distributed import World
    from sapwood.training.run_folder import RunFolder
    from sapwood.training.state import Losses, Progress, TrainingState

    Event = dict[str, Any]
    OnEvent = Callable[[Event], None]
    ShouldStop = Callable[[], bool]

_FREE_TO_CHANGE = {
    *("epochs", "patience", "budget_seconds", "learning_rate", "clip", "weight_decay"),
    *("checkpoint_epochs", "gradient_checkpointing", "compile"),
    *("base_rate", "freeze_base", "precision"),
    *("schedule", "warm_up", "lowest_rate", "plateau_patience", "plateau_factor"),
    *("save_every_seconds", "checkpoint_every"),
}
"""Settings of a recipe that may differ when a run is continued."""
SAVING_SHARE = 0.03
"""Share of the time that saving now and then takes at most."""


@dataclass(frozen=True)
class TrainResult:
    """What a run made: its folder, the version published, its last figures, and what was measured of the version.

    Attributes:
        version: Empty in a process of several that is not the one that publishes; its folder is gone, too.
    """

    run_dir: Path
    version: str
    metrics: dict[str, Any]
    results: Sequence[Result] = ()


@dataclass
class Session:
    """One call of `train`: from opening the run folder to its end.

    A budget counts from the first step on, so that there is something to publish whatever preparing took, and over all
    sessions of a run. With one, the learning rate follows the clock, so no two runs are the same to the last bit.
    """

    engine: Engine
    config: Config
    recipe: Recipe
    model: str
    run: RunFolder
    resumed_from: Path | None
    device: DeviceChoice
    on_event: OnEvent
    should_stop: ShouldStop
    started: float
    world: World = ALONE
    spent_before: float = 0.0
    saved_steps: int | None = None
    _saved_at: float = 0.0
    _seconds_a_save: float = 0.0
    _rates: Rates = field(default_factory=Rates)

    def identity(self, data: str) -> dict[str, Any]:
        """What a run must share with one that it continues: model, data, and settings by their names."""
        recipe = self.recipe.model_dump(mode="json", exclude=_FREE_TO_CHANGE)
        shared = {name: getattr(self.config, name).model_dump(mode="json") for name in ("data", "curriculum")}
        settings = flat({**shared, self.model.replace("-", "_"): recipe})
        return {"model": self.model, "index": data, "seed": self.config.seed, **settings}

    def resume(self, state: TrainingState) -> None:
        """Loads the state to go on from, if there is one, and takes out what the run wrote down after it."""
        if self.resumed_from is not None:
            state.load(self.resumed_from)
            progress = state.progress
            self.spent_before, self.saved_steps = progress.seconds, progress.steps_done
            if self.resumed_from != self.run.state:
                self.run.return_to(self.resumed_from)
            self.run.write_config(self.config)
            self.run.write_history(progress.history)
            self.run.go_back_to(progress.steps_done, progress.epoch)
            self.say(f"continues after step {progress.steps_done} of {self.run.path}")
        state.progress.device, state.progress.threads = self.device.device, self.device.threads
        state.progress.backend = self.device.backend

    def start(self, counts: dict[str, int], labels: dict[str, dict[str, int]]) -> None:
        """Tells what there is to learn from, and where the run is; from here on the budget counts."""
        self.started = self._saved_at = time.monotonic()
        found = {"counts": counts, "labels": labels}
        device = {"device": self.device.device, "threads": self.device.threads}
        self.emit({"event": "start", "epochs": self.recipe.epochs, "run": str(self.run.path), **found, **device})

    def say(self, text: str, **facts: Any) -> None:
        """A sentence for people, with facts for machines beside it."""
        self.emit({"event": "message", "message": text, **facts})

    def begin(self, text: str) -> None:
        """A sentence about a part that takes a while and begins now; raises what `heed_stop` raises."""
        self.heed_stop()
        self.say(text)

    def heed_stop(self) -> None:
        """Before or after the steps: returns if the caller did not ask to stop.

        Raises:
            InterruptedRun: The caller asked; the last state, where there is one, was saved before.
        """
        if self.should_stop():
            raise self.stopped()

    def stopped(self) -> InterruptedRun:
        """The error of a run that is stopped, which says what is kept."""
        return InterruptedRun(f"training was stopped {self.kept}")

    @property
    def kept(self) -> str:
        """What is kept of the run if it ends here, and how to go on; follows a few words on what ended it."""
        if not self.run.state.exists():
            return "before its first step was saved, so there is nothing to go on from; start it again"
        where = "" if self.saved_steps is None else f" after step {self.saved_steps}"
        return f"and its last state{where} is kept; `sapwood train {self.model} --ckpt-path last` goes on from there"

    def emit(self, event: Event) -> None:
        """Writes an event down, with its time and the memory in use, and hands it to the caller."""
        event = {"model": self.model, **event}
        self.run.log({**event, **self._now()})
        self.on_event(event)

    def note_end(self, event: str, message: str) -> None:
        """Writes down how the run ended, where the caller gets an exception."""
        with suppress(OSError):
            self.run.log({"model": self.model, "event": event, "message": message, **self._now()})

    def _now(self) -> dict[str, float | int]:
        return {"seconds": round(self.elapsed, 3), **present(self.device.device)}

    @property
    def elapsed(self) -> float:
        """Seconds spent on steps, those of earlier sessions of the run included."""
        return self.spent_before + time.monotonic() - self.started

    @property
    def budget_used(self) -> float:
        """Share of the seconds for training that is used up, by the writer's clock; 0 without a budget."""
        budget = self.recipe.budget_seconds
        return self.world.of_writer(self.elapsed / budget) if budget else 0.0

    @property
    def out_of_budget(self) -> bool:
        """Whether the seconds for training are used up."""
        return self.budget_used >= 1.0

    def share_done(self, progress: Progress, steps: int) -> float:
        """Share of the training that is done, by steps or by the budget, whichever is further; 0 to 1."""
        by_steps = progress.steps_done / max(1, steps * self.recipe.epochs)
        return min(1.0, max(by_steps, self.budget_used))

    def epochs_done(self, progress: Progress) -> float:
        """Share of the epochs that are done, or of the budget, whichever is further; 0 to 1."""
        return min(1.0, max(progress.epoch / self.recipe.epochs, self.budget_used))

    def is_over(self, state: TrainingState) -> bool:
        """Whether all epochs are done, the last ones brought nothing, or the budget is used up."""
        progress = state.progress
        if progress.epoch >= self.recipe.epochs:
            progress.stopped = "epochs"
        elif progress.epoch and progress.stale_epochs >= self.recipe.patience:
            progress.stopped = "early stopping"
        else:
            # However small the budget, one step is made: there would be nothing to publish.
            progress.stopped = "budget" if progress.epoch and self.out_of_budget else None
        return progress.stopped is not None

    def why_over(self, state: TrainingState) -> str:
        """Why the steps have ended, for people."""
        progress, recipe = state.progress, self.recipe
        where = f"step {progress.steps_done}, epoch {progress.epoch} of {recipe.epochs}"
        reasons = {
            "budget": f"the budget of {recipe.budget_seconds:g} s is used up",
            "early stopping": f"validation gained nothing in {recipe.patience} epochs",
        }
        return f"ends at {where}: {reasons.get(progress.stopped or '', 'all epochs are done')}"

    def after_step(self, state: TrainingState, losses: Losses, batch: Counted, steps: int) -> None:
        """Counts a step, tells about it, and saves where asked to, or where that was long ago.

        Raises:
            NotFinite: The weights are no longer numbers; the last saved state stays as it is.
            InterruptedRun: The caller asked to stop; the state is saved.
        """
        progress = state.progress
        progress.add(losses)
        progress.seconds = self.world.of_writer(self.elapsed)
        self._tell_step(state, losses, batch, steps)
        every = self.recipe.checkpoint_every
        if every and progress.steps_done % every == 0:
            require_finite_weights(state.model)
            state.save(self.run.checkpoint(f"step-{progress.steps_done:07d}"))
        stop = self.world.anywhere(self.should_stop())
        if stop or self._save_is_due:
            self.save(state)
        if stop:
            raise self.stopped()

    @property
    def _save_is_due(self) -> bool:
        every = self.recipe.save_every_seconds
        pause = max(every, self._seconds_a_save / SAVING_SHARE)
        return bool(every) and time.monotonic() - self._saved_at >= pause

    def save(self, state: TrainingState) -> None:
        """Replaces the last state of the run; raises `NotFinite` where its weights are no longer numbers."""
        began = time.monotonic()
        require_finite_weights(state.model)
        self.run.sync()
        state.save(self.run.state)
        progress = state.progress
        self.saved_steps, self._saved_at = progress.steps_done, time.monotonic()
        self._seconds_a_save = self._saved_at - began
        self.emit({"event": "checkpoint", "epoch": progress.epoch, "step": progress.step, "path": str(self.run.state)})

    def _tell_step(self, state: TrainingState, losses: Losses, batch: Counted, steps: int) -> None:
        progress, rates = state.progress, self._rates
        rates.add(time.monotonic(), batch)
        left = rates.seconds_a_step * (steps * self.recipe.epochs - progress.steps_done)
        if self.recipe.budget_seconds:
            left = min(left, max(0.0, self.recipe.budget_seconds - self.elapsed))
        self.emit(
            {
                "event": "step",
                "epoch": progress.epoch + 1,
                "epochs": self.recipe.epochs,
                "step": progress.step,
                "steps": steps,
                "steps_done": progress.steps_done,
                "phase": state.memory.phase,
                "loss": losses["loss"],
                "losses": losses,
                "learning_rate": max(group["lr"] for group in state.optimiser.param_groups),
                **rates.as_json(),
                "seconds_left": round(left, 1),
            }
        )

    def after_epoch(self, state: TrainingState, validation: Losses) -> None:
        """Closes an epoch: history, best weights, state.

        What counts is the validation loss, or the training loss where nothing is held out.

        Raises:
            NotFinite: The validation loss, or a weight; the last saved state stays as it is.
        """
        progress, loss = state.progress, validation.get("loss")
        if loss is not None and not math.isfinite(loss):
            raise NotFinite("validation loss", ("loss",))
        record: dict[str, Any] = {"epoch": progress.epoch + 1, "steps": progress.step, **state.memory.record()}
        losses = {f"train_{name}": value for name, value in progress.close_epoch().items()}
        losses |= {f"validation_{name}": value for name, value in validation.items()}
        score = losses.get("validation_loss", losses.get("train_loss"))
        record |= {**losses, "best": state.judge(math.inf if score is None else score)}
        progress.history.append(record)
        event = {"event": "epoch", "epochs": self.recipe.epochs, "steps_done": progress.steps_done, "loss": score}
        # The state comes last: whatever is not in it is done and written again.
        self.emit({**event, "losses": losses, **record})
        self.run.write_history(progress.history)
        self._keep_epoch(state)
        self.save(state)

    def _keep_epoch(self, state: TrainingState) -> None:
        """The states that are kept beside the last one: the best epoch's, and one in every `checkpoint_epochs`."""
        require_finite_weights(state.model)
        epoch, every = state.progress.epoch, self.recipe.checkpoint_epochs
        if not state.progress.stale_epochs:
            state.save(self.run.best)
        if every and epoch % every == 0:
            state.save(self.run.checkpoint(f"epoch-{epoch:04d}"))
        release_memory(self.device.device)


def flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings by their dotted names."""
    found: dict[str, Any] = {}
    for key, value in settings.items():
        name = f"{prefix}{key}"
        found |= flat(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return found
