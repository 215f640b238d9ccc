"""The frame calls a recipe's parts in order, with one data set, and publishes the best weights."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from sapwood.data import load_dataset
from sapwood.errors import BadInputError
from sapwood.training import frame, train, tree_lstm


class Toy(torch.nn.Module):
    """One weight, which counts its steps."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))


@pytest.fixture
def called(monkeypatch):
    """Names of the parts in the order of their calls, with what is published instead of a version."""
    calls = []
    monkeypatch.setattr(frame, "publish", lambda _session, _dataset, trained, _state: calls.append(trained))
    return calls


def recipe_of(calls, losses, draws=("a batch",)):
    """A toy that is trained for as many epochs as there are losses, one step each."""

    def fit(session, _data, learner, state):
        for loss in losses:
            learner.weight.data += 1.0
            session.after_step(state, {"loss": loss, "unlabelled": None}, SimpleNamespace(pairs=1, functions=2), 1)
            session.after_epoch(state, {"loss": loss, "unlabelled": None})

    def part(name, made):
        def call(*_given, **_named):
            calls.append(name)
            return made()

        return call

    return frame.Recipe(
        model="toy",
        settings=lambda config: config.tree_lstm,
        prepare=part("prepare", lambda: SimpleNamespace(counts={"examples": 3}, labels={}, pairs={"train": []})),
        draws=lambda _data, _epoch: draws,
        learner=part("learner", Toy),
        fit=lambda *given: (calls.append("fit"), fit(*given)),
        conclude=lambda _data, learner: learner.weight.item(),
    )


def test_the_parts_are_called_in_order_and_the_best_weights_are_published(engine, config, called):
    events = []
    frame.run(recipe_of(called, [3.0, 1.0, 2.0]), engine, config, on_event=events.append)
    assert called == ["prepare", "learner", "fit", 2.0]
    assert next(event for event in events if event["event"] == "start")["counts"] == {"examples": 3}


def test_without_a_batch_nothing_is_trained(engine, config, called):
    with pytest.raises(BadInputError, match="index more code"):
        frame.run(recipe_of(called, [3.0], draws=()), engine, config)
    assert called == ["prepare"]


def test_a_head_without_labels_has_no_loss(engine, config, called):
    events = []
    frame.run(recipe_of(called, [3.0]), engine, config, on_event=events.append)
    (step,) = [event for event in events if event["event"] == "step"]
    (epoch,) = [event for event in events if event["event"] == "epoch"]
    assert step["losses"]["unlabelled"] is None
    assert epoch["losses"]["train_unlabelled"] is None
    assert epoch["validation_unlabelled"] is None
    assert epoch["train_loss"] == 3.0


def test_a_stopped_run_goes_on_with_its_weights(engine, config, called):
    frame.run(recipe_of(called, [3.0, 2.0]), engine, config)
    frame.run(recipe_of(called, [1.0]), engine, config, resume="last")
    assert [value for value in called if isinstance(value, float)] == [2.0, 3.0]


def test_a_data_set_that_was_loaded_already_is_taken(engine, config, monkeypatch):
    dataset = load_dataset(engine, config)
    monkeypatch.setattr(frame, "load_dataset", lambda *_: pytest.fail("loaded again"))
    assert train("tree-lstm", engine, config, dataset=dataset).version == "v0001"


def test_a_data_set_is_used_under_the_settings_of_the_run(engine, config):
    dataset = load_dataset(engine, config)
    other = config.model_copy(update={"bugs": config.bugs.model_copy(update={"prevalence": 0.25})})
    assert frame.fitting(dataset, engine, config) is dataset
    assert frame.fitting(dataset, engine, other).config.bugs.prevalence == 0.25


def test_a_data_set_of_other_settings_is_refused(engine, config):
    other = replace(load_dataset(engine, config), config=config.model_copy(update={"seed": 7}))
    with pytest.raises(BadInputError, match="other settings"):
        frame.run(tree_lstm.RECIPE, engine, config, dataset=other)
