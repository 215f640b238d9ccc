"""Settings: the defaults, a file over them, `section.key=value` words over both, checked as one.

The defaults live in `conf/default.yaml`, where each one is explained. The classes here give every setting its type and
range and refuse anything else, so a misspelt key never passes in silence.
"""

from __future__ import annotations

import difflib
import re
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any, Literal

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from yaml import YAMLError

from sapwood._core import LANGUAGES
from sapwood.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Self

    from omegaconf import ListConfig
    from pydantic_core import ErrorDetails

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
OpenFraction = Annotated[float, Field(gt=0.0, lt=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]
Count = Annotated[int, Field(ge=1)]
Width = Annotated[int, Field(ge=8)]
Amount = Annotated[int, Field(ge=0)]
Fanout = Annotated[int, Field(ge=-1)]


_EXAMPLE = "tree_lstm.epochs"
_SEE_SETTINGS = "`sapwood tools config` shows all settings"


def _matching(pattern: str, description: str) -> AfterValidator:
    """A check of a whole text against `pattern` whose complaint reads `description`."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(description)
        return text

    return AfterValidator(check)


Name = Annotated[
    str, _matching(r"[A-Za-z0-9][A-Za-z0-9._-]*", "should be letters, digits, `.`, `_` or `-`, a letter or digit first")
]
Device = Annotated[str, _matching(r"auto|cpu|mps|cuda(:\d+)?", "should be auto, cpu, cuda, cuda:N or mps")]


Start = Annotated[str, _matching(r"none|v\d{4,}", "should be none or the name of a version, such as v0001")]


def _known_language(name: str) -> str:
    if name != "all" and name not in LANGUAGES:
        message = f"should be all or some of {', '.join(LANGUAGES)}"
        raise ValueError(message)
    return name


def _listed(value: object) -> object:
    """One name stands for a list of it."""
    return [value] if isinstance(value, str) else value


Language = Annotated[str, AfterValidator(_known_language)]
Languages = Annotated[tuple[Language, ...], Field(strict=False, min_length=1), BeforeValidator(_listed)]


class Section(BaseModel):
    """A group of settings: frozen, strictly typed, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Dirs(Section):
    """Where things are written."""

    runs: Annotated[str, Field(min_length=1)]


class Positives(Section):
    """Which pairs of functions count as alike, and how much each sort of pair weighs."""

    per_name: Count
    min_overlap: Fraction
    independent_weight: NotNegative
    cross_language_weight: NotNegative
    rewrite_weight: Annotated[float, Field(ge=0.0, le=0.3)]
    rewrite_share: Fraction


class Imports(Section):
    """Which modules the imports head can name."""

    vocabulary: Count
    min_count: Count


class Data(Section):
    """Which functions are learned from, and how packages are split."""

    languages: Languages
    max_functions: Count
    min_lines: Count
    max_nodes: Annotated[int, Field(ge=10)]
    validation_fraction: OpenFraction
    test_fraction: OpenFraction
    duplicate_threshold: Annotated[float, Field(gt=0.0, le=1.0)]
    max_mutants: Amount
    outcomes: str | None
    examples: str | None
    trees: str | None
    permute_labels: bool
    positives: Positives
    imports: Imports

    @model_validator(mode="after")
    def _some_packages_are_left_for_training(self) -> Self:
        if self.validation_fraction + self.test_fraction >= 1.0:
            message = (
                "`validation_fraction` and `test_fraction` together must leave packages to train on (a sum below 1)"
            )
            raise ValueError(message)
        return self


class Phase(Section):
    """A part of the training with negatives of its own."""

    enabled: bool
    share: Fraction


class HardNegatives(Phase):
    """How hard negatives are mined."""

    per_anchor: Count
    margin: Annotated[float, Field(ge=-2.0, le=2.0)]
    batch_share: Fraction
    siblings: bool


class FalseNegatives(Phase):
    """How likely false negatives are found."""

    clusters: Annotated[int, Field(ge=2)]
    every: Count
    hard_negatives: bool


class Curriculum(Section):
    """What training asks for when."""

    siblings: Phase
    hard_negatives: HardNegatives
    false_negatives: FalseNegatives

    @model_validator(mode="after")
    def _shares_fit_into_the_training(self) -> Self:
        if self.siblings.share + self.hard_negatives.share + self.false_negatives.share > 1.0 + 1e-9:
            message = "the shares of the three phases must fit into the training (a sum of at most 1)"
            raise ValueError(message)
        return self


class GraphSageModel(Section):
    """Shape of the graph model."""

    hidden: Width
    output: Width
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)]
    residual: bool
    layer_norm: bool


class LossWeights(Section):
    """Weight of each head's loss in the graph model."""

    code: NotNegative
    confidence: NotNegative
    imports: NotNegative
    bugs: NotNegative


class Regularisation(Section):
    """Weights of the terms that spread vectors in space."""

    uniformity: NotNegative
    variance: NotNegative
    gaussian: NotNegative


class Recipe(Section):
    """What the training of both models has in common."""

    epochs: Count
    batch_size: Annotated[int, Field(ge=2)]
    learning_rate: Positive
    base_rate: Fraction
    schedule: Literal["cosine", "plateau", "constant"]
    warm_up: Annotated[float, Field(ge=0.0, lt=1.0)]
    lowest_rate: Fraction
    plateau_patience: Amount
    plateau_factor: OpenFraction
    start_from: Start
    freeze_base: bool
    accumulation: Count
    precision: Literal["float32", "bf16", "fp16"]
    gradient_checkpointing: bool
    compile: Literal["auto"] | bool
    weight_decay: NotNegative
    clip: Positive
    patience: Count
    loss: Literal["info_nce", "sup_con", "margin", "triplet"]
    margin: Positive
    temperature: Positive
    regularisation: Regularisation
    focal_gamma: NotNegative
    budget_seconds: NotNegative
    save_every_seconds: NotNegative
    checkpoint_every: Amount
    checkpoint_epochs: Amount

    @model_validator(mode="after")
    def _what_is_frozen_was_trained(self) -> Self:
        if self.freeze_base and self.start_from == "none":
            message = "`freeze_base` keeps the base as it is, and random weights are no base: set `start_from` too"
            raise ValueError(message)
        return self


class GraphSage(Recipe):
    """Training of the graph model."""

    model: GraphSageModel
    fanouts: Annotated[tuple[Fanout, Fanout, Fanout], Field(strict=False)]
    loss_weights: LossWeights


class TreeLstmModel(Section):
    """Shape of the tree model."""

    vocabulary: Annotated[int, Field(ge=512)]
    embedding: Width
    hidden: Width
    output: Width


class TreeLstm(Recipe):
    """Training of the tree model."""

    model: TreeLstmModel
    anonymous_share: Fraction
    statement_weight: NotNegative
    bug_share: Fraction
    max_pairs: Count


class Bugs(Section):
    """How frequent mistakes are."""

    prevalence: OpenFraction


class Evaluation(Section):
    """Whether versions are measured before they are published, how much is evaluated, and at which ranks."""

    before_publishing: bool
    max_queries: Count
    max_candidates: Annotated[int, Field(ge=2)]
    max_files: Count
    max_mutants: Count
    recall_at: Annotated[tuple[Count, ...], Field(strict=False, min_length=1)]


class Config(Section):
    """All settings, resolved."""

    experiment_name: Name
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    device: Device
    threads: Amount
    backend: Literal["auto", "kernels", "torch"]
    dirs: Dirs
    data: Data
    curriculum: Curriculum
    graphsage: GraphSage
    tree_lstm: TreeLstm
    bugs: Bugs
    evaluation: Evaluation


def load_config(file: Path | None = None, overrides: Sequence[str] = ()) -> Config:
    """Resolve the settings.

    Args:
        file: A YAML file whose values are laid over the defaults.
        overrides: Words of the form `section.key=value`, laid over both; values are read as YAML.

    Raises:
        ConfigError: An unknown key, a value of the wrong type or out of range, or a file that can't be read.
    """
    defaults = OmegaConf.create(default_yaml())
    layers = [defaults]
    if file is not None:
        layers.append(_known(_read(file), defaults, f" in {file}"))
    layers.append(_known(_parse(overrides), defaults, ""))
    try:
        values = OmegaConf.to_container(OmegaConf.merge(*layers), resolve=True)
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_sentence(error, _settings(defaults))) from None
    except OmegaConfBaseException as error:
        message = f"the settings cannot be merged: {_first_line(error)}; {_SEE_SETTINGS}"
        raise ConfigError(message) from None


def resolved_yaml(config: Config) -> str:
    """The settings as YAML that `load_config` reads back to the same value."""
    return yaml_of(config.model_dump(mode="json"))


def yaml_of(values: dict[str, Any]) -> str:
    """Some settings, in their sections, as YAML for `load_config`."""
    return OmegaConf.to_yaml(OmegaConf.create(values))


def changes(config: Config) -> dict[str, Any]:
    """The settings that differ from the defaults, in their sections; `load_config` makes the same of them."""
    return _difference(config.model_dump(mode="json"), load_config().model_dump(mode="json"))


def _difference(values: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for key, value in values.items():
        if isinstance(value, dict):
            if inside := _difference(value, defaults[key]):
                found[key] = inside
        elif value != defaults[key]:
            found[key] = value
    return found


def default_yaml() -> str:
    """The text of `conf/default.yaml`, comments and all."""
    return resources.files("sapwood").joinpath("conf/default.yaml").read_text(encoding="utf-8")


def _read(file: Path) -> DictConfig:
    try:
        read = OmegaConf.create(file.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"cannot read the configuration file {file}: {error.strerror}; check the path given to --config"
        raise ConfigError(message) from None
    except (YAMLError, UnicodeDecodeError, OmegaConfBaseException) as error:
        message = f"{file} is not a YAML file: {_first_line(error)}; write `section: {{key: value}}` lines"
        raise ConfigError(message) from None
    if not isinstance(read, DictConfig):
        message = f"{file} must hold `section: {{key: value}}` settings; see `sapwood tools config` for an example"
        raise ConfigError(message)
    return read


def _parse(overrides: Sequence[str]) -> DictConfig:
    for word in overrides:
        key, equals, _ = word.partition("=")
        if not equals or not key:
            settings = _settings(OmegaConf.create(default_yaml()))
            example = _example(word if word in settings else _EXAMPLE, settings)
            message = f"`{word}` is not of the form section.key=value; write for example `{example}`"
            raise ConfigError(message)
    try:
        return OmegaConf.from_dotlist(list(overrides))
    except (YAMLError, OmegaConfBaseException) as error:
        message = f"cannot read the overrides: {_first_line(error)}; give each value as YAML, text in quotes"
        raise ConfigError(message) from None


def _known(layer: DictConfig, defaults: DictConfig | ListConfig, where: str) -> DictConfig:
    settings = _settings(defaults)
    for key, value in _leaves(OmegaConf.to_container(layer)):
        if key in settings:
            continue
        raise ConfigError(_unknown(key, value, settings, where))
    return layer


def _settings(defaults: DictConfig | ListConfig) -> dict[str, Any]:
    """The default of each setting, by its dotted key."""
    return dict(_leaves(OmegaConf.to_container(defaults)))


def _leaves(values: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted key and value of each setting; an empty section counts as one."""
    if not isinstance(values, dict) or (prefix and not values):
        yield prefix, values
        return
    for key, value in values.items():
        yield from _leaves(value, f"{prefix}.{key}" if prefix else str(key))


def _unknown(key: str, value: Any, settings: Mapping[str, Any], where: str) -> str:
    inside = [setting for setting in settings if setting.startswith(f"{key}.")]
    if inside:
        return f"`{key}` is a section{where} and cannot be {value!r}; set one of its keys, such as `{inside[0]}`"
    if homes := [setting for setting in settings if setting.endswith(f".{key}")]:
        return f"unknown setting `{key}`{where}; name its section, too: {' or '.join(f'`{home}`' for home in homes)}"
    return f"unknown setting `{key}`{where}; the nearest one is `{_nearest(key, settings)}`"


def _nearest(key: str, settings: Mapping[str, Any]) -> str:
    """The known key most like `key`, by whole name and by last part, so that a forgotten section is found too."""

    def likeness(setting: str) -> float:
        whole = difflib.SequenceMatcher(None, key, setting).ratio()
        last = difflib.SequenceMatcher(None, key.rpartition(".")[2], setting.rpartition(".")[2]).ratio()
        return whole + last

    return max(settings, key=likeness)


def _sentence(error: ValidationError, settings: Mapping[str, Any]) -> str:
    details = error.errors(include_url=False)
    keys = dict.fromkeys(".".join(part for part in detail["loc"] if isinstance(part, str)) for detail in details)
    examples = [f"`{_example(key, settings)}`" for key in keys if key in settings]
    fix = f"write for example {', '.join(examples)}" if examples else _SEE_SETTINGS
    return f"{', '.join(_complaint(detail) for detail in details)}; {fix}"


def _example(key: str, settings: Mapping[str, Any]) -> str:
    """A setting with its default, as a word of the command line."""
    value = settings[key]
    shown = "null" if value is None else str(value).replace(" ", "")
    return f"{key}={shown.lower() if isinstance(value, bool) else shown}"


def _complaint(detail: ErrorDetails) -> str:
    key = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "missing":
        return f"`{key}` is missing: the list is too short"
    if detail["type"] == "too_long":
        return f"`{key}` is too long: {detail['ctx']['actual_length']} values, not {detail['ctx']['max_length']}"
    if detail["type"] == "tuple_type":
        return f"`{key}` should be a list, not {_shown(detail['input'])}"
    what = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"`{key}` {what[0].lower()}{what[1:]}, not {_shown(detail['input'])}"


def _shown(value: Any) -> str:
    return "these values" if isinstance(value, dict) else repr(value)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
