"""Counts of what there is to learn from, for people and for manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sapwood.data.dataset import load_dataset
from sapwood.data.imports import import_vocabulary
from sapwood.data.split import SPLITS, TRAIN

if TYPE_CHECKING:
    from sapwood import _core
    from sapwood.config import Config
    from sapwood.data.dataset import Dataset


def statistics(engine: _core.Engine, config: Config) -> dict[str, Any]:
    """Functions, packages, files and matched pairs of each split, functions left out by reason, and import labels.

    The result is plain JSON. Raises what `load_dataset` raises.
    """
    dataset = load_dataset(engine, config)
    return {
        "functions": len(dataset),
        "left_out": dataset.dropped,
        "splits": {split: count_split(dataset, split) for split in SPLITS},
        "import_labels": len(training_modules(dataset)),
    }


def count_split(dataset: Dataset, split: str) -> dict[str, int]:
    """How much of everything a split has."""
    members = dataset.split == split
    return {
        "functions": int(members.sum()),
        "packages": len(set(dataset.packages[members].tolist())),
        "files": int((dataset.file_split == split).sum()),
        "pairs": len(dataset.positives.where(members)),
    }


def training_modules(dataset: Dataset) -> list[str]:
    """The label vocabulary of the imports head, from training files alone."""
    imports = [
        modules
        for modules, split in zip(dataset.file_imports, dataset.file_split.tolist(), strict=True)
        if split == TRAIN
    ]
    settings = dataset.config.data.imports
    return import_vocabulary(imports, settings.vocabulary, settings.min_count)
