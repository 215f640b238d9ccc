"""Phases of training begin when they should, say so, and resume to the same bits."""

import json

import pytest
import torch
from safetensors.torch import load_file

from sapwood.config import load_config
from sapwood.errors import BadInputError, ConfigError, InterruptedRun
from sapwood.training import MODELS, train
from sapwood.training.curriculum import PHASES, Curriculum, phase_at
from sapwood.training.run_folder import METRICS, STATE

NAMES = PHASES[1:]


def phases(**shares):
    """Overrides that give phases a share of the epochs, and others none."""
    words = [f"curriculum.{name}.share={shares.get(name, 0)}" for name in NAMES]
    return words + [f"curriculum.{name}.enabled=true" for name in shares]


def with_phases(config, model, *, epochs=3, words=(), name="default", **shares):
    """The small settings, four batches an epoch, with phases of these shares."""
    section = model.replace("-", "_")
    # Functions of the small code base are so alike that the guard would leave nothing to mine.
    small = ["curriculum.false_negatives.clusters=4", "curriculum.hard_negatives.margin=-2.0"]
    chosen = load_config(None, [*phases(**shares), *small, *words]).curriculum
    recipe = getattr(config, section).model_copy(update={"epochs": epochs, "batch_size": 16})
    return config.model_copy(update={"curriculum": chosen, section: recipe, "experiment_name": name})


def history(result):
    """The epochs of a run as they were written."""
    return json.loads((result.run_dir / "history.json").read_text())


def stop_after(steps):
    """Arguments of `train` that ask for a stop after so many steps."""
    seen = []
    return {"on_event": lambda event: seen.append(event["event"]), "should_stop": lambda: seen.count("step") >= steps}


@pytest.mark.parametrize(
    ("epochs", "shares", "expected"),
    [
        (10, (0.3, 0.4, 0.3), "1112222333"),
        (10, (0.1, 0.2, 0.3), "1223330000"),
        (10, (0.0, 0.5, 0.5), "2222233333"),
        (3, (0.3, 0.4, 0.3), "122"),
        (1, (0.3, 0.4, 0.3), "1"),
        (10, (0.3, None, 0.3), "1110000333"),
        (10, (None, None, None), "0000000000"),
    ],
)
def test_phases_take_their_share_of_the_epochs_and_leave_the_rest_plain(epochs, shares, expected):
    defaults = dict(zip(NAMES, (0.3, 0.4, 0.3), strict=True))
    given = dict(zip(NAMES, shares, strict=True))
    words = [f"curriculum.{name}.share={defaults[name] if share is None else share}" for name, share in given.items()]
    words += [f"curriculum.{name}.enabled={str(share is not None).lower()}" for name, share in given.items()]
    settings = load_config(None, words).curriculum
    assert "".join(str(PHASES.index(phase_at(settings, epoch / epochs))) for epoch in range(epochs)) == expected


def test_shares_that_exceed_the_training_are_refused():
    with pytest.raises(ConfigError, match="fit into the training"):
        load_config(None, ["curriculum.siblings.share=0.5"])


@pytest.mark.parametrize("model", MODELS)
def test_each_phase_is_told_and_written_down(engine, config, model):
    events = []
    thirds = dict.fromkeys(NAMES, 0.33)
    result = train(model, engine, with_phases(config, model, **thirds), on_event=events.append)
    siblings, hard, false = history(result)
    assert [epoch["phase"] for epoch in (siblings, hard, false)] == list(NAMES)
    assert 0.0 < siblings["removed_share"] < 1.0
    assert 0 < hard["met"] <= hard["mined"]
    assert hard["refused"] == 0
    assert 2 <= false["clusters"] <= 4
    assert 0.0 < false["removed_share"] < 1.0
    assert false["mined"] > 0
    told = [event["message"] for event in events if event.get("phase") and event["event"] == "message"]
    assert [message.split(" on, ")[0] for message in told] == [f"from epoch {number}" for number in (1, 2, 3)]
    written = [json.loads(line) for line in (result.run_dir / METRICS).read_text().splitlines()]
    steps = [(entry["epoch"], entry["phase"]) for entry in written if entry["event"] == "step"]
    assert set(steps) == set(enumerate(NAMES, start=1))
    assert [entry["phase_number"] for entry in written if entry["event"] == "epoch"] == [1, 2, 3]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("phase", NAMES)
def test_a_run_that_was_interrupted_in_a_phase_resumes_to_the_same_bits(engine, config, model, phase):
    shares = {phase: 1.0}
    whole = train(model, engine, with_phases(config, model, **shares))
    steps = history(whole)[0]["steps"]
    assert steps >= 2
    # In the middle of the second epoch, which for clusters is the one after they were made.
    with pytest.raises(InterruptedRun):
        train(model, engine, with_phases(config, model, name="stopped", **shares), **stop_after(steps + 1))
    resumed = train(model, engine, with_phases(config, model, name="stopped", **shares), resume="last")
    assert history(resumed) == history(whole)
    first, second = (load_file(run.run_dir / STATE) for run in (whole, resumed))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)
    kept = {name: len(first[f"curriculum.{name}"]) > 0 for name in ("rows", "clusters")}
    assert kept == {"rows": phase != "siblings", "clusters": phase == "false_negatives"}


def test_phases_are_part_of_what_a_run_is(engine, config):
    result = train("tree-lstm", engine, with_phases(config, "tree-lstm"))
    with pytest.raises(BadInputError, match=r"curriculum\.siblings\.enabled=False, not True"):
        train("tree-lstm", engine, with_phases(config, "tree-lstm", siblings=1.0), resume=str(result.run_dir))


def test_with_more_epochs_the_phases_to_come_are_shared_out_anew(engine, config):
    halves = {"siblings": 0.5, "hard_negatives": 0.5}
    first = train("tree-lstm", engine, with_phases(config, "tree-lstm", epochs=2, **halves))
    assert [epoch["phase"] for epoch in history(first)] == ["siblings", "hard_negatives"]
    second = train("tree-lstm", engine, with_phases(config, "tree-lstm", epochs=6, **halves), resume="last")
    expected = ["siblings", "hard_negatives", "siblings", "hard_negatives", "hard_negatives", "hard_negatives"]
    assert [epoch["phase"] for epoch in history(second)] == expected


def test_clusters_are_renewed_in_their_cadence(engine, config):
    words = ["curriculum.false_negatives.every=2", "curriculum.false_negatives.hard_negatives=false"]
    settings = with_phases(config, "tree-lstm", epochs=3, words=words, false_negatives=1.0)
    settings = settings.model_copy(update={"tree_lstm": settings.tree_lstm.model_copy(update={"checkpoint_every": 1})})
    result = train("tree-lstm", engine, settings)
    assert "mined" not in history(result)[0]
    states = sorted((result.run_dir / "checkpoints").glob("*.safetensors"))
    per_epoch = len(states) // 3
    first, second, third = (load_file(states[number * per_epoch])["curriculum.clusters"] for number in range(3))
    assert torch.equal(first, second)
    assert not torch.equal(second, third)


@pytest.mark.parametrize("model", MODELS)
def test_mined_pairs_never_share_a_name_or_a_file(engine, config, model, monkeypatch):
    alike = []

    def watched(self, memory, rows, candidates):
        forbidden = original(self, memory, rows, candidates)
        own, others = self.pairs.take(rows), self.pairs.take(candidates)
        names, files = self.data.views.names, self.places.files
        same = names[own.first][:, None] == names[others.second][None, :]
        same |= files[own.first][:, None] == files[others.second][None, :]
        alike.append((same & ~forbidden).any())
        return forbidden

    original = Curriculum._forbidden
    monkeypatch.setattr(Curriculum, "_forbidden", watched)
    train(model, engine, with_phases(config, model, epochs=1, hard_negatives=1.0))
    assert alike == [False]
