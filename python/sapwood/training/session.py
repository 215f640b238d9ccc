"""What happens around the steps of a recipe: events, checkpoints, early stopping, budgets, interruption."""

from __future__ import annotations

import hashlib
import json
import math
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sapwood.errors import InternalError, InterruptedRun
from sapwood.training.device import DeviceChoice, choose_device
from sapwood.training.run_folder import RunFolder, last_run, new_run, run_at, runs_of
from sapwood.training.state import Progress, TrainingState, read_state
from sapwood.training.telemetry import Rates, present

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sapwood._core import Engine
    from sapwood.config import Config, Recipe
    from sapwood.evaluation import Result
    from sapwood.training.batches import Counted
    from sapwood.training.state import Losses

    Event = dict[str, Any]
    OnEvent = Callable[[Event], None]
    ShouldStop = Callable[[], bool]

_FREE_TO_CHANGE = {
    *("epochs", "patience", "budget_seconds", "checkpoint_every", "learning_rate", "clip", "weight_decay"),
    *("base_rate", "freeze_base", "precision"),
    *("schedule", "warm_up", "lowest_rate", "plateau_patience", "plateau_factor"),
}
"""Settings of a recipe that may differ when a run is continued."""


@dataclass(frozen=True)
class TrainResult:
    """What a run made: its folder, the version published, its last figures, and what was measured of the version."""

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
    spent_before: float = 0.0
    _rates: Rates = field(default_factory=Rates)

    def fingerprint(self, data: str) -> str:
        """Tells runs apart that cannot be continued by each other."""
        recipe = {key: value for key, value in self.recipe.model_dump().items() if key not in _FREE_TO_CHANGE}
        settings = [self.config.data.model_dump(), self.config.curriculum.model_dump(), recipe]
        parts = [self.model, data, self.config.seed, *settings]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def resume(self, state: TrainingState) -> None:
        """Loads the state to go on from, if there is one."""
        if self.resumed_from is not None:
            state.load(self.resumed_from)
            self.spent_before = state.progress.seconds
            self.say(f"continues after step {state.progress.steps_done} of {self.run.path}")
        state.progress.device, state.progress.threads = self.device.device, self.device.threads

    def start(self, counts: dict[str, int], labels: dict[str, dict[str, int]]) -> None:
        """Tells what there is to learn from, and where the run is; from here on the budget counts."""
        self.started = time.monotonic()
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
        if not self.should_stop():
            return
        if self.run.state.exists():
            message = "training was stopped; `--ckpt-path last` goes on from its last state"
        else:
            message = "training was stopped before its first step, so there is nothing to go on from; start it again"
        raise InterruptedRun(message)

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
    def out_of_budget(self) -> bool:
        """Whether the seconds for training are used up."""
        return 0.0 < self.recipe.budget_seconds <= self.elapsed

    def share_done(self, progress: Progress, steps: int) -> float:
        """Share of the training that is done, by steps or by the budget, whichever is further; 0 to 1."""
        by_steps = progress.steps_done / max(1, steps * self.recipe.epochs)
        by_time = self.elapsed / self.recipe.budget_seconds if self.recipe.budget_seconds else 0.0
        return min(1.0, max(by_steps, by_time))

    def epochs_done(self, progress: Progress) -> float:
        """Share of the epochs that are done, or of the budget, whichever is further; 0 to 1."""
        by_time = self.elapsed / self.recipe.budget_seconds if self.recipe.budget_seconds else 0.0
        return min(1.0, max(progress.epoch / self.recipe.epochs, by_time))

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
        """Counts a step, tells about it, and saves where asked to.

        Raises:
            InternalError: The loss is not a number; the last saved state stays as it is.
            InterruptedRun: The caller asked to stop; the state is saved.
        """
        _require_finite(losses, self.run)
        progress = state.progress
        progress.add(losses)
        progress.seconds = self.elapsed
        self._tell_step(state, losses, batch, steps)
        if self.should_stop():
            state.save(self.run.state)
            message = f"training was stopped after {progress.steps_done} steps; `--ckpt-path last` goes on from there"
            raise InterruptedRun(message)
        every = self.recipe.checkpoint_every
        if every and progress.steps_done % every == 0:
            state.save(self.run.checkpoint(f"step-{progress.steps_done:07d}"))

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
        """
        progress = state.progress
        record: dict[str, Any] = {"epoch": progress.epoch + 1, "steps": progress.step, **state.memory.record()}
        losses = {f"train_{name}": value for name, value in progress.close_epoch().items()}
        losses |= {f"validation_{name}": value for name, value in validation.items()}
        score = losses.get("validation_loss", losses.get("train_loss"))
        record |= {**losses, "best": state.judge(math.inf if score is None else score)}
        progress.history.append(record)
        self.run.write_history(progress.history)
        state.save(self.run.state)
        event = {"event": "epoch", "epochs": self.recipe.epochs, "steps_done": progress.steps_done, "loss": score}
        self.emit({**event, "losses": losses, **record})
        self.emit({"event": "checkpoint", "epoch": progress.epoch, "path": str(self.run.state)})


@contextmanager
def open_session(
    engine: Engine,
    config: Config,
    recipe: Recipe,
    model: str,
    *,
    on_event: OnEvent | None,
    should_stop: ShouldStop | None,
    resume: str | None,
) -> Iterator[Session]:
    """Opens the run folder and chooses the device.

    Args:
        engine: The workspace.
        config: All settings.
        recipe: Those of the model.
        model: Its name.
        on_event: Is given every event.
        should_stop: Is asked after each step, and between the items of other long work.
        resume: `last`, a run folder or a state file; None starts afresh.
    """
    started = time.monotonic()
    run, state = _run_folder(config, engine, model, resume)
    device = _device(config, state)
    with run:
        run.write_config(config)
        session = Session(
            engine=engine,
            config=config,
            recipe=recipe,
            model=model,
            run=run,
            resumed_from=state,
            device=device,
            on_event=on_event or _silent,
            should_stop=should_stop or _never,
            started=started,
        )
        if resume == "last" and state is None:
            session.say("there is no earlier run to continue, so this one starts afresh")
        session.say(f"trains on {device.reason}")
        try:
            yield session
        except KeyboardInterrupt:
            # It can come in the middle of a step, when weights and moments no longer belong together.
            message = f"training was stopped; `--ckpt-path last` goes on from the last state in {run.path}"
            session.note_end("interrupted", message)
            raise InterruptedRun(message) from None
        except InterruptedRun as error:
            session.note_end("interrupted", str(error))
            raise
        except Exception as error:
            session.note_end("failed", str(error) or type(error).__name__)
            raise


def _run_folder(config: Config, engine: Engine, model: str, resume: str | None) -> tuple[RunFolder, Path | None]:
    runs = runs_of(config, engine.workspace_path, model)
    if resume is None:
        return new_run(runs), None
    if resume != "last":
        return run_at(Path(resume))
    last = last_run(runs)
    return (new_run(runs), None) if last is None else (last, last.state)


def _device(config: Config, state: Path | None) -> DeviceChoice:
    """A continued run keeps its device and threads, unless others are asked for by name."""
    if state is None or config.device != "auto":
        return choose_device(config.device, config.threads)
    kept = Progress(**read_state(state)[1]["progress"])
    choice = choose_device(kept.device, config.threads or kept.threads)
    return DeviceChoice(choice.device, choice.threads, f"{choice.device}: as before")


def _require_finite(losses: Losses, run: RunFolder) -> None:
    wrong = [name for name, value in losses.items() if value is not None and not math.isfinite(value)]
    if wrong:
        message = (
            f"the loss `{wrong[0]}` is no longer a number; the last good state is in {run.path}, "
            "continue it with a lower learning_rate or clip"
        )
        raise InternalError(message)


def _silent(_event: Event) -> None:
    """Nobody listens."""


def _never() -> bool:
    return False
