"""Examples made once and kept: what both recipes prepare before the first step, for training and for anyone else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sapwood import _core
from sapwood.data import SOURCES, SPLITS, Dataset, Mutants, Pairs, go_on, load_dataset, mutants_of_split
from sapwood.data.fingerprint import fingerprint_of
from sapwood.data.kept import Kept, columns_of, open_kept, read_manifest, write_examples
from sapwood.data.outcomes import outcomes_of
from sapwood.errors import BadInputError
from sapwood.training.batches import Views, make_views, pairs_of_split
from sapwood.training.card import examples_card

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sapwood.config import Config
    from sapwood.data import HeedStop
    from sapwood.data.kept import Columns

    Say = Callable[[str], None]

_NO_COLUMNS = ("index", "config", "dropped", "kept")
"""Fields of a data set that are no columns; of the others, those that begin with `file` have an entry a file."""
MOST_CHANGES = 3
"""Settings that a message names."""


@dataclass(frozen=True)
class Examples:
    """Everything of a data set that is made by work: rewrites with the views of all texts, and mutants by split."""

    dataset: Dataset
    views: Views
    mutants: dict[str, Mutants]


@dataclass(frozen=True)
class Prepared:
    """Where examples are, what they hold, and whether they were there already."""

    folder: Path
    counts: Mapping[str, Mapping[str, int]]
    already: bool


def folder_of(engine: _core.Engine, model: str) -> Path:
    """Where the examples of a model are kept by default."""
    return Path(engine.workspace_path) / "data" / model


def make_examples(engine: _core.Engine, config: Config, say: Say, heed_stop: HeedStop = go_on) -> Examples:
    """Makes all examples of an index; raises what `load_dataset` raises, and what `heed_stop` does."""
    heed_stop()
    say("takes the functions of the index")
    dataset = load_dataset(engine, config)
    say(f"rewrites functions, {len(dataset)} in all")
    views = make_views(dataset, heed_stop)
    say("puts mistakes into functions")
    return Examples(dataset, views, {split: mutants_of_split(dataset, split, heed_stop) for split in SPLITS[:2]})


def prepare_examples(
    engine: _core.Engine,
    config: Config,
    model: str,
    *,
    say: Say,
    heed_stop: HeedStop = go_on,
    folder: Path | None = None,
    most_pairs: int | None = None,
    made: Callable[[], Examples] | None = None,
) -> Prepared:
    """Makes the examples of a model and keeps them, unless the same are there already.

    Args:
        engine: An indexed workspace.
        config: All settings.
        model: `graphsage` or `tree-lstm`.
        say: Is told what is being made.
        heed_stop: Is asked between items; what it raises leaves the folder as it was.
        folder: Where to; by default in the workspace, where training finds them.
        most_pairs: Pairs and triplets written for others at most, a split; None for all.
        made: Gives the examples where they may have been made already.

    Raises:
        BadInputError: The folder holds something else, or nothing can be learned from the index.
    """
    target = folder or folder_of(engine, model)
    about: dict[str, Any] = {"model": model, "identity": identity(engine, config), "most_pairs": most_pairs}
    if (counts := _already(target, about)) is not None:
        return Prepared(target, counts, already=True)
    examples = make_examples(engine, config, say, heed_stop) if made is None else made()
    tables = dict(_tables(examples, most_pairs, config))
    heed_stop()
    say(f"writes {target}")
    counts = {name: _count(columns) for name, columns in tables.items()}
    about |= {"settings": settings_of(config), "left_out": examples.dataset.dropped, "counts": counts}
    target.parent.mkdir(parents=True, exist_ok=True)
    write_examples(target, tables, about, examples_card(about))
    return Prepared(target, counts, already=False)


def kept_dataset(engine: _core.Engine, config: Config, model: str, say: Say) -> Dataset | None:
    """The data set with the examples that were prepared of it, None where none were or they no longer fit.

    Raises:
        BadInputError: What was prepared is damaged, or is asked for by name and does not fit.
    """
    named = config.data.examples
    folder = folder_of(engine, model) if named is None else Path(named)
    remedy = f"make them anew with: sapwood data prepare {model}" + ("" if named is None else f" --output {named}")
    manifest = read_manifest(folder, remedy)
    if manifest is None and named is None:
        return None
    reason = "never prepared" if manifest is None else unfit(manifest, identity(engine, config), config)
    if reason is not None and named is not None:
        message = f"the examples of {folder} were {reason}; {remedy}"
        raise BadInputError(message)
    if manifest is None or reason is not None:
        say(
            f"the examples in {folder} were {reason}, so they are made again; `sapwood data prepare {model}` keeps them"
        )
        return None
    say(f"takes the examples in {folder}")
    return _restored(engine, config, open_kept(folder, manifest, remedy))


def identity(engine: _core.Engine, config: Config) -> dict[str, str]:
    """What examples hang on: the index with files of labels, the settings of the data, and the code that makes them."""
    return {
        "data": fingerprint_of(engine.index_data(), config),
        "settings": _digest(json.dumps(settings_of(config), sort_keys=True).encode()),
        "code": code_fingerprint(),
    }


def code_fingerprint() -> str:
    """Changes with the code that makes examples: the Python sources of data and training, and the compiled core."""
    sources = [
        source.read_bytes()
        for room in ("data", "training")
        for source in sorted(resources.files("sapwood").joinpath(room).iterdir(), key=lambda file: file.name)
        if source.name.endswith(".py")
    ]
    core = Path(str(_core.__file__)).stat()
    return _digest(f"{_core.__version__} {core.st_size} {core.st_mtime_ns}".encode(), *sources)


def unfit(manifest: Mapping[str, Any], wanted: Mapping[str, str], config: Config) -> str | None:
    """Why prepared examples do not fit, None if they do."""
    found = manifest.get("identity", {})
    if found.get("settings") != wanted["settings"]:
        return f"prepared with other settings ({_changes(manifest.get('settings', {}), config)})"
    if found.get("data") != wanted["data"]:
        return "prepared from another state of the sources or of their outcomes"
    return None if found.get("code") == wanted["code"] else "prepared by another release"


def settings_of(config: Config) -> dict[str, Any]:
    """The settings that examples hang on, by dotted name."""
    flat = dict(_leaves("data", config.data.model_dump(mode="json")))
    del flat["data.examples"]
    return {**flat, "seed": config.seed}


def _leaves(prefix: str, values: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(values, dict):
        yield prefix, values
        return
    for key, value in values.items():
        yield from _leaves(f"{prefix}.{key}", value)


def _changes(before: Mapping[str, Any], config: Config) -> str:
    now = settings_of(config)
    changed = [
        f"{key}={before.get(key)} where it is {value} now" for key, value in now.items() if before.get(key) != value
    ]
    return ", ".join(changed[:MOST_CHANGES]) or "unknown ones"


def _already(folder: Path, about: Mapping[str, Any]) -> Mapping[str, Mapping[str, int]] | None:
    """What a folder holds if it is whole and was prepared of the same, None otherwise."""
    try:
        manifest = read_manifest(folder, "prepare it anew")
        if manifest is None or any(manifest.get(key) != value for key, value in about.items()):
            return None
        open_kept(folder, manifest, "prepare it anew")
    except BadInputError:
        return None
    counts: Mapping[str, Mapping[str, int]] = manifest["counts"]
    return counts


def _restored(engine: _core.Engine, config: Config, kept: Kept) -> Dataset:
    """The data set as it was when its examples were made; pairs that were matched are not matched again."""
    columns = {
        name: kept.column("files" if name.startswith("file") else "functions", name)
        for name in (field.name for field in fields(Dataset))
        if name not in _NO_COLUMNS
    }
    dropped = dict(kept.manifest["left_out"])
    dataset = Dataset(**columns, index=engine.index_data(), config=config, dropped=dropped, kept=kept)
    # Where `cached_property` keeps what it found.
    dataset.__dict__["positives"] = kept.instance(Pairs, "matches")
    return dataset


def _tables(examples: Examples, most_pairs: int | None, config: Config) -> Iterator[tuple[str, Columns]]:
    """The columns of every table: those that training reads back by their fields' names, then those for others."""
    dataset, views, mutants = examples.dataset, examples.views, examples.mutants
    own = columns_of(dataset, _NO_COLUMNS)
    functions = {name: column for name, column in own.items() if not name.startswith("file")}
    yield "functions", {**functions, "imports": dataset.function_imports}
    paths = [dataset.index.file_paths[file] for file in dataset.files.tolist()]
    of_files = {name: column for name, column in own.items() if name.startswith("file")}
    yield "files", {**of_files, "split": dataset.file_split, "path": paths, "imports": dataset.file_imports}
    matches = dataset.positives
    yield "matches", {**columns_of(matches), "split": dataset.split[matches.first]}
    yield "views", {**columns_of(views, ["rewrites"]), "split": dataset.split[views.functions]}
    yield "rewrites", {**columns_of(views.rewrites), "split": dataset.split[views.rewrites.functions]}
    yield "mutants", _mutant_columns(mutants)
    pairs = _pair_columns(dataset, views, most_pairs, config.seed)
    yield "pairs", pairs
    yield "triplets", _triplet_columns(views, pairs, config.seed)
    if len(outcomes := outcomes_of(dataset)):
        texts = [*dataset.texts, *outcomes.texts]
        tested = [texts[place] for place in outcomes.code.tolist()]
        yield "outcomes", {"texts": tested, "passed": outcomes.passed, "split": outcomes.split}


def _mutant_columns(mutants: Mapping[str, Mutants]) -> Columns:
    names = [field.name for field in fields(Mutants)]
    columns = {name: _joined([getattr(mutants[split], name) for split in mutants]) for name in names}
    splits = np.repeat(np.array(list(mutants)), [len(found) for found in mutants.values()])
    kinds = [_core.BUG_KINDS[kind] for kind in columns["kinds"].tolist()]
    return {**columns, "kind": kinds, "split": splits}


def _joined(columns: list[Any]) -> Any:
    if isinstance(columns[0], np.ndarray):
        return np.concatenate(columns)
    return [value for column in columns for value in column]


def _pair_columns(dataset: Dataset, views: Views, most: int | None, seed: int) -> Columns:
    """All pairs with their texts; with `most`, so many of a split, drawn by the seed."""
    rows: dict[str, list[Any]] = {name: [] for name in ("first", "second", "weight", "source", "split")}
    for split in SPLITS:
        pairs = pairs_of_split(dataset, views, split)
        drawn = np.sort(np.random.default_rng(seed).permutation(len(pairs))[:most])
        rows["first"] += pairs.first[drawn].tolist()
        rows["second"] += pairs.second[drawn].tolist()
        rows["weight"] += pairs.weights[drawn].tolist()
        rows["source"] += [SOURCES[source] for source in pairs.sources[drawn].tolist()]
        rows["split"] += [split] * len(drawn)
    shown = {side: views.shown(np.array(rows[side], np.int64)) for side in ("first", "second")}
    texts = {f"{side}_text": texts for side, (texts, _) in shown.items()}
    return {**rows, **texts, **{f"{side}_language": languages for side, (_, languages) in shown.items()}}


def _triplet_columns(views: Views, pairs: Columns, seed: int) -> Columns:
    """Each pair with a text of its split that is of another name: query, positive, negative."""
    rng = np.random.default_rng(seed)
    used = {split: _views_of(pairs, split) for split in SPLITS}
    negatives = []
    for first, second, split in zip(pairs["first"], pairs["second"], pairs["split"], strict=True):
        others = used[split][~np.isin(views.names[used[split]], views.names[[first, second]])]
        negatives.append(int(rng.choice(others)) if len(others) else -1)
    kept = [row for row, negative in enumerate(negatives) if negative >= 0]
    named = {"query": pairs["first_text"], "positive": pairs["second_text"], "source": pairs["source"]}
    columns = {name: [column[row] for row in kept] for name, column in named.items()}
    split = [pairs["split"][row] for row in kept]
    return {**columns, "negative": [views.texts[negatives[row]] for row in kept], "split": split}


def _views_of(pairs: Columns, split: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The views that the pairs of a split are made of."""
    sides = zip(pairs["first"], pairs["second"], pairs["split"], strict=True)
    return np.unique(np.array([view for *views, own in sides if own == split for view in views], np.int64))


def _count(columns: Columns) -> dict[str, int]:
    splits = list(columns["split"])
    return {split: splits.count(split) for split in SPLITS}


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
