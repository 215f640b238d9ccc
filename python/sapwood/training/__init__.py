"""Training: one recipe file a model, and what surrounds the steps of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sapwood.errors import BadInputError
from sapwood.naming import MODELS, TREE_LSTM
from sapwood.training.distributed import ALONE
from sapwood.training.frame import run
from sapwood.training.opening import continued_settings
from sapwood.training.rehearsal import Rehearsal, recipe_module, rehearse
from sapwood.training.session import TrainResult

if TYPE_CHECKING:
    from sapwood._core import Engine
    from sapwood.config import Config
    from sapwood.data import Dataset
    from sapwood.training.distributed import World
    from sapwood.training.frame import Recipe
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
    world: World = ALONE,
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
        world: The processes that train together, see `distributed.joined_world`.

    Raises:
        InterruptedRun: Stopped on request; the state is saved.
        SapwoodError: The typed reason why training cannot start or go on.
    """
    recipe = _recipe(model, config)
    return run(
        recipe,
        engine,
        config,
        on_event=on_event,
        should_stop=should_stop,
        resume=resume,
        dataset=dataset,
        world=world,
    )


def _recipe(model: str, config: Config) -> Recipe[Any, Any]:
    """That of the model, for code or for trees that are no code."""
    module = recipe_module(model)
    if config.data.trees is None:
        found: Recipe[Any, Any] = module.RECIPE
        return found
    if model != TREE_LSTM:
        message = f"{model} reads code alone; train tree-lstm on data.trees, or leave that setting out"
        raise BadInputError(message)
    from sapwood.training import labelled

    return labelled.RECIPE


__all__ = ["MODELS", "Rehearsal", "TrainResult", "continued_settings", "rehearse", "train"]
