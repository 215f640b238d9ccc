"""Half precision is that of the activations and of nothing else; an overflow of fp16 costs a step and no weight."""

import math

import pytest
import torch
from torch.amp import GradScaler

from sapwood.data import TRAIN, load_dataset
from sapwood.errors import ConfigError, InterruptedRun
from sapwood.training import train, tree_lstm
from sapwood.training.optimiser import Step, adamw, take_step
from sapwood.training.precision import HALF, Precision
from sapwood.training.state import Progress, TrainingState
from training.test_optimiser import RECIPES, Regression, batch_of, settings  # noqa: F401 a fixture
from training.test_recipes import settings_of, stop_after

LAYERS = {"tree-lstm": ("encoder.output",), "graphsage": ("encoder.layers.1", "encoder.layers.2")}


def norm_of(learner):
    return float(torch.nn.utils.get_total_norm([weight.grad for weight in learner.parameters()]))


def in_precision(config, recipe, name):
    section = recipe.RECIPE.model.replace("-", "_")
    return settings_of(config, (f"{section}.precision", name), ("backend", "auto" if name in HALF else "kernels"))


def learner_of(engine, config, recipe):
    data = recipe.prepare(load_dataset(engine, config), "cpu")
    torch.manual_seed(0)
    return recipe.Learner(config, data), recipe.make_batch(data, TRAIN, recipe.draws_of(data, 0)[0])


@pytest.mark.parametrize("name", ["float32", *HALF])
@pytest.mark.parametrize("recipe", RECIPES)
def test_activations_are_of_the_type_asked_for_and_vectors_losses_and_gradients_float32(engine, config, recipe, name):
    learner, batch = learner_of(engine, in_precision(config, recipe, name), recipe)
    seen = {}
    for layer in LAYERS[recipe.RECIPE.model]:
        learner.get_submodule(layer).register_forward_hook(
            lambda _module, _given, output, layer=layer: seen.update({layer: output.dtype})
        )
    losses, vectors = learner(batch)
    losses["loss"].backward()
    by_kernels = recipe is tree_lstm and name == "float32"
    assert set(seen.values()) == (set() if by_kernels else {HALF.get(name, torch.float32)})
    assert vectors.anchors.dtype == torch.float32
    assert {loss.dtype for loss in losses.values() if loss is not None} == {torch.float32}
    assert {weight.grad.dtype for weight in learner.parameters() if weight.grad is not None} == {torch.float32}


@pytest.mark.parametrize("name", HALF)
@pytest.mark.parametrize("recipe", RECIPES)
def test_half_precision_comes_near_the_gradients_of_float32(engine, config, recipe, name):
    gradients = {}
    for precision in ("float32", name):
        learner, batch = learner_of(engine, in_precision(config, recipe, precision), recipe)
        learner.eval()(batch)[0]["loss"].backward()
        gradients[precision] = torch.cat(
            [weight.grad.flatten() for weight in learner.parameters() if weight.grad is not None]
        )
    expected = gradients["float32"]
    wrong = torch.linalg.vector_norm(gradients[name] - expected) / torch.linalg.vector_norm(expected)
    assert 0.0 < float(wrong) < (0.05 if name == "bf16" else 0.01)


def test_an_overflow_makes_no_step_and_the_next_one_is_as_if_it_had_not_been(settings):  # noqa: F811
    found = {}
    for overflows in (False, True):
        learner = Regression()
        state = TrainingState(learner, adamw(learner, (), settings), Progress(), "")
        state.scaler = GradScaler("cpu", init_scale=2.0**16)
        if overflows:
            start = {name: weight.detach().clone() for name, weight in learner.named_parameters()}
            hook = learner.head.weight.register_hook(lambda gradient: gradient * torch.inf)
            losses = take_step(learner, state, Step([batch_of(8)]), settings, 0.5)
            hook.remove()
            assert losses["gradient_norm"] is None
            assert math.isfinite(losses["loss"])
            assert all(torch.equal(weight, start[name]) for name, weight in learner.named_parameters())
        take_step(learner, state, Step([batch_of(8)]), settings, 0.5)
        found[overflows] = [weight.detach() for weight in learner.parameters()], state.scaler.get_scale()
    assert found[True][1] == found[False][1] / 2
    for mine, other in zip(found[True][0], found[False][0], strict=True):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize("scaled", [False, True])
def test_gradients_are_clipped_at_their_own_scale(settings, scaled):  # noqa: F811
    learner, clipped = Regression(), settings.model_copy(update={"clip": 1e-3})
    state = TrainingState(learner, adamw(learner, (), clipped), Progress(), "")
    state.scaler = GradScaler("cpu", enabled=scaled)
    losses = take_step(learner, state, Step([batch_of(8)]), clipped, 0.5)
    alone = Regression()
    alone(batch_of(8))[0]["loss"].backward()
    assert losses["gradient_norm"] == pytest.approx(norm_of(alone), rel=1e-5)
    assert norm_of(learner) == pytest.approx(1e-3, rel=1e-3)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_run_in_fp16_resumes_to_the_same_bits_with_its_scale(engine, config, recipe):
    half = in_precision(config, recipe, "fp16")
    whole = train(recipe.RECIPE.model, engine, half)
    stopped = settings_of(half, ("experiment_name", "stopped"))
    with pytest.raises(InterruptedRun):
        train(recipe.RECIPE.model, engine, stopped, **stop_after(3))
    assert train(recipe.RECIPE.model, engine, stopped, resume="last").metrics == whole.metrics


def test_what_a_device_cannot_compute_in_is_refused_by_name(monkeypatch):
    monkeypatch.setattr(Precision, "is_there", lambda self: self.half is not torch.float16)
    assert Precision.of("float32", "cpu").half is None
    with pytest.raises(ConfigError, match=r"fp16.*precision=float32"):
        Precision.of("fp16", "cpu")


def test_a_type_that_a_device_has_no_products_in_is_not_there():
    assert Precision("cpu", torch.bfloat16).is_there()
    assert not Precision("cpu", torch.int8).is_there()
