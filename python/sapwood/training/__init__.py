"""Training: one recipe file a model, and what surrounds the steps of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sapwood.errors import BadInputError
from sapwood.training.session import TrainResult

if TYPE_CHECKING:
    from sapwood._core import Engine
    from sapwood.config import Config
    from sapwood.training.session import OnEvent, ShouldStop

MODELS = ("graphsage", "tree-lstm")


def train(
    model: str,
    engine: Engine,
    config: Config,
    *,
    on_event: OnEvent | None = None,
    should_stop: ShouldStop | None = None,
    resume: str | None = None,
) -> TrainResult:
    """Trains one of `MODELS` on the indexed code base and publishes it as the serving version.

    Args:
        model: `graphsage` or `tree-lstm`.
        engine: An indexed workspace.
        config: All settings.
        on_event: Is given every event: start, message, step, epoch, checkpoint, done.
        should_stop: Is asked after each step; True saves the state and raises `InterruptedRun`.
        resume: `last`, a run folder or a state file; None starts afresh.

    Raises:
        InterruptedRun: Stopped on request; the state is saved.
        SapwoodError: The typed reason why training cannot start or go on.
    """
    if model == "graphsage":
        from sapwood.training import graphsage as recipe
    elif model == "tree-lstm":
        from sapwood.training import tree_lstm as recipe  # type: ignore[no-redef]
    else:
        message = f"there is no model `{model}`; the models are {' and '.join(MODELS)}"
        raise BadInputError(message)
    return recipe.train(engine, config, on_event=on_event, should_stop=should_stop, resume=resume)


__all__ = ["MODELS", "TrainResult", "train"]
