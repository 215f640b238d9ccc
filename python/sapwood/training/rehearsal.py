"""A run up to its steps, with nothing on disk: whether they work, how fast they are, and what they take."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sapwood.data import TRAIN, load_dataset
from sapwood.errors import BadInputError
from sapwood.naming import MODELS
from sapwood.training.batches import Draw
from sapwood.training.device import DeviceChoice, backend_for, choose_device, self_test
from sapwood.training.faults import NotFinite
from sapwood.training.frame import first_draws, new_learner
from sapwood.training.optimiser import Step, adamw, take_step
from sapwood.training.precision import Precision
from sapwood.training.room import peak
from sapwood.training.starting import start_of
from sapwood.training.state import Progress, TrainingState

if TYPE_CHECKING:
    from types import ModuleType

    import numpy as np
    from numpy.typing import NDArray

    from sapwood._core import Engine
    from sapwood.config import Config
    from sapwood.config import Recipe as Settings
    from sapwood.training.state import Losses


@dataclass(frozen=True)
class Rehearsal:
    """What one real step showed.

    Attributes:
        parameters: Numbers that are learned.
        examples: Pairs for training.
        loss: Of the step, before training.
        device: Where it was made, and why there.
        agrees: Whether the device comes to the gradients of the reference.
        labels: How often each class of a head is there, by head.
        state_bytes: Weights, both moments of the optimiser, and the best weights.
        peak: Most bytes that this process held, on the device or in main memory; None where unknown.
    """

    parameters: int
    examples: int
    loss: float
    device: DeviceChoice
    agrees: bool
    labels: dict[str, dict[str, int]]
    state_bytes: int
    peak: int | None


class Stage:
    """Data, model and optimiser of a run that has no folder.

    Raises:
        SapwoodError: The typed reason why training could not start.
    """

    def __init__(self, model: str, engine: Engine, config: Config) -> None:
        self.module = recipe_module(model)
        self.settings: Settings = self.module.RECIPE.settings(config)
        backend = backend_for(config.backend, self.settings.precision)
        self.device = choose_device(config.device, config.threads, backend)
        start = start_of(engine, model, self.settings)
        self.data = self.module.prepare(load_dataset(engine, config), self.device.device, start=start)
        self._first = first_draws(self.module.RECIPE, self.data)[0]
        self.learner = new_learner(self.module.RECIPE, config, self.data, self.device, start)
        optimiser = adamw(self.learner, self.module.RECIPE.base, self.settings)
        self.state = TrainingState(self.learner, optimiser, Progress(), identity={})
        self.state.scaler = Precision.of(self.settings.precision, self.device.device).scaler()

    @property
    def pairs(self) -> int:
        """Pairs for training."""
        return len(self.data.pairs[TRAIN])

    def first_step(self) -> Step:
        """The first batch of a run."""
        return self._step(self.data, self._first)

    def step_of(self, rows: NDArray[np.int64], number: int) -> Step:
        """A batch of these rows of the pairs, made as one of so many pairs is."""
        config = self.data.dataset.config
        section = self.module.RECIPE.model.replace("-", "_")
        settings = self.settings.model_copy(update={"batch_size": len(rows)})
        dataset = replace(self.data.dataset, config=config.model_copy(update={section: settings}))
        return self._step(replace(self.data, dataset=dataset), Draw(rows, (0, number)))

    def take(self, step: Step) -> Losses:
        """Makes the step."""
        return take_step(self.learner, self.state, step, self.settings, 0.0)

    def _step(self, data: Any, draw: Draw) -> Step:
        return Step([self.module.make_batch(data, TRAIN, draw)])


def rehearse(model: str, engine: Engine, config: Config) -> Rehearsal:
    """Loads the data, builds the model and makes one step of training; changes nothing.

    Raises:
        SapwoodError: The typed reason why training could not start.
    """
    stage = Stage(model, engine, config)
    weights = list(stage.learner.parameters())
    return Rehearsal(
        parameters=sum(weight.numel() for weight in weights),
        examples=stage.pairs,
        loss=_loss_of(stage),
        device=stage.device,
        agrees=self_test(stage.device),
        labels=stage.data.labels,
        state_bytes=4 * sum(weight.numel() * weight.element_size() for weight in weights),
        peak=peak(stage.device.device),
    )


def _loss_of(stage: Stage) -> float:
    """The loss of the first step, none where it or its gradient is no number."""
    try:
        return stage.take(stage.first_step())["loss"] or 0.0
    except NotFinite:
        return math.nan


def recipe_module(model: str) -> ModuleType:
    """The recipe of a model; either's imports are not the other's.

    Raises:
        BadInputError: There is no such model.
    """
    if model not in MODELS:
        message = f"there is no model `{model}`; the models are {' and '.join(MODELS)}"
        raise BadInputError(message)
    return import_module(f"sapwood.training.{model.replace('-', '_')}")
