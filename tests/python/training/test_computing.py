"""What a run sets of how its encoder computes changes how, and not what."""

import json

import pytest
import torch

from sapwood.data import TRAIN, load_dataset
from sapwood.errors import ConfigError, EnvironmentProblemError, InterruptedRun
from sapwood.training import computing, train, tree_lstm
from sapwood.training.computing import Encoder, set_up, without_effect
from sapwood.training.device import DeviceChoice
from training.test_optimiser import RECIPES
from training.test_recipes import settings_of, stop_after

TORCH = DeviceChoice("cpu", 1, "torch", "")
KERNELS = DeviceChoice("cpu", 1, "kernels", "")


def settings_with(config, recipe, **changes):
    return recipe.RECIPE.settings(config).model_copy(update=changes)


def learned(engine, config, recipe, choice, **changes):
    """Loss and gradients of a batch, and the learner that made them."""
    data = recipe.prepare(load_dataset(engine, config), "cpu")
    torch.manual_seed(0)
    learner = recipe.Learner(config, data)
    set_up(learner, choice, settings_with(config, recipe, **changes))
    batch = recipe.make_batch(data, TRAIN, recipe.draws_of(data, 0)[0])
    torch.manual_seed(1)  # of dropout
    loss = learner(batch)[0]["loss"]
    loss.backward()
    return loss.detach(), {name: weight.grad for name, weight in learner.named_parameters() if weight.grad is not None}


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_is_computed_again_has_the_same_gradients(engine, config, recipe):
    loss, expected = learned(engine, config, recipe, TORCH)
    same, gradients = learned(engine, config, recipe, TORCH, gradient_checkpointing=True)
    torch.testing.assert_close(same, loss, atol=0, rtol=0)
    assert gradients.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(gradients[name], gradient, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("recipe", RECIPES)
def test_both_backends_have_the_same_gradients(engine, config, recipe):
    loss, expected = learned(engine, config, recipe, TORCH)
    same, gradients = learned(engine, config, recipe, KERNELS)
    torch.testing.assert_close(same, loss, atol=1e-5, rtol=1e-5)
    for name, gradient in expected.items():
        torch.testing.assert_close(gradients[name], gradient, atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize("recipe", RECIPES)
def test_both_models_are_encoders_that_can_be_set_up(engine, config, recipe):
    learner = recipe.Learner(config, recipe.prepare(load_dataset(engine, config), "cpu"))
    assert [module for module in learner.modules() if isinstance(module, Encoder)] == [learner.encoder]
    set_up(learner, TORCH, settings_with(config, recipe, gradient_checkpointing=True))
    assert (learner.encoder.backend, learner.encoder.recomputes) == ("torch", True)


def test_settings_that_kernels_do_not_know_are_named(config):
    settings = settings_with(config, tree_lstm, gradient_checkpointing=True, compile=True)
    notes = without_effect(KERNELS, settings)
    assert [note.partition(" ")[0] for note in notes] == ["gradient_checkpointing", "compile"]
    assert without_effect(TORCH, settings) == []
    assert without_effect(KERNELS, settings_with(config, tree_lstm)) == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of torch's compiler
@pytest.mark.parametrize("recipe", RECIPES)
def test_what_is_compiled_has_the_same_gradients(engine, config, recipe):
    loss, expected = learned(engine, config, recipe, TORCH)
    same, gradients = learned(engine, config, recipe, TORCH, compile=True)
    torch.testing.assert_close(same, loss, atol=1e-5, rtol=1e-5)
    for name, gradient in expected.items():
        torch.testing.assert_close(gradients[name], gradient, atol=1e-5, rtol=1e-3)


def test_compiling_asks_for_a_compiler(config, monkeypatch, engine):
    monkeypatch.setattr(computing.shutil, "which", lambda _name: None)
    learner = tree_lstm.Learner(config, tree_lstm.prepare(load_dataset(engine, config), "cpu"))
    with pytest.raises(EnvironmentProblemError, match="compile=auto"):
        set_up(learner, TORCH, settings_with(config, tree_lstm, compile=True))


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_continued_run_keeps_the_backend_unless_another_is_asked_for(engine, config, recipe):
    model = recipe.RECIPE.model
    by_torch = settings_of(config, ("backend", "torch"))
    with pytest.raises(InterruptedRun):
        train(model, engine, by_torch, **stop_after(1))
    told = []
    with pytest.raises(InterruptedRun):
        train(
            model,
            engine,
            settings_of(config, ("backend", "auto")),
            resume="last",
            on_event=told.append,
            should_stop=lambda: any(event["event"] == "step" for event in told),
        )
    assert any("by torch: as before" in event.get("message", "") for event in told)
    result = train(model, engine, settings_of(config, ("backend", "kernels")), resume="last")
    assert engine.versions.show(model, result.version)["training"]["backend"] == "kernels"


def test_kernels_asked_for_in_half_precision_are_refused_before_a_run_begins(engine, config):
    half = settings_of(config, ("tree_lstm.precision", "bf16"))
    with pytest.raises(ConfigError, match="backend=auto"):
        train("tree-lstm", engine, half)


@pytest.mark.parametrize("recipe", RECIPES)
def test_states_of_epochs_and_of_the_best_one_are_kept_and_can_be_gone_on_from(engine, config, recipe):
    section = recipe.RECIPE.model.replace("-", "_")
    kept = settings_of(config, (f"{section}.checkpoint_epochs", 2), (f"{section}.epochs", 5))
    run = train(recipe.RECIPE.model, engine, kept).run_dir
    assert sorted(path.name for path in (run / "checkpoints").iterdir()) == [
        "epoch-0002.safetensors",
        "epoch-0004.safetensors",
    ]
    whole = json.loads((run / "history.json").read_text())
    assert any(record["best"] for record in whole)
    for state in (run / "checkpoints" / "epoch-0002.safetensors", run / "best.safetensors"):
        train(recipe.RECIPE.model, engine, kept, resume=str(state))
        assert json.loads((run / "history.json").read_text()) == whole
