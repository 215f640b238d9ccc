"""The tree model on trees that are no code: its recipe, with other data and another way to publish."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from sapwood import _core
from sapwood.data import SPLITS, TEST, TRAIN, VALIDATION, Mutants, Rewrites, go_on
from sapwood.data.labelled import TreeSet, load_trees
from sapwood.inference import TREES_SCHEMA
from sapwood.models.encode import encode_trees, vocabulary_of
from sapwood.models.tree_lstm import TreeLstm, TreeLstmShape
from sapwood.models.whitening import fit_whitening
from sapwood.naming import TREE_LSTM
from sapwood.training.batches import TextPairs, Views
from sapwood.training.distributed import ALONE, World
from sapwood.training.frame import Recipe
from sapwood.training.publish import Trained, best_figures, described, version_files, version_tensors
from sapwood.training.session import TrainResult
from sapwood.training.state import note_published
from sapwood.training.tree_lstm import BASE, ENCODING_BATCH, Learner, TreeData, conclude, draws_of, fit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sapwood.data import HeedStop
    from sapwood.training.session import Session
    from sapwood.training.starting import Start
    from sapwood.training.state import TrainingState

NONE = np.zeros(0, np.int64)


def load(session: Session, _model: str) -> TreeSet:
    """The trees of the file that the settings name."""
    return load_trees(session.config)


def prepare(
    dataset: TreeSet, device: str, heed_stop: HeedStop = go_on, world: World = ALONE, start: Start | None = None
) -> TreeData:
    """Pairs of each group, and the vocabulary of the training groups; there are no rewrites and no mutants."""
    heed_stop()
    training = [dataset.texts[position] for position in dataset.positions(TRAIN).tolist()]
    if start is None:
        vocabulary = vocabulary_of(training, dataset.languages, dataset.config.tree_lstm.model.vocabulary)
    else:
        vocabulary = _core.Vocabulary.from_json(start.labels.decode())
    return TreeData(
        device=device,
        world=world,
        dataset=cast("Any", dataset),
        views=Views(
            cast("Any", dataset.texts), dataset.languages, np.arange(len(dataset)), dataset.groups, Rewrites(NONE, [])
        ),
        vocabulary=vocabulary,
        pairs={split: text_pairs(dataset, split) for split in (TRAIN, VALIDATION)},
        mutants={split: Mutants(NONE, [], NONE, []) for split in (TRAIN, VALIDATION)},
    )


def text_pairs(dataset: TreeSet, split: str) -> TextPairs:
    """The pairs of a split as batches take them: all of them matched."""
    pairs = dataset.pairs(split)
    return TextPairs(pairs.first, pairs.second, pairs.weights, pairs.sources, len(pairs))


def publish(session: Session, dataset: TreeSet, trained: Trained, state: TrainingState) -> TrainResult:
    """Measures how well trees of held-out groups find each other, and publishes the version.

    It does not serve: search would take it for a version that reads code. Who asks names it.
    """
    session.say(session.why_over(state))
    tensors = version_tensors(trained)
    metrics = best_figures(state) | retrieval(dataset, trained)
    counts = {f"{split}_trees": len(dataset.positions(split)) for split in SPLITS}
    counts |= {"equal_trees_left_out": dataset.equal} | trained.counts
    manifest = described(session, trained, metrics, state, dataset.fingerprint, counts)
    manifest["feature_schema"] = TREES_SCHEMA
    versions = session.engine.versions
    version = versions.publish(session.model, version_files(session, trained, tensors), json.dumps(manifest))
    session.say(f"{version} reads trees, so it does not serve code; `sapwood embed --version {version}` asks it")
    note_published(session.run.state, version)
    figures = {name: metric["value"] for name, metric in metrics.items()}
    session.emit({"event": "done", "version": version, "metrics": figures, "stopped": state.progress.stopped})
    return TrainResult(session.run.path, version, figures)


def retrieval(dataset: TreeSet, trained: Trained) -> dict[str, dict[str, Any]]:
    """Recall@1 of the held-out trees that share a group, beside that of the model before training."""
    split = next((name for name in (TEST, VALIDATION) if len(dataset.positions(name))), TRAIN)
    trees, groups = dataset.positions(split), dataset.groups[dataset.positions(split)]
    task = f"{split} trees find one of their group, n = {len(trees)}"
    ways = {"": trained.encode, "_untrained": _untrained(dataset)}
    figures = {}
    for name, encode in ways.items():
        fitted = fit_whitening(encode(*_texts(dataset, dataset.positions(TRAIN))))
        vectors = fitted.apply(encode(*_texts(dataset, trees)))
        value = recall_at_1(vectors, groups)
        figures[f"{split}_recall_at_1{name}"] = {"value": value, "metric": "recall@1", "task": task}
    return figures


def recall_at_1(vectors: NDArray[np.float32], groups: NDArray[np.int64]) -> float | None:
    """Share of the rows (n, d) whose nearest other one is of their group, among those whose group has others."""
    near = vectors @ vectors.T
    np.fill_diagonal(near, -np.inf)
    asked = np.bincount(groups)[groups] > 1
    found = groups[near.argmax(axis=1)] == groups if len(groups) else asked
    return float(found[asked].mean()) if asked.any() else None


def _untrained(dataset: TreeSet) -> Any:
    shape, size = dataset.config.tree_lstm.model, dataset.config.tree_lstm.model.vocabulary
    vocabulary = vocabulary_of(*_texts(dataset, dataset.positions(TRAIN)), size)
    torch.manual_seed(dataset.config.seed)
    model = TreeLstm(TreeLstmShape(len(vocabulary), shape.embedding, shape.hidden, shape.output)).eval()
    return lambda trees, languages: encode_trees(model, vocabulary, trees, languages, ENCODING_BATCH)


def _texts(dataset: TreeSet, positions: NDArray[np.int64]) -> tuple[list[Any], list[str]]:
    """Trees and their languages, which are none."""
    return [dataset.texts[position] for position in positions.tolist()], [""] * len(positions)


RECIPE: Recipe[TreeData, Learner] = Recipe(
    TREE_LSTM,
    lambda config: config.tree_lstm,
    cast("Any", prepare),
    draws_of,
    Learner,
    fit,
    conclude,
    BASE,
    load=load,
    publish=publish,
)
