"""A number that is none ends a run before it reaches the weights, and is told with the batch that made it."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sapwood.errors import InternalError
from sapwood.training import MODELS, faults, train
from sapwood.training.run_folder import STATE, last_run, runs_of


def poisoned(monkeypatch, model, at, poison):
    """Lets `poison` act on the learner's losses of the `at`th training batch, and on the learner."""
    module = __import__(f"sapwood.training.{model.replace('-', '_')}", fromlist=["Learner"])
    forward, seen = module.Learner.forward, []

    def spoiled(learner, batch):
        losses, vectors = forward(learner, batch)
        if learner.training:
            seen.append(batch)
            if len(seen) == at:
                poison(learner, losses)
        return losses, vectors

    monkeypatch.setattr(module.Learner, "forward", spoiled)


def _fill(weight):
    weight.data.fill_(math.inf)


def run_of(engine, config, model):
    return last_run(runs_of(config, engine.workspace_path, model)).path


def refused(engine, config, model):
    with pytest.raises(InternalError) as raised:
        train(model, engine, config)
    return str(raised.value)


@pytest.mark.parametrize("model", MODELS)
def test_a_loss_that_is_no_number_is_told_with_the_functions_of_its_batch(engine, config, model, monkeypatch):
    def poison(_learner, losses):
        losses["loss"] = losses["loss"] * math.nan

    poisoned(monkeypatch, model, 4, poison)
    said = refused(engine, config, model)
    assert "the loss `loss` is infinite or no number at epoch 1, step 4" in said
    assert "the state after step 3 is kept" in said
    run = run_of(engine, config, model)
    told = json.loads((run / faults.FILE).read_text())
    assert (told["kind"], told["names"], told["epoch"], told["step"]) == ("loss", ["loss"], 1, 4)
    assert 2 <= len(told["pairs"]) <= 8
    assert all(pair["first"]["file"].endswith("records.py") and pair["first"]["line"] > 0 for pair in told["pairs"])
    assert all(torch.isfinite(tensor).all() for tensor in load_file(run / STATE).values())
    assert f"{model.replace('-', '_')}.learning_rate=0.0005" in said
    monkeypatch.undo()
    assert train(model, engine, config, resume="last").version == "v0001"


@pytest.mark.parametrize("model", MODELS)
def test_a_gradient_that_is_no_number_moves_no_weight(engine, config, model, monkeypatch):
    def poison(learner, _losses):
        name, weight = next(iter(learner.named_parameters()))
        handle = weight.register_hook(lambda gradient: (handle.remove(), gradient * math.inf)[1])
        told.append(name)

    told = []
    poisoned(monkeypatch, model, 4, poison)
    said = refused(engine, config, model)
    assert f"the gradient `{told[0]}` is infinite or no number at epoch 1, step 4" in said
    assert all(torch.isfinite(tensor).all() for tensor in load_file(run_of(engine, config, model) / STATE).values())


def test_weights_that_are_no_numbers_are_never_saved(engine, config, monkeypatch):
    def poison(learner, _losses):
        # The step itself writes it: its loss was a number still.
        weight = next(learner.parameters())
        weight.register_post_accumulate_grad_hook(_fill)

    poisoned(monkeypatch, "tree-lstm", 9, poison)
    said = refused(engine, config, "tree-lstm")
    assert "infinite or no number" in said
    assert "the state after step 6 is kept" in said
    assert all(
        torch.isfinite(tensor).all() for tensor in load_file(run_of(engine, config, "tree-lstm") / STATE).values()
    )


def test_a_validation_loss_that_is_no_number_is_no_best_epoch(engine, config, monkeypatch):
    monkeypatch.setattr("sapwood.training.tree_lstm.held_out_figures", lambda *_given: {"loss": math.nan})
    said = refused(engine, config, "tree-lstm")
    assert "the validation loss `loss` is infinite or no number at epoch 1, after step 6" in said
    assert "no state was saved" in said


def test_a_feature_row_that_is_no_number_is_the_indexs_fault(engine, config, monkeypatch):
    monkeypatch.setattr(faults, "rows_not_finite", lambda _dataset: 2)
    poisoned(monkeypatch, "graphsage", 1, lambda _learner, losses: losses.update(loss=losses["loss"] * math.nan))
    assert "2 feature rows of the index hold such numbers: index again" in refused(engine, config, "graphsage")


def test_rows_are_counted_once():
    values = np.array([1.0, np.nan, np.inf, 2.0, np.nan], np.float32)
    graph = SimpleNamespace(feature_values=values, feature_indptr=np.array([0, 1, 3, 4, 5]))
    assert faults.rows_not_finite(SimpleNamespace(index=SimpleNamespace(input_graph=graph))) == 2
