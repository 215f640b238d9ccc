"""Settings: what is unknown or wrong never passes in silence."""

import re
from pathlib import Path

import pytest
import yaml

import sapwood
from sapwood.config import Config, changes, default_yaml, load_config, resolved_yaml, yaml_of
from sapwood.errors import ConfigError

PACKAGE = Path(sapwood.__file__).parent


def leaves(values, prefix=""):
    for key, value in values.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


SETTINGS = list(leaves(yaml.safe_load(default_yaml())))


def test_defaults_are_valid():
    assert load_config() == Config.model_validate(yaml.safe_load(default_yaml()))


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_explained(setting):
    key = setting.rpartition(".")[2]
    lines = [line for line in default_yaml().splitlines() if re.match(rf"\s*{key}:", line)]
    assert lines
    assert all("#" in line for line in lines if not line.rstrip().endswith(":"))


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_used(setting):
    """A setting that nothing reads would be a promise that is not kept."""
    *sections, key = setting.split(".")
    # A group below a section may be read as a whole.
    whole = rf"|\.{sections[-1]}\.model_dump\b" if len(sections) > 1 else ""
    read = re.compile(rf"\.{key}\b{whole}")
    files = [file for file in PACKAGE.rglob("*.py") if file.name != "config.py"]
    assert any(read.search(file.read_text(encoding="utf-8")) for file in files), f"nothing reads {setting}"


def test_what_is_saved_reads_back_the_same(tmp_path):
    config = load_config(overrides=["tree_lstm.epochs=3", "graphsage.fanouts=[1,0,-1]", "seed=7"])
    file = tmp_path / "config.yaml"
    file.write_text(resolved_yaml(config), encoding="utf-8")
    assert load_config(file) == config


def test_overrides_win_over_the_file_and_the_file_over_the_defaults(tmp_path):
    file = tmp_path / "my.yaml"
    file.write_text("seed: 1\ntree_lstm: {epochs: 2, margin: 0.5}\n", encoding="utf-8")
    config = load_config(file, ["tree_lstm.epochs=5"])
    assert (config.seed, config.tree_lstm.epochs, config.tree_lstm.margin) == (1, 5, 0.5)
    assert config.tree_lstm.batch_size == load_config().tree_lstm.batch_size


@pytest.mark.parametrize(
    ("override", "named"),
    [
        ("tree_lstm.epoch=3", ["tree_lstm.epoch", "tree_lstm.epochs"]),
        ("epochs=3", ["epochs", ".epochs"]),
        ("tree_lstm.modle.hidden=3", ["tree_lstm.modle.hidden", "tree_lstm.model.hidden"]),
        ("sed=3", ["sed", "seed"]),
        ("tree_lstm.epochs.x=3", ["tree_lstm.epochs.x", "tree_lstm.epochs"]),
        ("tree_lstm=3", ["tree_lstm", "tree_lstm.model.vocabulary"]),
        ("tree_lstm.epochs=abc", ["tree_lstm.epochs", "integer", "'abc'"]),
        ("tree_lstm.epochs=1.5", ["tree_lstm.epochs", "integer", "1.5"]),
        ("tree_lstm.epochs=0", ["tree_lstm.epochs", "greater than or equal to 1"]),
        ("tree_lstm.learning_rate=.nan", ["tree_lstm.learning_rate", "finite"]),
        ("tree_lstm.loss=hinge", ["tree_lstm.loss", "'info_nce', 'sup_con', 'margin' or 'triplet'"]),
        ("graphsage.fanouts=[1,2]", ["graphsage.fanouts", "too short"]),
        ("graphsage.model.layer_norm=3", ["graphsage.model.layer_norm", "boolean"]),
        ("data.test_fraction=0.95", ["data", "validation_fraction", "below 1"]),
        ("device=gpu", ["device", "cuda", "'gpu'"]),
        ("experiment_name=../up", ["experiment_name", "letters"]),
        ("seed=[1", ["overrides"]),
        ("seed=${nothing}", ["nothing"]),
        ("seed", ["seed", "section.key=value"]),
    ],
)
def test_a_wrong_override_names_its_key_and_the_remedy(override, named):
    with pytest.raises(ConfigError) as raised:
        load_config(overrides=[override])
    assert raised.value.code == "bad_config"
    assert "\n" not in str(raised.value)
    assert str(raised.value).count("; ") == 1, "one sentence, then its remedy"
    for words in named:
        assert words in str(raised.value)


@pytest.mark.parametrize("override", ["seed", "seed=two", "graphsage.fanouts=[1,2]", "data.permute_labels=3"])
def test_the_example_of_a_wrong_value_is_right(override):
    with pytest.raises(ConfigError) as raised:
        load_config(overrides=[override])
    example = str(raised.value).rpartition("; ")[2].split("`")[1]
    assert example.partition("=")[0] == override.partition("=")[0]
    assert load_config(overrides=[example]) == load_config()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("tree_lstm: {epoch: 3}", "tree_lstm.epochs"),
        ("- a list", "section"),
        ("a: [", "YAML"),
        ("seed: yes please", "seed"),
    ],
)
def test_a_wrong_file_is_named(tmp_path, text, named):
    file = tmp_path / "my.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=named):
        load_config(file)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="--config"):
        load_config(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("overrides", "changed"),
    [
        ([], {}),
        (["seed=42"], {}),  # the default, said aloud
        (["seed=7", "tree_lstm.model.hidden=64"], {"seed": 7, "tree_lstm": {"model": {"hidden": 64}}}),
        (["graphsage.fanouts=[5,5,5]"], {"graphsage": {"fanouts": [5, 5, 5]}}),
    ],
)
def test_what_was_changed_makes_the_same_settings_again(overrides, changed, tmp_path):
    config = load_config(overrides=overrides)
    assert changes(config) == changed
    file = tmp_path / "my.yaml"
    file.write_text(yaml_of(changes(config)))
    assert load_config(file) == config
