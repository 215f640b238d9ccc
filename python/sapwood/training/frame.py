"""The frame of a run, the same for every model: data, a fresh or resumed state, the steps, the version."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import torch

from sapwood import _core
from sapwood.data import TRAIN, VALIDATION, data_fingerprint, load_dataset
from sapwood.errors import BadInputError
from sapwood.training.computing import set_up, without_effect
from sapwood.training.curriculum import ordered
from sapwood.training.distributed import ALONE
from sapwood.training.examples import kept_dataset
from sapwood.training.faults import NotFinite, end_of_run, functions_of
from sapwood.training.opening import open_session
from sapwood.training.optimiser import adamw, freeze, in_steps
from sapwood.training.precision import Precision
from sapwood.training.publish import publish
from sapwood.training.schedule import Schedule
from sapwood.training.session import TrainResult
from sapwood.training.starting import start_of
from sapwood.training.state import Progress, TrainingState

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    from sapwood.config import Config
    from sapwood.config import Recipe as Settings
    from sapwood.data import Dataset
    from sapwood.training.batches import Draw, TextPairs, Views
    from sapwood.training.device import DeviceChoice
    from sapwood.training.distributed import World
    from sapwood.training.publish import Trained
    from sapwood.training.session import OnEvent, Session, ShouldStop
    from sapwood.training.starting import Start


class RecipeData(Protocol):
    """Data of a recipe."""

    @property
    def dataset(self) -> Dataset:
        """What it was made of."""

    @property
    def views(self) -> Views:
        """The texts that pairs are made of."""

    @property
    def pairs(self) -> dict[str, TextPairs]:
        """What is held together, by split."""

    @property
    def counts(self) -> dict[str, int]:
        """How much there is, for the manifest and for people."""

    @property
    def labels(self) -> dict[str, dict[str, int]]:
        """How often each class of a head is there, by head."""


Data = TypeVar("Data", bound=RecipeData)
Learner = TypeVar("Learner", bound="nn.Module")


@dataclass(frozen=True)
class Recipe(Generic[Data, Learner]):
    """What is a model's own, in the order in which a run comes to it.

    Attributes:
        model: `graphsage` or `tree-lstm`.
        settings: Finds its section of the settings.
        prepare: Makes of the data set, for a device, all that batches are made of; it heeds a wish to stop, and takes
            what it `start`s from for what numbers stand for, and draws for the processes of a `world`.
        draws: The batches of an epoch, by its number.
        learner: Builds the model with its losses.
        fit: Makes steps until the session says that the run is over.
        conclude: Takes from the best weights what a version is made of.
        base: How the names of the weights begin that learn at `base_rate` times the learning rate.
        load: Makes the data set of a session and a model; None for the indexed code.
        publish: Makes a version of what was concluded; None for one that serves the indexed code.
    """

    model: str
    settings: Callable[[Config], Settings]
    prepare: Callable[..., Data]
    draws: Callable[[Data, int], list[Draw]]
    learner: Callable[[Config, Data], Learner]
    fit: Callable[[Session, Data, Learner, TrainingState], None]
    conclude: Callable[[Data, Learner], Trained]
    base: tuple[str, ...] = ()
    load: Callable[[Session, str], Any] | None = None
    publish: Callable[[Session, Any, Trained, TrainingState], TrainResult] | None = None


def run(
    recipe: Recipe[Data, Learner],
    engine: _core.Engine,
    config: Config,
    *,
    on_event: OnEvent | None = None,
    should_stop: ShouldStop | None = None,
    resume: str | None = None,
    dataset: Dataset | None = None,
    world: World = ALONE,
) -> TrainResult:
    """Trains, publishes a version, lets it serve, and writes the vectors of the workspace's functions.

    Raises what `sapwood.training.train` raises.
    """
    with open_session(
        engine,
        config,
        recipe.settings(config),
        recipe.model,
        on_event=on_event,
        should_stop=should_stop,
        resume=resume,
        world=world,
    ) as session:
        load = recipe.load or dataset_of
        dataset = load(session, recipe.model) if dataset is None else fitting(dataset, engine, config)
        session.heed_stop()
        start = start_of(engine, recipe.model, session.recipe)
        data = recipe.prepare(dataset, session.device.device, session.heed_stop, start=start, world=world)
        first_draws(recipe, data)
        for note in without_effect(session.device, session.recipe):
            session.say(note)
        if not data.pairs.get(VALIDATION):
            session.say("no package is held out for validation, so the epoch with the lowest training loss is taken")
        session.start(data.counts, data.labels)
        learner = new_learner(recipe, config, data, session.device, start)
        state = state_of(recipe, session, learner, session.identity(data_fingerprint(dataset)))
        try:
            recipe.fit(session, data, learner, state)
        except NotFinite as found:
            raise end_of_run(session, state, found, dataset, step_at_hand(recipe, data, session, state)) from None
        learner.load_state_dict(state.best)
        if not world.writes:
            return TrainResult(session.run.path, "", {})
        return (recipe.publish or publish)(session, dataset, recipe.conclude(data, learner.eval()), state)


def dataset_of(session: Session, model: str) -> Dataset:
    """What was prepared before, where that fits the run, else what is loaded from the index."""
    kept = kept_dataset(session.engine, session.config, model, session.say)
    return load_dataset(session.engine, session.config) if kept is None else kept


def state_of(
    recipe: Recipe[Data, Learner], session: Session, learner: Learner, identity: dict[str, Any]
) -> TrainingState:
    """A fresh state, or that of the run which is continued.

    Raises:
        BadInputError: The run's processes differ in what they train.
    """
    session.world.require_alike("version, code and settings", json.dumps([_core.__version__, identity], sort_keys=True))
    state = TrainingState(learner, adamw(learner, recipe.base, session.recipe), Progress(), identity)
    state.scaler = Precision.of(session.recipe.precision, session.device.device).scaler()
    session.resume(state)
    state.follow(Schedule(session.recipe))
    return state


def step_at_hand(
    recipe: Recipe[Data, Learner], data: Data, session: Session, state: TrainingState
) -> list[dict[str, Any]]:
    """The pairs of the step that was not made; none between two epochs."""
    draws = recipe.draws(data, state.progress.epoch)
    if state.memory.epoch == state.progress.epoch:
        draws = ordered(draws, state.memory)
    steps = in_steps(draws, session.recipe.accumulation)
    at_hand = [draw for step in steps[state.progress.step :][:1] for draw in step]
    return [pair for draw in at_hand for pair in functions_of(data.dataset, data.views, data.pairs[TRAIN], draw)]


def new_learner(
    recipe: Recipe[Data, Learner], config: Config, data: Data, device: DeviceChoice, start: Start | None
) -> Learner:
    """The model with its losses on the device that trains, with the weights that it starts from."""
    settings = recipe.settings(config)
    torch.manual_seed(config.seed)
    learner = recipe.learner(config, data).to(device.device)
    set_up(learner, device, settings)
    if start is not None:
        start.fill(learner)
    if settings.freeze_base:
        freeze(learner, recipe.base)
    return learner


def first_draws(recipe: Recipe[Data, Learner], data: Data) -> list[Draw]:
    """The batches of the first epoch.

    Raises:
        BadInputError: There is none, so nothing can be learned.
    """
    draws = recipe.draws(data, 0)
    if draws:
        return draws
    found = len(data.pairs[TRAIN])
    message = (
        f"there are too few functions to train the model {recipe.model}: a batch needs 2 pairs of functions that do "
        f"alike, and {found} {'was' if found == 1 else 'were'} found; index more code"
    )
    raise BadInputError(message)


def fitting(dataset: Dataset, engine: _core.Engine, config: Config) -> Dataset:
    """The data set under all settings of the run, if it was loaded from this index with the same ones of its own.

    Raises:
        BadInputError: It was not.
    """
    same_settings = (dataset.config.data, dataset.config.seed) == (config.data, config.seed)
    if same_settings and dataset.index.fingerprint == engine.index_data().fingerprint:
        return dataset if dataset.config == config else replace(dataset, config=config)
    message = (
        "the data set was loaded with other settings or from another index; load it again with these, or leave it out"
    )
    raise BadInputError(message)
