"""The exported call graph of the fixtures holds most of what was found in them, and little else."""

import json
from pathlib import Path

import pytest

from callgraph.judge import by_category, expected_edges, exported_edges, projects, score, table
from sapwood import _core

ROOT = Path(__file__).parents[2] / "fixtures" / "callgraph"
LEAST = {
    "c": (0.98, 0.71),
    "cpp": (0.74, 0.63),
    "go": (0.69, 0.76),
    "java": (0.85, 0.74),
    "javascript": (0.93, 0.72),
    "python": (0.98, 0.99),
    "rust": (0.77, 0.66),
    "typescript": (0.88, 0.80),
}
"""Least share of the found edges that are expected, and of the expected ones that are found, over all fixtures."""
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
