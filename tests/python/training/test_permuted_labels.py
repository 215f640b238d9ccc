"""What is learned is in the labels: with shuffled labels, scores fall to chance.

A small code base in two dialects. What a function is for shows in one word, and each purpose has its own word in
either dialect: only pairs of functions tell that two words belong together, and only imports tell which module goes
with a word.
"""

import numpy as np
import pytest

from sapwood import _core
from sapwood.config import load_config
from sapwood.inference import Predictor
from sapwood.training import train


def words(text):
    return text.split()


PURPOSES = words(
    "ledger harbor violin meadow lantern copper saddle orchid tunnel velvet walnut zephyr bishop candle dragon ember"
)
WORDS = (
    words("apple river stone cloud paper metal green light sound table water wheel bread chair plant glass"),
    words("tiger mango pearl storm flute raven cedar onion crown blaze comet drift maple quill shard thorn"),
)
PACKAGES, HELD_OUT = range(24), (31, 37, 41)
CHANCE = 1 / len(PURPOSES)
SEEDS = (42, 7, 11)
AT_CHANCE = CHANCE * (1 + 3 / len(SEEDS) ** 0.5)
"""Bound of a mean over the seeds: three standard deviations above chance. Right answers of a random assignment of words
to purposes are Poisson distributed with mean 1 and deviation 1, of as many as there are purposes.
"""
LEARNED = 0.8
SETTINGS = [
    "threads=1",
    "data.duplicate_threshold=1.0",
    "data.max_mutants=10",
    "data.positives.per_name=140",  # all pairs of a name: in a few of them words of the two dialects hardly meet
    "data.positives.rewrite_share=0.0",
    "evaluation.before_publishing=false",
]
GRAPHSAGE = [
    "graphsage.model.hidden=64",
    "graphsage.model.output=32",
    "graphsage.model.dropout=0.0",
    "graphsage.epochs=3",
    "graphsage.batch_size=32",
    "graphsage.learning_rate=0.005",
]
TREE_LSTM = [
    "tree_lstm.model.vocabulary=600",
    "tree_lstm.model.embedding=32",
    "tree_lstm.model.hidden=32",
    "tree_lstm.model.output=32",
    "tree_lstm.anonymous_share=0.0",
    "tree_lstm.epochs=4",
    "tree_lstm.batch_size=32",
    "tree_lstm.learning_rate=0.01",
]


def source(purpose, dialect, number):
    word = WORDS[dialect][purpose]
    return (
        f"import {PURPOSES[purpose]}lib as helper\n\n\n"
        f"def handle_{PURPOSES[purpose]}(value, limit):\n"
        f'    """Handle the {PURPOSES[purpose]} of a value up to a limit."""\n'
        f"    {word}_state = value.{word}_open(limit)\n"
        f"    for step in range({number}):\n"
        f"        {word}_state = value.{word}_push({word}_state, step + {number})\n"
        f"    return helper.finish({word}_state)\n"
    )


@pytest.fixture(scope="module")
def dialects(tmp_path_factory):
    """One package of all purposes a number, half of them in either dialect."""
    root = tmp_path_factory.mktemp("dialects")
    for number in PACKAGES:
        package = root / f"package{number}"
        package.mkdir()
        for purpose, name in enumerate(PURPOSES):
            (package / f"{name}.py").write_text(source(purpose, (number + purpose) % 2, number))
    return root


def trained(model, dialects, place, *overrides):
    engine = _core.Engine.create(str(dialects), str(place))
    engine.index()
    train(model, engine, load_config(overrides=[*SETTINGS, *GRAPHSAGE, *TREE_LSTM, *overrides]))
    return Predictor.load(engine, model)


def hits(predictor):
    """Share of unseen functions whose nearest one of the other dialect is for the same purpose."""
    vectors = []
    for dialect in (0, 1):
        bodies = [source(purpose, dialect, HELD_OUT[0]).partition("\n\n\n")[2] for purpose in range(len(PURPOSES))]
        hidden = [body.replace(f"handle_{name}", "function") for body, name in zip(bodies, PURPOSES, strict=True)]
        vectors.append(predictor.embed(hidden, ["python"] * len(hidden)))
    cosines = vectors[0] @ vectors[1].T
    right = np.arange(len(PURPOSES))
    return float(((cosines.argmax(0) == right).mean() + (cosines.argmax(1) == right).mean()) / 2)


def modules_named(predictor):
    """Share of unseen files whose best guess of a module is the one that they import."""
    purposes = [(purpose, dialect, number) for purpose in range(16) for dialect in (0, 1) for number in HELD_OUT]
    scores = predictor.import_scores([source(*of) for of in purposes], ["python"] * len(purposes))
    best = [predictor.import_names[column] for column in scores.argmax(axis=1)]
    return float(np.mean([name == f"{PURPOSES[of[0]]}lib" for name, of in zip(best, purposes, strict=True)]))


@pytest.fixture(scope="module", params=["tree-lstm", "graphsage"])
def runs(request, dialects, tmp_path_factory):
    """A model after runs with real labels, and after some with shuffled ones."""
    place = tmp_path_factory.mktemp(request.param)

    def learned(labels, *overrides):
        return [
            trained(request.param, dialects, place / f"{labels}{seed}", *overrides, f"seed={seed}") for seed in SEEDS
        ]

    return learned("real"), learned("permuted", "data.permute_labels=true")


def test_counterparts_are_found_through_real_pairs_alone(runs):
    real, permuted = runs
    assert np.mean([hits(predictor) for predictor in real]) >= LEARNED
    assert np.mean([hits(predictor) for predictor in permuted]) <= AT_CHANCE


def test_modules_are_named_through_real_imports_alone(runs):
    real, permuted = runs
    if real[0].model != "graphsage":
        pytest.skip("the tree model has no imports head")
    assert np.mean([modules_named(predictor) for predictor in real]) >= LEARNED
    assert np.mean([modules_named(predictor) for predictor in permuted]) <= AT_CHANCE
