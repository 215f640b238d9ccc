"""From trained weights to a serving version with its manifest and vectors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save

from sapwood import _core
from sapwood.config import resolved_yaml
from sapwood.data import SPLITS
from sapwood.data.statistics import count_split
from sapwood.training.session import TrainResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from sapwood.data import Dataset
    from sapwood.models.whitening import Whitening
    from sapwood.training.session import Session
    from sapwood.training.state import TrainingState

VECTOR_CHUNK = 1024


@dataclass(frozen=True)
class Trained:
    """What a recipe hands over: weights by published name, whitening, further files, and how texts are encoded."""

    weights: dict[str, Tensor]
    whitening: Whitening
    files: dict[str, bytes]
    vocabulary: str | None
    heads: list[str]
    counts: dict[str, int]
    encode: Callable[[Sequence[str]], NDArray[np.float32]]


def publish(session: Session, dataset: Dataset, trained: Trained, state: TrainingState) -> TrainResult:
    """Publishes a version, points `serving` at it, and stores the vectors of all indexed functions."""
    metrics = best_figures(state)
    manifest = manifest_of(session, dataset, trained, metrics, state)
    versions = session.engine.versions
    version = versions.publish(session.model, version_files(session, trained), json.dumps(manifest))
    versions.promote(session.model, version)
    write_vectors(session, dataset, trained, version)
    figures = {name: metric["value"] for name, metric in metrics.items()}
    session.emit({"event": "done", "version": version, "metrics": figures, "stopped": state.progress.stopped})
    return TrainResult(session.run.path, version, figures)


def best_figures(state: TrainingState) -> dict[str, dict[str, Any]]:
    """Training and validation figures of the epoch whose weights are published."""
    progress = state.progress
    best = progress.history[progress.best_epoch]
    names = [name for name in best if name.startswith(("train_", "validation_"))]
    figures = {name: {"value": best[name], "metric": name, "task": "training"} for name in names}
    figures["steps"] = {"value": progress.steps_done, "metric": "steps", "task": "training"}
    return figures


def manifest_of(
    session: Session, dataset: Dataset, trained: Trained, metrics: dict[str, dict[str, Any]], state: TrainingState
) -> dict[str, Any]:
    """What is known about the version; name, parent, time and checksums are filled in by publishing."""
    counts = {f"{split}_{name}": count for split in SPLITS for name, count in count_split(dataset, split).items()}
    return {
        "model": session.model,
        "feature_schema": _core.schema_fingerprint(),
        "vocabulary": trained.vocabulary,
        "config": session.config.model_dump(mode="json"),
        "data": {"fingerprint": dataset.index.fingerprint, "counts": counts | trained.counts},
        "code_version": _core.__version__,
        "metrics": metrics,
        "trained_heads": trained.heads,
        "training": {
            "device": state.progress.device,
            "threads": state.progress.threads,
            "epochs": state.progress.epoch,
            "best_epoch": state.progress.best_epoch,
            "stopped": state.progress.stopped,
        },
    }


def version_files(session: Session, trained: Trained) -> dict[str, bytes]:
    """Every file of the version but those that publishing makes: manifest and card."""
    tensors = {name: weight.detach().float().cpu().contiguous() for name, weight in trained.weights.items()}
    tensors["whitening.mean"] = torch.from_numpy(trained.whitening.mean)
    tensors["whitening.matrix"] = torch.from_numpy(trained.whitening.matrix)
    return {
        "weights.safetensors": save(tensors, {"format": "pt"}),
        "config.yaml": resolved_yaml(session.config).encode(),
        **trained.files,
    }


def write_vectors(session: Session, dataset: Dataset, trained: Trained, version: str) -> None:
    """Encodes every indexed function the way a query is encoded, and stores the vectors with the version."""
    nodes = dataset.index.functions
    texts = dataset.index.function_texts(nodes)
    session.say(f"writes the vectors of {len(texts)} functions")
    chunks = [trained.encode(texts[start : start + VECTOR_CHUNK]) for start in range(0, len(texts), VECTOR_CHUNK)]
    vectors = [trained.whitening.apply(chunk) for chunk in chunks]
    if vectors:
        session.engine.versions.write_vectors(session.model, version, nodes, np.concatenate(vectors))
