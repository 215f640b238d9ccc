"""The expected call graphs of the fixtures agree with what their projects do when they run."""

import json
import pydoc
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from callgraph.judge import edges_of, expected_edges, projects

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent / "fixtures" / "callgraph" / "python"
PROJECTS = projects(ROOT)
FIELDS = {"note", "run", "calls", "absent", "untraced", "external"}
PROCESSES = 2


def label(project):
    return project.relative_to(ROOT).as_posix()


def read_expected(project):
    return json.loads((project / "expected.json").read_text(encoding="utf-8"))


def untraced_edges(expected):
    return {tuple(edge.split(" -> ")) for edge in expected.get("untraced", {})}


def disagreements(expected, traced):
    """Return a sentence for each edge in which expectation and run differ."""
    wanted, excused = expected_edges(expected), untraced_edges(expected)
    return [
        *(f"{edge} happened and is not expected" for edge in sorted(traced - wanted)),
        *(f"{edge} is expected and did not happen" for edge in sorted(wanted - traced - excused)),
        *(f"{edge} is excused and yet happened" for edge in sorted(excused & traced)),
        *(f"{edge} is excused and not expected" for edge in sorted(excused - wanted)),
    ]


@pytest.fixture(scope="module")
def traces():
    """What the tracer says of each project, from a few processes of many projects each."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "callgraph.tracer", *map(str, PROJECTS[first::PROCESSES])],
            cwd=TESTS,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in range(PROCESSES)
    ]
    rows = [json.loads(line) for process in started for line in process.communicate(timeout=120)[0].splitlines()]
    return {Path(row["project"]): row for row in rows}


@pytest.mark.parametrize("project", PROJECTS, ids=label)
def test_what_runs_is_what_is_expected(project, traces):
    expected, trace = read_expected(project), traces[project.resolve()]
    assert trace["error"] is None, trace["error"]
    if expected["run"] is not None:
        assert not disagreements(expected, {tuple(edge) for edge in trace["edges"]})


@pytest.mark.parametrize("project", PROJECTS, ids=label)
def test_expectations_name_what_is_there(project, traces):
    """A misspelt name would be an edge that nobody can find, or an absent one that nobody can invent."""
    expected, names = read_expected(project), set(traces[project.resolve()]["names"])
    absent = edges_of(expected.get("absent", {}))
    assert {"note", "run", "calls"} <= expected.keys() <= FIELDS
    assert not absent & expected_edges(expected)
    assert {name for edge in expected_edges(expected) | absent for name in edge} <= names
    assert set(expected.get("external", {})) <= names


@pytest.mark.parametrize("project", [path for path in PROJECTS if read_expected(path)["run"]], ids=label)
def test_external_names_exist(project):
    named = {name for _, name in edges_of(read_expected(project).get("external", {}))}
    assert all(pydoc.locate(name) is not None for name in named), named


def test_categories_are_broad_and_deny_edges_too():
    counts = Counter(project.parent.name for project in PROJECTS)
    denied = Counter(project.parent.name for project in PROJECTS if "absent" in read_expected(project))
    assert sum(counts.values()) >= 125
    assert min(counts.values()) >= 5
    assert min(denied[category] for category in counts) >= 2


def test_each_kind_of_disagreement_is_seen():
    expected = {"calls": {"a": ["b", "c", "d"]}, "untraced": {"a -> c": "why", "a -> e": "why"}}
    said = disagreements(expected, {("a", "b"), ("a", "c"), ("x", "y")})
    assert [sentence.split(")")[0] for sentence in said] == ["('x', 'y'", "('a', 'd'", "('a', 'c'", "('a', 'e'"]
