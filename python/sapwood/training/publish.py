"""From trained weights to a serving version with its manifest and vectors."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save

from sapwood import _core
from sapwood.config import resolved_yaml
from sapwood.data import SPLITS, TRAIN, function_sources, language_functions, node_languages
from sapwood.data.statistics import count_split
from sapwood.errors import DamagedVersionError
from sapwood.evaluation import Material, as_rows, embed_latency, measure, metrics_of, rows_of
from sapwood.formats import count
from sapwood.inference import LABELS, Predictor
from sapwood.training.run_folder import CONFIG
from sapwood.training.session import TrainResult
from sapwood.training.starting import parent_of
from sapwood.training.state import note_published

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from sapwood.data import Dataset
    from sapwood.evaluation import Result
    from sapwood.models.priors import Priors
    from sapwood.models.whitening import Whitening
    from sapwood.training.session import Session
    from sapwood.training.state import TrainingState

VECTOR_CHUNK = 1024
WHITENING_FUNCTIONS = 4096


@dataclass(frozen=True)
class Trained:
    """What a recipe hands over.

    Attributes:
        weights: by published name.
        whitening: fitted on training functions.
        labels: the file that says what the model's numbers stand for, see `sapwood.inference.LABELS`.
        vocabulary: fingerprint of the vocabulary, where there is one.
        heads: those that had labels.
        priors: shares of mistakes, in training and in code as it is.
        counts: what it was trained on.
        encode: texts and their languages in, raw vectors out.
    """

    weights: dict[str, Tensor]
    whitening: Whitening
    labels: bytes
    vocabulary: str | None
    heads: list[str]
    priors: Priors
    counts: dict[str, int]
    encode: Callable[[Sequence[str], Sequence[str]], NDArray[np.float32]]


def whitening_texts(dataset: Dataset) -> tuple[list[str], list[str]]:
    """The training functions, drawn by the seed, that a whitening is fitted on, and their languages."""
    drawn = np.random.default_rng(dataset.config.seed).permutation(dataset.positions(TRAIN))[:WHITENING_FUNCTIONS]
    chosen = drawn.tolist()
    return [dataset.texts[position] for position in chosen], [dataset.languages[position] for position in chosen]


def publish(session: Session, dataset: Dataset, trained: Trained, state: TrainingState) -> TrainResult:
    """Publishes a version with the vectors of all indexed functions, and lets it serve when it is whole.

    A run that was stopped or killed between these publishes one version nonetheless.

    Raises:
        InterruptedRun: The caller asked to stop; nothing was published.
    """
    session.say(session.why_over(state))
    version = published_before(session, state)
    if version is None:
        version, results = publish_anew(session, dataset, trained, state)
    else:
        results = take_up(session, dataset, trained, state, version)
    figures = {name: metric["value"] for name, metric in best_figures(state).items()}
    session.emit({"event": "done", "version": version, "metrics": figures, "stopped": state.progress.stopped})
    return TrainResult(session.run.path, version, figures, results)


def publish_anew(
    session: Session, dataset: Dataset, trained: Trained, state: TrainingState
) -> tuple[str, Sequence[Result]]:
    """Measures a version, publishes it, lets it serve, and gives its name and what was measured."""
    results: Sequence[Result] = ()
    tensors, metrics = version_tensors(trained), best_figures(state)
    manifest = manifest_of(session, dataset, trained, metrics, state)
    if session.config.evaluation.before_publishing:
        predictor = Predictor.of(manifest, "to be published", tensors, trained.labels)
        results = measure(predictor, Material(dataset, session.config), session.begin, baselines=True)
        manifest["metrics"] = metrics | metrics_of(results, session.model)
        manifest["evaluation"] = as_rows(results)
        manifest["latency"] = {"embed": embed_latency(predictor, dataset)}
    vectors = function_vectors(session, dataset, trained)
    versions = session.engine.versions
    version = versions.publish(session.model, version_files(session, trained, tensors), json.dumps(manifest))
    serve(session, dataset, version, vectors)
    return version, results


def take_up(
    session: Session, dataset: Dataset, trained: Trained, state: TrainingState, version: str
) -> Sequence[Result]:
    """Does for a version what was left to do when the run ended after publishing it; gives what was measured then."""
    if version == state.progress.published:
        session.say(f"{version} was made of this state of the run before, so nothing new is published")
    else:
        session.say(f"goes on with {version}, which was published before the run was stopped")
        serve(session, dataset, version, function_vectors(session, dataset, trained))
    return rows_of([session.engine.versions.show(session.model, version)])


def serve(session: Session, dataset: Dataset, version: str, vectors: NDArray[np.float32]) -> None:
    """Lets a version serve that is published, with its vectors, and notes in the run's state that it does."""
    versions = session.engine.versions
    nodes = language_functions(dataset.index, dataset.config.data)
    versions.write_vectors(session.model, version, nodes, vectors)
    versions.promote(session.model, version)
    note_published(session.run.state, version)


def published_before(session: Session, state: TrainingState) -> str | None:
    """The whole version that was made of this very state of the run with these settings, if there is one."""
    versions, made_of = session.engine.versions, origin(session, state)
    settings = hashlib.sha256(resolved_yaml(session.config).encode()).hexdigest()
    for summary in reversed(versions.list(session.model)):
        name: str = summary["version"]
        manifest = versions.show(session.model, name)
        if manifest.get("origin") == made_of and manifest["files"].get(CONFIG) == settings:
            with suppress(DamagedVersionError):
                versions.verify(session.model, name)
                return name
    return None


def origin(session: Session, state: TrainingState) -> dict[str, Any]:
    """Which state of which run a version is made of."""
    progress, (experiment, model, run) = state.progress, session.run.path.absolute().parts[-3:]
    return {"run": f"{experiment}/{model}/{run}", "steps": progress.steps_done, "best_epoch": progress.best_epoch}


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
    """What is known about the version; name, time and checksums are filled in by publishing."""
    counts = {f"{split}_{name}": many for split in SPLITS for name, many in count_split(dataset, split).items()}
    return described(session, trained, metrics, state, dataset.index.fingerprint, counts | trained.counts)


def described(
    session: Session,
    trained: Trained,
    metrics: dict[str, dict[str, Any]],
    state: TrainingState,
    fingerprint: str,
    counts: dict[str, int],
) -> dict[str, Any]:
    """The same of any data, by its fingerprint and counts."""
    return {
        "model": session.model,
        "parent": state.progress.published or parent_of(session.recipe),
        "feature_schema": _core.schema_fingerprint(),
        "vocabulary": trained.vocabulary,
        "config": session.config.model_dump(mode="json"),
        "data": {"fingerprint": fingerprint, "counts": counts},
        "code_version": _core.__version__,
        "metrics": metrics,
        "origin": origin(session, state),
        "trained_heads": trained.heads,
        "priors": trained.priors.as_json(),
        "training": {
            "device": state.progress.device,
            "threads": state.progress.threads,
            "backend": state.progress.backend,
            "epochs": state.progress.epoch,
            "best_epoch": state.progress.best_epoch,
            "stopped": state.progress.stopped,
        },
    }


def version_tensors(trained: Trained) -> dict[str, Tensor]:
    """The weights and the whitening as they are published: float32 on the CPU."""
    tensors = {name: weight.detach().float().cpu().contiguous() for name, weight in trained.weights.items()}
    tensors["whitening.mean"] = torch.from_numpy(trained.whitening.mean)
    tensors["whitening.matrix"] = torch.from_numpy(trained.whitening.matrix)
    return tensors


def version_files(session: Session, trained: Trained, tensors: dict[str, Tensor]) -> dict[str, bytes]:
    """Every file of the version but those that publishing makes: manifest and card."""
    return {
        "weights.safetensors": save(tensors, {"format": "pt"}),
        CONFIG: resolved_yaml(session.config).encode(),
        LABELS[session.model]: trained.labels,
    }


def function_vectors(session: Session, dataset: Dataset, trained: Trained) -> NDArray[np.float32]:
    """(n, d): the whitened vectors of every indexed function in a language that is learned."""
    nodes = language_functions(dataset.index, dataset.config.data)
    texts, languages = function_sources(dataset.index, nodes), node_languages(dataset.index, nodes)
    session.begin(f"computes the vectors of {count(len(texts))} functions")
    rows = [np.zeros((0, len(trained.whitening.mean)), np.float32)]
    for start in range(0, len(texts), VECTOR_CHUNK):
        session.heed_stop()
        chunk = slice(start, start + VECTOR_CHUNK)
        rows.append(trained.whitening.apply(trained.encode(texts[chunk], languages[chunk])))
    return np.concatenate(rows)
