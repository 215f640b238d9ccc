"""Both recipes train, stop, resume to the last bit, and publish what answers."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sapwood import _core
from sapwood.answers import Item
from sapwood.config import load_config
from sapwood.data import load_dataset
from sapwood.errors import (
    BadInputError,
    DamagedVersionError,
    InternalError,
    InterruptedRun,
    NoModelError,
    SchemaMismatchError,
)
from sapwood.evaluation import as_rows, evaluate, rows_of
from sapwood.formats import figure
from sapwood.inference import MOST_IMPORTS, Analyzer, Predictor
from sapwood.training import MODELS, rehearse, train, tree_lstm
from sapwood.training.run_folder import STATE

CODE = (
    "def total(values):\n    result = 0\n    for value in values:\n        result = result + value\n    return result\n"
)
OTHER = "import os\n\ndef home():\n    return os.path.expanduser('~')\n"


def stop_after(steps):
    """Arguments of `train` that ask for a stop after so many steps."""
    seen = []
    return {"on_event": lambda event: seen.append(event["event"]), "should_stop": lambda: seen.count("step") >= steps}


def settings_of(config, *overrides):
    """The small settings with others over them."""
    values = config.model_dump(mode="json")
    for key, value in overrides:
        section, _, name = key.rpartition(".")
        place = values
        for part in section.split("."):
            place = place[part] if part else place
        place[name] = value
    return type(config).model_validate(values)


@pytest.mark.parametrize("model", MODELS)
def test_a_run_publishes_a_serving_version_with_vectors_and_manifest(engine, config, model):
    events = []
    result = train(model, engine, config, on_event=events.append)
    versions = engine.versions
    assert versions.aliases(model)["serving"] == result.version == "v0001"
    versions.verify(model)
    nodes, vectors = versions.read_vectors(model)
    np.testing.assert_array_equal(nodes, engine.index_data().functions)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-4)
    manifest = versions.show(model)
    assert manifest["feature_schema"] == _core.schema_fingerprint()
    assert manifest["data"]["counts"]["matched_pairs"] > 0
    assert manifest["metrics"]["validation_loss"]["value"] == pytest.approx(result.metrics["validation_loss"])
    assert {event["event"] for event in events} >= {"start", "step", "epoch", "checkpoint", "done", "message"}
    assert all(math.isfinite(event["loss"]) for event in events if event["event"] == "step")
    assert (result.run_dir / "config.yaml").is_file()
    assert len(json.loads((result.run_dir / "history.json").read_text())) == 2
    files = {path.name for path in Path(versions.path(model)).iterdir()}
    assert {"weights.safetensors", "manifest.json", "MODEL_CARD.md", "config.yaml"} <= files


@pytest.mark.parametrize("model", MODELS)
def test_an_interrupted_run_resumes_to_the_same_bits(engine, config, model):
    whole = train(model, engine, config)
    stop = int(np.random.default_rng(len(model)).integers(1, whole.metrics["steps"]))
    with pytest.raises(InterruptedRun, match="ckpt-path last"):
        train(model, engine, settings_of(config, ("experiment_name", "stopped")), **stop_after(stop))
    resumed = train(model, engine, settings_of(config, ("experiment_name", "stopped")), resume="last")
    assert resumed.metrics == whole.metrics
    histories = [json.loads((run.run_dir / "history.json").read_text()) for run in (whole, resumed)]
    assert histories[0] == histories[1]
    first, second = (load_file(run.run_dir / STATE) for run in (whole, resumed))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_resume_without_an_earlier_run_starts_afresh_and_says_so(engine, config):
    events = []
    result = train("tree-lstm", engine, config, resume="last", on_event=events.append)
    assert any("starts afresh" in event.get("message", "") for event in events)
    assert result.version == "v0001"


def test_other_settings_cannot_continue_a_run(engine, config):
    result = train("tree-lstm", engine, config)
    with pytest.raises(BadInputError, match="seed=42, not 7"):
        train("tree-lstm", engine, settings_of(config, ("seed", 7)), resume=str(result.run_dir))


def test_more_epochs_continue_a_finished_run_in_its_folder(engine, config):
    first = train("tree-lstm", engine, config)
    second = train("tree-lstm", engine, settings_of(config, ("tree_lstm.epochs", 3)), resume="last")
    assert first.run_dir == second.run_dir
    assert second.version == "v0002"
    assert [record["epoch"] for record in json.loads((first.run_dir / "history.json").read_text())] == [1, 2, 3]


@pytest.mark.parametrize("model", MODELS)
def test_a_budget_that_is_used_up_still_publishes_the_best_so_far(engine, config, model):
    section = model.replace("-", "_")
    tight = settings_of(config, (f"{section}.budget_seconds", 0.001), (f"{section}.epochs", 50))
    result = train(model, engine, tight)
    assert engine.versions.show(model)["training"]["stopped"] == "budget"
    assert result.metrics["steps"] == 1


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_state(engine, config, monkeypatch):
    result = train("tree-lstm", engine, config)
    before = (result.run_dir / STATE).read_bytes()
    monkeypatch.setattr("sapwood.training.tree_lstm.multi_label_loss", lambda *_: torch.tensor(math.nan))
    longer = settings_of(config, ("tree_lstm.epochs", 4))
    with pytest.raises(InternalError, match="`statement` is infinite or no number"):
        train("tree-lstm", engine, longer, resume=str(result.run_dir))
    assert (result.run_dir / STATE).read_bytes() == before


def test_losses_fall_on_real_labels(engine, config):
    longer = settings_of(config, ("tree_lstm.epochs", 12), ("tree_lstm.patience", 12))
    result = train("tree-lstm", engine, longer)
    history = json.loads((result.run_dir / "history.json").read_text())
    assert history[-1]["train_contrastive"] < 0.7 * history[0]["train_contrastive"]
    assert history[-1]["train_statement"] < history[0]["train_statement"]


@pytest.mark.parametrize("model", MODELS)
def test_vectors_of_a_text_do_not_hang_on_its_company(engine, config, model):
    train(model, engine, config)
    predictor = Predictor.load(engine, model)
    alone = predictor.embed([CODE], ["python"])
    among = predictor.embed([OTHER, CODE, CODE + OTHER], ["python"] * 3)
    assert alone.dtype == np.float32
    assert alone.tobytes() == among[1:2].tobytes()
    np.testing.assert_allclose(np.linalg.norm(among, axis=1), 1.0, rtol=1e-5)
    assert predictor.embed([], []).shape == (0, alone.shape[1])


def test_tree_vectors_equal_those_of_the_native_model(engine, config):
    train("tree-lstm", engine, config)
    folder = Path(engine.versions.path("tree-lstm"))
    weights = {name: weight.numpy() for name, weight in load_file(folder / "weights.safetensors").items()}
    vocabulary = _core.Vocabulary.from_json((folder / "vocabulary.json").read_text())
    raw = _core.tree_lstm_forward(weights, _core.parse_forest([CODE, OTHER], vocabulary))
    native = _core.whiten(raw, weights["whitening.mean"], weights["whitening.matrix"])
    ours = Predictor.load(engine, "tree-lstm").embed([CODE, OTHER], ["python"] * 2)
    np.testing.assert_allclose(native, ours, atol=1e-4)


def test_analysis_joins_both_models_and_names_what_nobody_learned(engine, config):
    with pytest.raises(NoModelError):
        Analyzer.load(engine)
    train("tree-lstm", engine, config)
    (half,) = Analyzer.load(engine).analyze([Item("a", CODE)])
    assert half.untrained == ("confidence", "imports")
    train("graphsage", engine, config)
    (whole,) = Analyzer.load(engine).analyze([Item("a", CODE)])
    assert whole.untrained == ("confidence",)
    assert whole.confidence is None
    assert set(whole.bug.kinds) == set(_core.BUG_KINDS)
    assert max(whole.bug.kinds.values()) <= whole.bug.probability <= sum(whole.bug.kinds.values())
    assert all(1 <= line.line <= 5 for line in whole.bug.lines)
    scores = [module.score for module in whole.imports]
    assert scores == sorted(scores, reverse=True)
    assert len(Predictor.load(engine, "graphsage").import_names) > len(whole.imports) == MOST_IMPORTS
    assert {module.name for module in whole.imports} >= {"json", "os"}


def test_imports_of_a_text_are_not_read_off_its_import_lines(engine, config):
    train("graphsage", engine, config)
    predictor, body = Predictor.load(engine, "graphsage"), "def home():\n    return os.path.expanduser('~')\n"
    scores = predictor.import_scores(["import os\n\n" + body, "import json\n\n" + body, body], ["python"] * 3)
    assert scores.shape == (3, len(predictor.import_names))
    assert scores[0].tobytes() == scores[1].tobytes() == scores[2].tobytes()


@pytest.mark.parametrize("model", MODELS)
def test_damaged_and_foreign_versions_are_refused(engine, config, model):
    train(model, engine, config)
    folder = Path(engine.versions.path(model))
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"feature_schema": "0" * 16}))
    with pytest.raises(SchemaMismatchError, match="sapwood index PATH"):
        Predictor.load(engine, model)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(DamagedVersionError):
        Predictor.load(engine, model)


@pytest.mark.parametrize("model", MODELS)
def test_a_rehearsal_makes_one_real_batch_and_changes_nothing(engine, config, model):
    before = sorted(Path(engine.workspace_path).rglob("*"))
    rehearsal = rehearse(model, engine, config)
    assert rehearsal.examples > 0
    assert rehearsal.parameters > 1000
    assert math.isfinite(rehearsal.loss)
    assert rehearsal.agrees
    assert rehearsal.state_bytes == 4 * 4 * rehearsal.parameters
    assert set(rehearsal.labels) >= {"bugs"}
    assert sorted(Path(engine.workspace_path).rglob("*")) == before


def test_shuffled_labels_are_the_same_labels_on_other_functions(engine, config):
    real = tree_lstm.prepare(load_dataset(engine, config), "cpu")
    permuting = settings_of(config, ("data.permute_labels", True))
    shuffled = tree_lstm.prepare(load_dataset(engine, permuting), "cpu")
    pairs, others = real.pairs["train"], shuffled.pairs["train"]
    assert sorted(pairs.second) == sorted(others.second)
    assert (pairs.second == others.second).mean() < 0.3
    assert (real.views.names == shuffled.views.names).mean() < 0.3
    mutants, strangers = real.mutants["train"], shuffled.mutants["train"]
    assert sorted(mutants.lines) == sorted(strangers.lines)
    assert mutants.lines != strangers.lines
    assert mutants.texts == strangers.texts


def test_unknown_models_are_named(engine, config):
    with pytest.raises(BadInputError, match="graphsage and tree-lstm"):
        train("gpt", engine, config)


def test_every_loss_of_the_tree_model_trains(engine, config):
    result = train("tree-lstm", engine, settings_of(config, ("tree_lstm.loss", "margin")))
    assert math.isfinite(result.metrics["train_loss"])


@pytest.mark.parametrize("model", MODELS)
def test_without_mistakes_to_learn_from_the_bugs_head_stays_untrained(engine, config, model):
    result = train(model, engine, settings_of(config, ("data.max_mutants", 0)))
    manifest = engine.versions.show(model, result.version)
    assert "bugs" not in manifest["trained_heads"]
    assert "code" in manifest["trained_heads"]


def test_default_settings_are_those_of_the_design():
    model = load_config(None, []).tree_lstm.model
    assert (model.vocabulary, model.embedding, model.hidden, model.output) == (10_000, 128, 256, 512)


def rounded(rows):
    """Rows without the last bits of their figures, which JSON may lose."""
    figures = ("value", "error")
    return [
        {name: round(value, 12) if name in figures and value is not None else value for name, value in row.items()}
        for row in as_rows(rows)
    ]


@pytest.mark.parametrize("model", MODELS)
def test_a_version_carries_its_evaluation_and_latency(engine, config, model):
    events = []
    measured = settings_of(config, ("evaluation.before_publishing", True), ("evaluation.max_queries", 20))
    result = train(model, engine, measured, on_event=events.append)
    manifest = engine.versions.show(model)
    assert list(result.results) == evaluate(engine, measured, model)
    assert rounded(rows_of([manifest])) == rounded(result.results)
    beside = manifest["metrics"]["find-the-original-of-a-rewrite/mrr"]
    assert beside["n"] >= 5
    assert beside["candidates"] >= 5
    assert beside["baseline_name"] in {row.method for row in result.results if row.is_baseline}
    assert 0.0 < manifest["latency"]["embed"]["median_ms"] <= manifest["latency"]["embed"]["p99_ms"]
    card = (Path(engine.versions.path(model)) / "MODEL_CARD.md").read_text()
    assert "| structure tf-idf | no |" in card
    assert figure(beside["value"]) in card
    assert sum("evaluates on held-out packages" in event.get("message", "") for event in events) >= 3


def test_the_caller_can_stop_a_run_while_it_is_evaluated(engine, config):
    told = []
    measured = settings_of(config, ("evaluation.before_publishing", True))
    with pytest.raises(InterruptedRun, match="ckpt-path last"):
        train(
            "tree-lstm",
            engine,
            measured,
            on_event=lambda event: told.append(event.get("message", "")),
            should_stop=lambda: any("evaluates" in message for message in told),
        )
    assert train("tree-lstm", engine, measured, resume="last").version == "v0001"


@pytest.mark.parametrize("model", MODELS)
def test_probabilities_of_mistakes_follow_the_prevalence(engine, config, model):
    scores = {}
    for prevalence in (0.01, 0.5):
        train(model, engine, settings_of(config, ("bugs.prevalence", prevalence)))
        scores[prevalence], _ = Predictor.load(engine, model).bug_scores([CODE, OTHER], ["python"] * 2)
    assert (scores[0.01] < 0.1).all()
    assert (scores[0.01] < scores[0.5]).all()
    assert scores[0.01].argmax() == scores[0.5].argmax()
