"""The exported call graph of the fixtures holds most of what was found in them, and little else."""

import json
from pathlib import Path

import pytest

from callgraph.judge import (
    by_category,
    edges_of,
    expected_edges,
    exported_edges,
    exported_externals,
    projects,
    score,
    table,
)
from sapwood import _core

ROOT = Path(__file__).parents[2] / "fixtures" / "callgraph"
LEAST = {
    "c": (0.99, 0.97),
    "cpp": (0.98, 0.92),
    "go": (0.98, 0.95),
    "java": (0.99, 0.98),
    "javascript": (0.98, 0.99),
    "python": (0.98, 0.99),
    "rust": (0.99, 0.95),
    "typescript": (0.98, 0.98),
}
"""Least share of the found edges that are expected, and of the expected ones that are found, over all fixtures."""
LEAST_OUTSIDE = {
    "c": (1.0, 1.0),
    "cpp": (1.0, 0.8),
    "go": (1.0, 1.0),
    "java": (1.0, 0.95),
    "javascript": (1.0, 0.88),
    "python": (1.0, 0.8),
    "rust": (1.0, 0.68),
    "typescript": (1.0, 0.8),
}
"""The same of calls that leave the project, over the fixtures that list them."""
COMPLETE = {"imports": 0.95, "modules": 1.0}
"""Least recall where names alone decide."""


@pytest.fixture(scope="module")
def scores():
    """By language: the score of each category, and of all."""
    return {language: by_category(scores_of(ROOT / language)) for language in LEAST}


def scores_of(folder):
    for project in projects(folder):
        graph, _ = _core.index_path(str(project), [])
        expected = json.loads((project / "expected.json").read_text(encoding="utf-8"))
        yield project.parent.name, score(expected_edges(expected), exported_edges(graph.graph_jsonl()))


@pytest.mark.parametrize(("language", "least"), LEAST.items())
def test_most_calls_are_found_and_few_are_invented(scores, language, least):
    every = scores[language]["all"]
    assert every.precision >= least[0], table(scores[language])
    assert every.recall >= least[1], table(scores[language])


@pytest.mark.parametrize(("category", "recall"), COMPLETE.items())
def test_calls_through_imports_are_all_found(scores, category, recall):
    assert scores["python"][category].recall >= recall, table(scores["python"])


def outside_score(project):
    expected = json.loads((project / "expected.json").read_text(encoding="utf-8"))
    if "external" not in expected:
        return score(set(), set())
    graph, _ = _core.index_path(str(project), [])
    return score(edges_of(expected["external"]), exported_externals(graph.graph_jsonl()))


@pytest.mark.parametrize(("language", "least"), LEAST_OUTSIDE.items())
def test_calls_that_leave_the_project_are_found(language, least):
    every = by_category(("", outside_score(project)) for project in projects(ROOT / language))["all"]
    assert every.right >= 6
    assert every.precision >= least[0], every
    assert every.recall >= least[1], every
