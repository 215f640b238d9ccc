"""All tasks for one model or for all that serve, with unlearned methods in the same tables."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sapwood.data import TRAIN, load_dataset
from sapwood.errors import BadInputError, NoModelError
from sapwood.evaluation import bugs, imports
from sapwood.evaluation.learned import LearnedGuesser, LearnedJudge, vectors
from sapwood.evaluation.material import Material
from sapwood.evaluation.methods import Fused, Structure, token_baselines
from sapwood.evaluation.results import Table, write_json
from sapwood.inference import Predictor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sapwood import _core
    from sapwood.config import Config
    from sapwood.data import Dataset
    from sapwood.evaluation.methods import Method
    from sapwood.evaluation.results import Result
    from sapwood.evaluation.retrieval import Search

    Sink = Callable[[Mapping[str, Any]], object]

MODELS: Final = ("tree-lstm", "graphsage")
ALL: Final = "all"
"""In place of a model name: every model that serves, in the same tables."""

_SPLIT_SETTINGS: Final = (
    "max_functions",
    "min_lines",
    "max_nodes",
    "validation_fraction",
    "test_fraction",
    "duplicate_threshold",
)
"""Settings, beside the seed, that decide which packages are held out."""


def evaluate(
    engine: _core.Engine,
    config: Config,
    model: str,
    *,
    baselines: bool = True,
    on_event: Sink | None = None,
    dataset: Dataset | None = None,
) -> list[Result]:
    """Measure what serves on held-out packages.

    Args:
        engine: a workspace with an index and at least one published version.
        config: settings; the split must be the one that was trained with.
        model: a model name, or "all".
        baselines: also measure unlearned methods.
        on_event: told what is being measured, as ``{"event": "message", "message": ...}``.
        dataset: the data set, where it was loaded already.

    Raises:
        NoModelError: nothing serves.
        BadInputError: a version was trained on another split, so "held out" would not be true of it.
    """
    predictors = load_predictors(engine, MODELS if model == ALL else (model,))
    for name, predictor in predictors.items():
        require_same_split(engine.versions.show(name, predictor.version), engine.index_data().fingerprint, config)
    material = Material(dataset or load_dataset(engine, config), config)
    tell = _teller(on_event)
    results = _retrieval(material, predictors, tell, baselines=baselines)
    tell("evaluating: predict imports")
    results += _imports(material, predictors, baselines=baselines)
    tell("evaluating: tell mistakes")
    return results + _bugs(material, predictors, baselines=baselines)


def load_predictors(engine: _core.Engine, models: Sequence[str]) -> dict[str, Predictor]:
    """Load what serves; a missing model is an error only where nothing is left."""
    loaded: dict[str, Predictor] = {}
    missing: NoModelError | None = None
    for name in models:
        try:
            loaded[name] = Predictor.load(engine, name)
        except NoModelError as error:
            missing = error
    if not loaded and missing is not None:
        raise missing
    return loaded


def require_same_split(manifest: Mapping[str, Any], fingerprint: str, config: Config) -> None:
    """Refuse to call packages held out that a version may have been trained on.

    Raises:
        BadInputError: the sources, the seed or a setting that the split hangs on differ from the version's.
    """
    name = f"{manifest['model']} {manifest['version']}"
    if manifest["data"]["fingerprint"] != fingerprint:
        message = (
            f"the sources were indexed anew since {name} was trained, so it may have seen what is held out now; "
            f"train again with: sapwood train {manifest['model']}"
        )
        raise BadInputError(message)
    trained, asked = manifest["config"], config.model_dump(mode="json")
    differing = [f"data.{key}" for key in _SPLIT_SETTINGS if trained["data"][key] != asked["data"][key]]
    differing += ["seed"] if trained["seed"] != asked["seed"] else []
    if differing:
        message = (
            f"{name} was trained with other settings of {', '.join(differing)}, so it may have seen what is held out; "
            "evaluate with --config and the config.yaml of that version"
        )
        raise BadInputError(message)


def store(engine: _core.Engine, model: str, results: Sequence[Result]) -> Path:
    """Write results to ``evaluations/<model>-<version>.json`` in the workspace and return that file."""
    names = MODELS if model == ALL else (model,)
    aliases = {name: engine.versions.aliases(name) for name in names}
    serving = {name: of_model["serving"] for name, of_model in aliases.items() if "serving" in of_model}
    label = "-".join(f"{name}-{version}" for name, version in serving.items()) or model
    path = Path(engine.workspace_path) / "evaluations" / f"{label}.json"
    write_json(path, results, model=model, versions=serving, data=engine.index_data().fingerprint)
    return path


def as_json(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Give the rows as plain values."""
    return [asdict(result) for result in results]


def _teller(on_event: Sink | None) -> Callable[[str], None]:
    def tell(message: str) -> None:
        if on_event is not None:
            on_event({"event": "message", "message": message})

    return tell


def _retrieval(
    material: Material, predictors: Mapping[str, Predictor], tell: Callable[[str], None], *, baselines: bool
) -> list[Result]:
    learned: list[Method] = [vectors(predictor, name) for name, predictor in predictors.items()]
    fused: list[Method] = [Fused(Structure(), learned[0])]
    unlearned: list[Method] = [Structure(), *token_baselines()] if baselines else []
    rows: list[Result] = []
    for search in material.searches():
        tell(f"evaluating: {search.table.task.lower()}")
        rows += _searched(material.config, search, [*learned, *fused, *unlearned])
    return rows


def _searched(config: Config, search: Search, methods: Sequence[Method]) -> list[Result]:
    cutoffs = config.evaluation.recall_at
    rows = [row for method in methods for row in search.results(method, cutoffs)]
    return rows + search.control(methods[0], cutoffs, config.seed)


def _imports(material: Material, predictors: Mapping[str, Predictor], *, baselines: bool) -> list[Result]:
    guessers = [LearnedGuesser(name, of) for name, of in predictors.items() if "imports" in of.trained_heads]
    if not guessers:
        return _untrained("Predict the imported modules", "imports", predictors)
    vocabulary = guessers[0].predictor.import_names
    held_out, fitting = material.held_out_files(vocabulary)
    table = imports.import_table(held_out)
    guesses = [imports.Guesses.of(guesser, held_out, fitting) for guesser in guessers]
    rows = [row for guess in guesses for row in guess.results(table)]
    if baselines:
        popularity = imports.Popularity.fit(material.files(TRAIN, vocabulary))
        rows += imports.Guesses.of(popularity, held_out, fitting).results(table)
    return rows + guesses[0].control(table, material.config.seed)


def _bugs(material: Material, predictors: Mapping[str, Predictor], *, baselines: bool) -> list[Result]:
    judges = [LearnedJudge(name, of) for name, of in predictors.items() if "bugs" in of.trained_heads]
    if not judges:
        return _untrained("Tell an injected mistake from the original", "bugs", predictors)
    pairs = material.mistakes()
    table = bugs.pair_table(pairs)
    verdicts = [bugs.Verdicts.of(judge, pairs) for judge in judges]
    rows = [row for verdict in verdicts for row in verdict.results(table)]
    if baselines:
        rarity = bugs.Rarity.fit(material.training_functions())
        rows += bugs.Verdicts.of(rarity, pairs).results(table) + bugs.chance(pairs, table)
    return rows + verdicts[0].control(table, material.config.seed)


def _untrained(task: str, head: str, predictors: Mapping[str, Predictor]) -> list[Result]:
    table = Table(task, "none", "none")
    note = f"no trained {head} head"
    return [table.missing(name, head, 0, note, is_baseline=False) for name in predictors]
