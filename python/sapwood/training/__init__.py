"""Training: one recipe file a model, and what surrounds the steps of both."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from sapwood.data import load_dataset
from sapwood.errors import BadInputError
from sapwood.naming import MODELS
from sapwood.training.device import choose_device
from sapwood.training.frame import first_draws, run
from sapwood.training.session import TrainResult
from sapwood.training.starting import start_of

if TYPE_CHECKING:
    from types import ModuleType

    from sapwood._core import Engine
    from sapwood.config import Config
    from sapwood.data import Dataset
    from sapwood.training.session import OnEvent, ShouldStop


def train(
    model: str,
    engine: Engine,
    config: Config,
    *,
    on_event: OnEvent | None = None,
    should_stop: ShouldStop | None = None,
    resume: str | None = None,
    dataset: Dataset | None = None,
) -> TrainResult:
    """Trains one of `MODELS` on the indexed code base and publishes it as the serving version.

    Args:
        model: `graphsage` or `tree-lstm`.
        engine: An indexed workspace.
        config: All settings.
        on_event: Is given every event: start, message, step, epoch, checkpoint, done.
        should_stop: Is asked after each step, and between the items of what comes before and after the steps; True
            raises `InterruptedRun`, with the state saved.
        resume: `last`, a run folder or a state file; None starts afresh.
        dataset: The data set of this index and these settings, where it was loaded already.

    Raises:
        InterruptedRun: Stopped on request; the state is saved.
        SapwoodError: The typed reason why training cannot start or go on.
    """
    recipe = _module(model).RECIPE
    return run(recipe, engine, config, on_event=on_event, should_stop=should_stop, resume=resume, dataset=dataset)


@dataclass(frozen=True)
class Rehearsal:
    """What one real batch showed: the model's size, the training pairs there are, and the loss before training."""

    parameters: int
    examples: int
    loss: float


def rehearse(model: str, engine: Engine, config: Config) -> Rehearsal:
    """Loads the data, builds the model and computes the loss of one training batch; changes nothing.

    Raises:
        SapwoodError: The typed reason why training could not start.
    """
    import torch

    module = _module(model)
    device = choose_device(config.device, config.threads).device
    start = start_of(engine, model, module.RECIPE.settings(config))
    data = module.prepare(load_dataset(engine, config), device, start=start)
    batch = module.make_batch(data, "train", first_draws(module.RECIPE, data)[0])
    torch.manual_seed(config.seed)
    learner = module.Learner(config, data).to(device)
    if start is not None:
        start.fill(learner)
    with torch.no_grad():
        loss = float(learner(batch)[0]["loss"])
    return Rehearsal(sum(weight.numel() for weight in learner.parameters()), len(data.pairs["train"]), loss)


def _module(model: str) -> ModuleType:
    if model not in MODELS:
        message = f"there is no model `{model}`; the models are {' and '.join(MODELS)}"
        raise BadInputError(message)
    # Either model's imports are not the other's.
    return import_module(f"sapwood.training.{model.replace('-', '_')}")


__all__ = ["MODELS", "Rehearsal", "TrainResult", "rehearse", "train"]
