"""The exported call graph of the Python fixtures holds what was found in them, and hardly anything else."""

import json
from pathlib import Path

import pytest

from callgraph.judge import by_category, expected_edges, exported_edges, projects, score, table
from sapwood import _core

ROOT = Path(__file__).parents[2] / "fixtures" / "callgraph" / "python"
PRECISION, RECALL = 0.85, 0.63
"""Least share of the found edges that are expected, and of the expected ones that are found, over all fixtures."""
COMPLETE = {"imports": 0.95, "modules": 1.0}
"""Least recall where names alone decide."""


@pytest.fixture(scope="module")
def scores():
    """The score of each category, and of all."""
    found = []
    for project in projects(ROOT):
        graph, _ = _core.index_path(str(project), [])
        expected = json.loads((project / "expected.json").read_text(encoding="utf-8"))
        found.append((project.parent.name, score(expected_edges(expected), exported_edges(graph.graph_jsonl()))))
    return by_category(found)


def test_most_calls_are_found_and_few_are_invented(scores):
    every = scores["all"]
    assert every.precision >= PRECISION, table(scores)
    assert every.recall >= RECALL, table(scores)


@pytest.mark.parametrize(("category", "recall"), COMPLETE.items())
def test_calls_through_imports_are_all_found(scores, category, recall):
    assert scores[category].recall >= recall, table(scores)
