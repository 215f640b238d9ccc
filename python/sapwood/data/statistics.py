"""Counts of what there is to learn from, for people and for manifests."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from sapwood import _core
from sapwood.data.bugs import mutants_of_split
from sapwood.data.dataset import load_dataset
from sapwood.data.imports import import_vocabulary
from sapwood.data.split import SPLITS, TRAIN

if TYPE_CHECKING:
    from sapwood.config import Config
    from sapwood.data.bugs import Mutants
    from sapwood.data.dataset import Dataset


def statistics(engine: _core.Engine, config: Config) -> dict[str, Any]:
    """Functions, packages, files and matched pairs of each split, functions left out by reason, and counts of labels.

    The result is plain JSON. Raises what `load_dataset` raises.
    """
    dataset = load_dataset(engine, config)
    return {
        "functions": len(dataset),
        "left_out": dataset.dropped,
        "splits": {split: count_split(dataset, split) for split in SPLITS},
        "labels": {"imports": module_counts(dataset), "bugs": bug_counts(dataset)},
    }


def count_split(dataset: Dataset, split: str) -> dict[str, int]:
    """How much of everything a split has."""
    members = dataset.split == split
    return {
        "functions": int(members.sum()),
        "packages": len(set(dataset.packages[members].tolist())),
        "files": len(dataset.file_positions(split)),
        "pairs": len(dataset.positives.where(members)),
    }


def module_counts(dataset: Dataset) -> dict[str, int]:
    """How many training files import each label of the imports head."""
    counts = Counter(module for modules in _training_imports(dataset) for module in set(modules))
    return {module: counts[module] for module in training_modules(dataset)}


def bug_counts(dataset: Dataset) -> dict[str, int]:
    """Injected mistakes of each kind, and as many functions without."""
    return kind_counts(mutants_of_split(dataset, TRAIN))


def kind_counts(mutants: Mutants) -> dict[str, int]:
    """Mistakes of each kind, and the functions without one that they were made of."""
    kinds = np.bincount(mutants.kinds, minlength=len(_core.BUG_KINDS)).tolist()
    return {"none": len(mutants)} | dict(zip(_core.BUG_KINDS, kinds, strict=True))


def training_modules(dataset: Dataset) -> list[str]:
    """The label vocabulary of the imports head, from training files alone."""
    settings = dataset.config.data.imports
    return import_vocabulary(_training_imports(dataset), settings.vocabulary, settings.min_count)


def _training_imports(dataset: Dataset) -> list[list[str]]:
    imports = dataset.file_imports
    return [imports[position] for position in dataset.file_positions(TRAIN).tolist()]
