"""Counts of what there is to learn from, for people and for manifests."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from sapwood import _core
from sapwood.data.bugs import mutants_of_split
from sapwood.data.dataset import load_dataset
from sapwood.data.imports import import_vocabulary
from sapwood.data.positives import CROSS_LANGUAGE, INDEPENDENT, SOURCES
from sapwood.data.split import SPLITS, TRAIN
from sapwood.labels import Module

if TYPE_CHECKING:
    from sapwood.config import Config
    from sapwood.data.bugs import Mutants
    from sapwood.data.dataset import Dataset


def statistics(engine: _core.Engine, config: Config) -> dict[str, Any]:
    """Functions, packages, files and pairs of each split; functions by language and left out by reason; labels.

    The result is plain JSON. Raises what `load_dataset` raises.
    """
    dataset = load_dataset(engine, config)
    return {
        "functions": len(dataset),
        "languages": language_counts(dataset),
        "left_out": dataset.dropped,
        "splits": {split: count_split(dataset, split) for split in SPLITS},
        "labels": {"imports": module_counts(dataset), "bugs": bug_counts(dataset)},
    }


def count_split(dataset: Dataset, split: str) -> dict[str, int]:
    """How much of everything a split has."""
    members = dataset.split == split
    pairs = dataset.positives.where(members)
    return {
        "functions": int(members.sum()),
        "packages": len(set(dataset.packages[members].tolist())),
        "files": len(dataset.file_positions(split)),
        "pairs": len(pairs),
        **{f"{source}_pairs": pairs.by_source()[source] for source in (SOURCES[INDEPENDENT], SOURCES[CROSS_LANGUAGE])},
    }


def language_counts(dataset: Dataset) -> dict[str, int]:
    """Functions of each language, the most frequent first."""
    return dict(Counter(dataset.languages).most_common())


def module_counts(dataset: Dataset) -> dict[str, int]:
    """How many training files import each label of the imports head."""
    counts = Counter(
        Module(family, name)
        for family, files in _training_imports(dataset).items()
        for names in files
        for name in set(names)
    )
    return {str(module): counts[module] for module in training_modules(dataset)}


def bug_counts(dataset: Dataset) -> dict[str, int]:
    """Injected mistakes of each kind, and as many functions without."""
    return kind_counts(mutants_of_split(dataset, TRAIN))


def kind_counts(mutants: Mutants) -> dict[str, int]:
    """Mistakes of each kind, and the functions without one that they were made of."""
    kinds = np.bincount(mutants.kinds, minlength=len(_core.BUG_KINDS)).tolist()
    return {"none": len(mutants)} | dict(zip(_core.BUG_KINDS, kinds, strict=True))


def training_modules(dataset: Dataset) -> list[Module]:
    """The label vocabulary of the imports head, from training files alone: that of each family, one after the other."""
    settings, imports = dataset.config.data.imports, _training_imports(dataset)
    return [
        Module(family, name)
        for family in sorted(imports)
        for name in import_vocabulary(imports[family], settings.vocabulary, settings.min_count)
    ]


def _training_imports(dataset: Dataset) -> dict[str, list[list[str]]]:
    """What each training file imports, by family of languages."""
    imports, found = dataset.file_imports, defaultdict(list)
    for position in dataset.file_positions(TRAIN).tolist():
        found[dataset.file_families[position]].append(imports[position])
    return found
