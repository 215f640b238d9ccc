"""All tasks for one model, with unlearned methods in the same tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sapwood.data import PYTHON, TRAIN, learned_languages, load_dataset
from sapwood.errors import BadInputError
from sapwood.evaluation import bugs, imports
from sapwood.evaluation.learned import LearnedGuesser, LearnedJudge, vectors
from sapwood.evaluation.material import Material
from sapwood.evaluation.methods import Fused, Structure, token_baselines
from sapwood.evaluation.results import write_json
from sapwood.inference import GraphPredictor, Predictor
from sapwood.models.graphsage import BUGS, IMPORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sapwood import _core
    from sapwood.config import Config
    from sapwood.data import Dataset
    from sapwood.evaluation.methods import Method, Vectors
    from sapwood.evaluation.results import Result
    from sapwood.evaluation.retrieval import Search

    Tell = Callable[[str], object]

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
    tell: Tell = lambda _: None,
    dataset: Dataset | None = None,
) -> list[Result]:
    """Measure the serving version of a model on held-out packages.

    Args:
        engine: a workspace with an index and a published version of the model.
        config: settings; the split must be the one that was trained with.
        model: its name.
        baselines: also measure unlearned methods.
        tell: is given a sentence before each task.
        dataset: the data set, where it was loaded already.

    Raises:
        NoModelError: nothing serves.
        BadInputError: the version was trained on another split, so "held out" would not be true of it.
    """
    predictor = Predictor.load(engine, model)
    index = engine.index_data()
    manifest = engine.versions.show(model, predictor.version)
    require_same_split(manifest, index.fingerprint, config, set(index.file_languages))
    return measure(predictor, Material(dataset or load_dataset(engine, config), config), tell, baselines=baselines)


def measure(predictor: Predictor, material: Material, tell: Tell, *, baselines: bool) -> list[Result]:
    """Measure a version, published or about to be, on every task that its heads can answer."""
    results: list[Result] = []
    learned = vectors(predictor)
    for search in material.searches():
        tell(f"evaluates on held-out packages: {search.table.task.lower()}, {len(search.queries)} queries")
        results += _searched(learned, material, search, baselines=baselines)
    if isinstance(predictor, GraphPredictor) and IMPORTS in predictor.heads_for(PYTHON):
        tell("evaluates on held-out packages: predict the imported modules")
        results += _imports(predictor, material, baselines=baselines)
    if BUGS in predictor.trained_heads:
        tell("evaluates on held-out packages: tell injected mistakes from originals")
        results += _bugs(predictor, material, baselines=baselines)
    return results


def require_same_split(manifest: Mapping[str, Any], fingerprint: str, config: Config, indexed: Collection[str]) -> None:
    """Refuse to call packages held out that a version may have been trained on; ``indexed`` are the index's languages.

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
    differing += ["data.languages"] if _languages_differ(trained["data"], config, indexed) else []
    differing += ["seed"] if trained["seed"] != asked["seed"] else []
    if differing:
        message = (
            f"{name} was trained with other settings of {', '.join(differing)}, so it may have seen what is held out; "
            "evaluate with --config and the config.yaml of that version"
        )
        raise BadInputError(message)


def _languages_differ(trained: Mapping[str, Any], config: Config, indexed: Collection[str]) -> bool:
    """Whether packages were laid out for other languages; versions from before that setting knew Python alone."""
    if "languages" not in trained:
        return set(indexed) != {PYTHON}
    before = config.data.model_copy(update={"languages": tuple(trained["languages"])})
    return set(learned_languages(before)) & set(indexed) != set(learned_languages(config.data)) & set(indexed)


def store(engine: _core.Engine, model: str, results: Sequence[Result]) -> Path:
    """Write results to ``evaluations/<model>-<version>.json`` in the workspace and return that file."""
    version = engine.versions.aliases(model)["serving"]
    path = Path(engine.workspace_path) / "evaluations" / f"{model}-{version}.json"
    write_json(path, results, model=model, version=version, data=engine.index_data().fingerprint)
    return path


def _searched(learned: Vectors, material: Material, search: Search, *, baselines: bool) -> list[Result]:
    limits, seed = material.config.evaluation.recall_at, material.config.seed
    methods: list[Method] = [learned]
    if baselines:
        methods += [Fused(Structure(), learned), Structure(), *token_baselines()]
    rows = [row for method in methods for row in search.results(method, limits)]
    return rows + search.control(learned, limits, seed)


def _imports(predictor: GraphPredictor, material: Material, *, baselines: bool) -> list[Result]:
    vocabulary = [predictor.modules[column].name for column in predictor.columns_of(PYTHON).tolist()]
    held_out, fitting = material.held_out_files(vocabulary)
    table = imports.import_table(held_out)
    guesses = imports.Guesses.of(LearnedGuesser(predictor.model, predictor), held_out, fitting)
    rows = guesses.results(table)
    training = material.files(TRAIN, vocabulary)
    if baselines and training.texts:
        for unlearned in (imports.Popularity.fit(training), imports.NearestFiles.fit(training)):
            rows += imports.Guesses.of(unlearned, held_out, fitting).results(table)
    return rows + guesses.control(table, material.config.seed)


def _bugs(predictor: Predictor, material: Material, *, baselines: bool) -> list[Result]:
    pairs = material.mistakes()
    table = bugs.pair_table(pairs)
    verdicts = bugs.Verdicts.of(LearnedJudge(predictor.model, predictor), pairs)
    rows = verdicts.results(table)
    if baselines:
        rarity = bugs.Rarity.fit(material.training_functions())
        rows += bugs.Verdicts.of(rarity, pairs).results(table) + bugs.chance(pairs, table)
    return rows + verdicts.control(table, material.config.seed)
