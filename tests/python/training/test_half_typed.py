"""Functions cut at every line, and in the middle of every line: each part has its answer."""

import difflib
import heapq
import inspect
import json
import random
import statistics
import textwrap

import numpy as np
import pytest

from sapwood import _core
from sapwood.answering import Answerer
from sapwood.answers import Item
from sapwood.training import MODELS, train

FUNCTIONS = [
    heapq.nsmallest,
    json.JSONDecoder.raw_decode,
    difflib.get_close_matches,
    statistics.median_grouped,
    textwrap.dedent,
    random.Random.choices,
]
ENCODERS = [*MODELS, "structure"]


def parts(function):
    """The beginnings of a function: after each line, and two thirds into it."""
    text = textwrap.dedent(inspect.getsource(function))
    lines = text.splitlines(keepends=True)
    ends = ["".join(lines[:count]) for count in range(1, len(lines) + 1)]
    middles = ["".join(lines[:count]) + line[: max(1, len(line) * 2 // 3)] for count, line in enumerate(lines)]
    return ends, middles


@pytest.fixture(scope="module")
def answerer(sources, config, tmp_path_factory):
    engine = _core.Engine.create(str(sources), str(tmp_path_factory.mktemp("half_typed")))
    engine.index()
    for model in MODELS:
        train(model, engine, config)
    return Answerer(engine)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_vectors_are_finite_of_length_one_and_draw_near_the_whole(answerer, encoder):
    nearness = []
    for function in FUNCTIONS:
        ends, middles = parts(function)
        vectors = np.array(answerer.embed([Item(None, text) for text in ends + middles], encoder))
        assert np.isfinite(vectors).all()
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-4)
        to_whole = vectors[: len(ends)] @ vectors[len(ends) - 1]
        nearness.append([third.mean() for third in np.array_split(to_whole, 3)])
    first, second, third = np.mean(nearness, axis=0)
    assert first < second < third


def test_analysis_names_lines_of_the_text(answerer):
    for function in FUNCTIONS:
        for text in [text for kind in parts(function) for text in kind]:
            (analysis,) = answerer.analyze([Item(None, text)])
            assert analysis.bug is not None
            assert np.isfinite(analysis.bug.probability)
            assert all(1 <= line.line <= len(text.splitlines()) for line in analysis.bug.lines)
