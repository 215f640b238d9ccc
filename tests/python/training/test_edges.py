"""Runs at the edges: hardly any pairs, no mutants, a stop before or after the steps, a crash while vectors are kept."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sapwood import _core
from sapwood.data import TRAIN, Outcomes, load_dataset
from sapwood.errors import BadInputError, InterruptedRun, StorageError
from sapwood.models.graphsage import CONFIDENCE
from sapwood.preflight import examine
from sapwood.training import MODELS, graphsage, publish, rehearse, train
from sapwood.training.batches import TextPairs, epoch_draws
from sapwood.training.run_folder import STATE


def with_settings(config, section, **changes):
    """The settings with some of one section changed; `section` may be dotted."""
    name, _, rest = section.partition(".")
    inner = getattr(config, name)
    inner = with_settings(inner, rest, **changes) if rest else inner.model_copy(update=changes)
    return config.model_copy(update={name: inner})


@pytest.fixture
def lonely(tmp_path):
    """An indexed code base with a single function."""
    (tmp_path / "one.py").write_text("def one(value):\n    value = value + 1\n    return value\n")
    engine = _core.Engine.create(str(tmp_path))
    engine.index()
    return engine


@pytest.mark.parametrize("model", MODELS)
def test_a_code_base_with_too_few_pairs_is_refused_with_the_way_out(lonely, config, model):
    with pytest.raises(BadInputError, match="index more code"):
        train(model, lonely, config)
    with pytest.raises(BadInputError, match="index more code"):
        rehearse(model, lonely, config)
    checks = {check.name: check for check in examine(lonely, model, config)}
    assert (checks["first batch"].status, checks["first batch"].fix) == ("failed", "index more code")
    assert not lonely.versions.list(model)


@pytest.mark.parametrize("model", MODELS)
def test_without_any_mutant_a_model_trains_and_says_what_it_did_not_learn(engine, config, model):
    train(model, engine, with_settings(config, "data", max_mutants=0))
    assert "bugs" not in engine.versions.show(model)["trained_heads"]


def test_without_a_share_for_mutants_the_tree_model_trains(engine, config):
    assert train("tree-lstm", engine, with_settings(config, "tree_lstm", bug_share=0.0)).version == "v0001"


@pytest.mark.parametrize("model", MODELS)
def test_a_stop_while_data_is_prepared_leaves_no_version_and_says_that_nothing_was_saved(engine, config, model):
    with pytest.raises(InterruptedRun, match="before its first step"):
        train(model, engine, config, should_stop=lambda: True)
    assert not engine.versions.list(model)


def test_a_stop_while_vectors_are_computed_publishes_nothing_and_can_go_on(engine, config):
    told = []
    with pytest.raises(InterruptedRun, match="ckpt-path last"):
        train(
            "tree-lstm",
            engine,
            config,
            on_event=lambda event: told.append(event.get("message", "")),
            should_stop=lambda: any("computes the vectors" in message for message in told),
        )
    assert not engine.versions.list("tree-lstm")
    assert train("tree-lstm", engine, config, resume="last").version == "v0001"


class Unwritable:
    """Versions whose vectors cannot be written."""

    def __init__(self, versions):
        self._versions = versions

    def __getattr__(self, name):
        return getattr(self._versions, name)

    def write_vectors(self, *_given):
        message = "the disk is full; make room"
        raise StorageError(message)


class Full:
    """An engine on a full disk."""

    def __init__(self, engine):
        self._engine = engine

    @property
    def versions(self):
        return Unwritable(self._engine.versions)

    def __getattr__(self, name):
        return getattr(self._engine, name)


def test_a_version_without_vectors_never_serves(engine, config):
    with pytest.raises(StorageError):
        train("tree-lstm", Full(engine), config)
    assert "serving" not in engine.versions.aliases("tree-lstm")


def test_a_version_that_continues_a_run_names_the_version_before(engine, config):
    first = train("tree-lstm", engine, config)
    assert engine.versions.show("tree-lstm")["parent"] is None
    before = load_file(first.run_dir / STATE)
    longer = with_settings(config, "tree_lstm", epochs=3)
    train("tree-lstm", engine, longer, resume="last")
    assert engine.versions.show("tree-lstm")["parent"] == "v0001"
    assert "training began with v0001" in (Path(engine.versions.path("tree-lstm")) / "MODEL_CARD.md").read_text()
    assert before.keys() == load_file(first.run_dir / STATE).keys()


def test_noting_a_version_keeps_the_state_to_the_last_bit(engine, config, monkeypatch):
    kept = {}
    note = publish.note_published
    monkeypatch.setattr(publish, "note_published", lambda path, name: (kept.update(load_file(path)), note(path, name)))
    run = train("graphsage", engine, config).run_dir
    after = load_file(run / STATE)
    assert kept.keys() == after.keys()
    assert all(torch.equal(kept[name], after[name]) for name in kept)


def test_a_budget_counts_over_all_sessions_of_a_run(engine, config):
    short = with_settings(config, "tree_lstm", budget_seconds=0.001, epochs=50)
    first = train("tree-lstm", engine, short)
    again = train("tree-lstm", engine, short, resume="last")
    assert (first.metrics["steps"], again.metrics["steps"]) == (1, 1)
    assert train("tree-lstm", engine, with_settings(short, "tree_lstm", budget_seconds=0, epochs=2), resume="last")


def test_the_confidence_head_learns_from_the_outcomes_that_are_known(engine, config):
    data = graphsage.prepare(load_dataset(engine, config), "cpu")
    draw = graphsage.draws_of(data, 0)[0]
    learner = graphsage.Learner(config, data)
    assert learner(graphsage.make_batch(data, TRAIN, draw))[0][CONFIDENCE] is None
    assert CONFIDENCE not in graphsage.trained_heads(data)
    tested = data.dataset.positions(TRAIN)[:3]
    passed, split = np.ones(3, np.float32), np.array([TRAIN] * 3)
    object.__setattr__(data, "outcomes", Outcomes([], [], tested, passed, split, 0, {}))
    object.__setattr__(data.places, "outcomes", data.places.texts[tested])
    assert CONFIDENCE in graphsage.trained_heads(data)
    learner(graphsage.make_batch(data, TRAIN, draw))[0][CONFIDENCE].backward()
    assert learner.encoder.heads[CONFIDENCE].bias.grad.item() < 0.0


@pytest.mark.parametrize(
    ("share", "matched", "rewritten"), [(0.0, 60, 0), (0.25, 60, 32), (0.5, 60, 60), (1.0, 0, 300)]
)
def test_rewrites_make_up_their_share_of_an_epoch(config, share, matched, rewritten):
    nothing = np.zeros(360, np.int64)
    settings = with_settings(config, "data.positives", rewrite_share=share)
    draws = epoch_draws(TextPairs(nothing, nothing, nothing, nothing, 60), settings, batch_size=4, most=1000, epoch=0)
    rows = np.concatenate([draw.rows for draw in draws])
    assert ((rows < 60).sum(), (rows >= 60).sum()) == (matched, rewritten)
