"""A run can start from a version, keep its base, and train what is on top of it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sapwood.config import load_config
from sapwood.errors import BadInputError, ConfigError, InterruptedRun, UnknownVersionError
from sapwood.inference import LABELS
from sapwood.training import MODELS, graphsage, train, tree_lstm
from sapwood.training.run_folder import STATE
from training.conftest import SMALL
from training.test_recipes import settings_of, stop_after

BASE = {recipe.RECIPE.model: recipe.BASE for recipe in (graphsage, tree_lstm)}


def with_settings(config, model, **changes):
    section = model.replace("-", "_")
    return settings_of(config, *((f"{section}.{name}", value) for name, value in changes.items()))


def weights_of(run):
    return {
        name.removeprefix("model."): weight
        for name, weight in load_file(run.run_dir / STATE).items()
        if name.startswith("model.")
    }


@pytest.fixture(params=MODELS)
def model(request):
    return request.param


def test_a_frozen_base_keeps_its_bits_and_what_is_on_top_of_it_learns(engine, config, model):
    first = weights_of(train(model, engine, config))
    # Weights of the best epoch are published.
    published = load_file(f"{engine.versions.path(model)}/weights.safetensors")
    second = train(model, engine, with_settings(config, model, start_from="v0001", freeze_base=True))
    kept, moved = set(), set()
    for name, weight in weights_of(second).items():
        before = published.get(name.removeprefix("encoder."), first[name])
        (kept if torch.equal(weight, before) else moved).add(name)
    assert {name for name in first if name.startswith(BASE[model])} <= kept
    # The confidence head had nothing to learn from.
    assert {name for name in first if not name.startswith(BASE[model]) and ".confidence." not in name} == moved
    assert engine.versions.show(model, second.version)["parent"] == "v0001"


def test_a_base_at_the_rate_zero_is_a_frozen_one(engine, config, model):
    train(model, engine, config)
    loose = with_settings(config, model, start_from="v0001", clip=1e9)
    frozen = weights_of(train(model, engine, with_settings(loose, model, freeze_base=True)))
    still = weights_of(train(model, engine, with_settings(loose, model, base_rate=0.0)))
    for name, weight in frozen.items():
        if name.startswith(BASE[model]):
            assert torch.equal(weight, still[name]), name
        torch.testing.assert_close(weight, still[name], atol=1e-4, rtol=1e-4)


def test_a_run_from_a_version_starts_where_that_ended_and_keeps_its_labels(engine, config, model):
    train(model, engine, config)
    still = with_settings(config, model, start_from="v0001", learning_rate=1e-12, epochs=1)
    train(model, engine, still)
    folders = [Path(engine.versions.path(model, version)) for version in ("v0001", "v0002")]
    first, second = (load_file(folder / "weights.safetensors") for folder in folders)
    assert first.keys() == second.keys()
    for name, weight in first.items():
        if not name.startswith("whitening."):
            torch.testing.assert_close(second[name], weight, atol=1e-6, rtol=0)
    labels = [(folder / LABELS[model]).read_bytes() for folder in folders]
    assert labels[0] == labels[1]


def test_a_run_with_a_frozen_base_resumes_to_the_same_bits(engine, config, model):
    train(model, engine, config)
    frozen = with_settings(config, model, start_from="v0001", freeze_base=True)
    whole = train(model, engine, frozen)
    stopped = settings_of(frozen, ("experiment_name", "stopped"))
    with pytest.raises(InterruptedRun):
        train(model, engine, stopped, **stop_after(int(np.ceil(whole.metrics["steps"] / 2))))
    resumed = train(model, engine, stopped, resume="last")
    assert resumed.metrics == whole.metrics
    first, second = weights_of(whole), weights_of(resumed)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_version_that_is_not_there_or_of_another_shape_is_refused(engine, config, model):
    with pytest.raises(UnknownVersionError, match="v0001"):
        train(model, engine, with_settings(config, model, start_from="v0001"))
    train(model, engine, config)
    wider = settings_of(
        with_settings(config, model, start_from="v0001"), (f"{model.replace('-', '_')}.model.hidden", 24)
    )
    with pytest.raises(BadInputError, match=r"another shape.*start_from=none"):
        train(model, engine, wider)


def test_random_weights_are_not_frozen(model):
    with pytest.raises(ConfigError, match="start_from"):
        load_config(None, [*SMALL, f"{model.replace('-', '_')}.freeze_base=true"])
    with pytest.raises(ConfigError, match="none or the name of a version"):
        load_config(None, [f"{model.replace('-', '_')}.start_from=serving"])
