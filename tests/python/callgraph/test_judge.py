"""The judge counts what it says it counts."""

import json

import pytest

from callgraph.judge import Score, by_category, edges_of, exported_edges, projects, score, table


def test_edges_of_an_expectation():
    assert edges_of({"main": ["f", "g"], "f": []}) == {("main", "f"), ("main", "g")}


def test_only_calls_between_nodes_of_the_project_are_judged():
    nodes = [("m", "module"), ("m.f", "function"), ("m.C", "class"), ("print", "external")]
    edges = [(0, 1, "calls"), (0, 3, "calls"), (1, 2, "calls"), (0, 1, "contains")]
    rows = [{"type": "node", "id": number, "name": name, "kind": kind} for number, (name, kind) in enumerate(nodes)]
    rows += [{"type": "edge", "source": a, "target": b, "kind": kind, "confidence": 0.1} for a, b, kind in edges]
    assert exported_edges(map(json.dumps, rows)) == {("m", "m.f"), ("m.f", "m.C")}


def test_a_confidence_can_be_asked_for():
    rows = [{"type": "node", "id": number, "name": name, "kind": "function"} for number, name in enumerate("abc")]
    rows += [
        {"type": "edge", "source": 0, "target": target, "kind": "calls", "confidence": confidence}
        for target, confidence in ((1, 0.9), (2, 0.2))
    ]
    assert exported_edges(map(json.dumps, rows), least=0.5) == {("a", "b")}


@pytest.mark.parametrize(
    ("expected", "found", "counts", "precision", "recall"),
    [
        ("ab ac", "ab ad", (1, 1, 1), 0.5, 0.5),
        ("ab ac ad ae", "ab", (1, 0, 3), 1.0, 0.25),
        ("", "ab", (0, 1, 0), 0.0, 1.0),
        ("ab", "", (0, 0, 1), 1.0, 0.0),
        ("", "", (0, 0, 0), 1.0, 1.0),
    ],
)
def test_scores(expected, found, counts, precision, recall):
    result = score({tuple(edge) for edge in expected.split()}, {tuple(edge) for edge in found.split()})
    assert (result.right, result.invented, result.missed) == counts
    assert (result.precision, result.recall) == (precision, recall)


def test_categories_are_sums_and_not_means():
    sums = by_category([("b", Score(1, 0, 0)), ("a", Score(9, 3, 1)), ("b", Score(0, 2, 4))])
    assert sums == {"a": Score(9, 3, 1), "b": Score(1, 2, 4), "all": Score(10, 5, 5)}
    assert list(sums) == ["a", "b", "all"]
    assert sums["all"].precision == pytest.approx(10 / 15)


def test_the_table_has_a_line_a_category():
    lines = table({"lists": Score(3, 1, 0), "all": Score(3, 1, 0)}).splitlines()
    assert len(lines) == 3
    assert lines[1].split() == ["lists", "3", "1", "0", "0.750", "1.000"]


def test_projects_are_found_in_order(tmp_path):
    for name in ("lists/b", "dicts/a", "lists/a"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "expected.json").write_text("{}")
    (tmp_path / "lists/none").mkdir()
    assert [path.relative_to(tmp_path).as_posix() for path in projects(tmp_path)] == ["dicts/a", "lists/a", "lists/b"]
