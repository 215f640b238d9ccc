"""A run on each device that is here, the CPU among them: it learns, agrees with the CPU, and goes on after a stop."""

import pytest
import torch

from sapwood.data import TRAIN, load_dataset
from sapwood.errors import InterruptedRun
from sapwood.training import train
from sapwood.training.computing import set_up
from sapwood.training.device import DeviceChoice, release_memory, self_test
from sapwood.training.precision import HALF, Precision
from training.test_optimiser import RECIPES
from training.test_recipes import settings_of, stop_after

PRESENT = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}


@pytest.fixture(params=PRESENT)
def place(request):
    """A device, with torch's operations."""
    if not PRESENT[request.param]:
        pytest.skip(f"there is no {request.param} device here")
    return DeviceChoice(request.param, 1, "torch", "")


def on(config, place, *changes):
    return settings_of(config, ("device", place.device), ("backend", "torch"), *changes)


def gradients_of_batch(engine, config, recipe, place):
    """Loss and gradients of a batch without dropout, on the CPU."""
    data = recipe.prepare(load_dataset(engine, config), place.device)
    torch.manual_seed(0)
    learner = recipe.Learner(config, data).to(place.device).eval()
    set_up(learner, place, recipe.RECIPE.settings(config))
    loss = learner(recipe.make_batch(data, TRAIN, recipe.draws_of(data, 0)[0]))[0]["loss"]
    loss.backward()
    found = {name: weight.grad.cpu() for name, weight in learner.named_parameters() if weight.grad is not None}
    return float(loss.detach()), found


def test_a_device_passes_the_self_test(place):
    assert self_test(place)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_batch_has_the_gradients_of_the_cpu(engine, config, recipe, place):
    here = DeviceChoice("cpu", 1, "torch", "")
    expected_loss, expected = gradients_of_batch(engine, config, recipe, here)
    loss, gradients = gradients_of_batch(engine, config, recipe, place)
    assert loss == pytest.approx(expected_loss, rel=1e-4)
    assert gradients.keys() == expected.keys()
    for name, gradient in expected.items():
        scale = float(gradient.abs().max().clamp(min=1e-6))
        torch.testing.assert_close(gradients[name] / scale, gradient / scale, atol=1e-3, rtol=0)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_run_learns_stops_and_goes_on(engine, config, recipe, place):
    model = recipe.RECIPE.model
    stopped = on(config, place)
    with pytest.raises(InterruptedRun):
        train(model, engine, stopped, **stop_after(2))
    result = train(model, engine, stopped, resume="last")
    manifest = engine.versions.show(model, result.version)
    assert (manifest["training"]["device"], manifest["training"]["backend"]) == (place.device, "torch")
    assert result.metrics["train_loss"] > 0.0


@pytest.mark.parametrize("name", HALF)
@pytest.mark.parametrize("recipe", RECIPES)
def test_half_precision_trains(engine, config, recipe, place, name):
    if not Precision(place.device, HALF[name]).is_there():
        pytest.skip(f"{place.device} does not compute in {name} here")
    section = recipe.RECIPE.model.replace("-", "_")
    half = on(config, place, (f"{section}.precision", name), (f"{section}.epochs", 1))
    assert train(recipe.RECIPE.model, engine, half).metrics["train_loss"] > 0.0


def test_memory_is_given_back(place):
    torch.ones(1024, device=place.device)
    release_memory(place.device)
