"""A report has all its sections and pictures, whatever was or was not measured."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sapwood.evaluation.metrics import Mean
from sapwood.evaluation.results import Table
from sapwood.report import page, plots
from sapwood.report.content import AnalysisExample, Content, Map, SearchExample, Training

if TYPE_CHECKING:
    from pathlib import Path

INDEX = {
    "files": 2,
    "files_read": 2,
    "languages": {"python": 2},
    "bytes": 1_500_000,
    "seconds": 0.5,
    "unchanged": False,
    "megabytes_per_second": 3.0,
    "nodes": {"file": 2, "class": 0, "function": 9},
    "edges": {"contains": 11},
    "functions": 9,
    "distinct_subtrees": 70,
    "total_subtrees": 100,
    "skipped": [{"path": "broken|file.py", "code": "not_utf8", "reason": "it is not UTF-8"}],
    "syntax_errors": [],
}
HIT = {
    "node": 1,
    "path": "a/b.py",
    "symbol": "a.b.walk",
    "start_line": 7,
    "end_line": 9,
    "score": 0.5,
    "legs": [{"leg": "structure", "rank": 1}],
    "why": "same loop",
}
ANALYSIS = AnalysisExample(
    symbol="a.b.walk",
    kind="wrong-operator",
    line=3,
    before="    if a < b:",
    after="    if a <= b:",
    probability_before=0.2,
    probability_after=0.6,
    lines=[(3, 0.9), (1, 0.1)],
    imports=[("os", 0.5)],
    untrained=["confidence"],
    note="The first one.",
)


def content() -> Content:
    rng = np.random.default_rng(0)
    curve = plots.Curve("total (training)", list(range(100)), list(100 * 0.9 ** np.arange(100.0)))
    validation = plots.Curve("total (validation)", [1.0, 2.0], [3.0, 2.0], is_validation=True)
    table = Table("Find it", "some", "all")
    return Content(
        title="an example",
        index=INDEX,
        split={"training": "3 packages, 9 functions"},
        trainings=[Training("tree-lstm", "v0001", 12.0, {"epochs": "2"}, [curve, validation])],
        results=[table.row("tree-lstm", "MRR", Mean(0.5, 0.1, 10), is_baseline=False)],
        maps=[Map("tree-lstm v0001", rng.normal(size=(40, 8)).astype(np.float32), [f"p{i % 15}" for i in range(40)])],
        search=SearchExample("c.d.walk", "c/d.py:3", [HIT], ["a.b.walk"], "Chosen first."),
        analysis=ANALYSIS,
        machine={"processor": "one"},
        seconds={"index": 0.5},
        commands=["sapwood index ."],
        seed=7,
    )


def sections(text: str) -> list[str]:
    return [line[3:] for line in text.splitlines() if line.startswith("## ")]


def test_every_section_and_picture_is_written(tmp_path: Path) -> None:
    text = page.write(tmp_path / "report", content()).read_text()
    assert sections(text) == [
        "Index",
        "Data",
        "Training: tree-lstm",
        "Results on held-out packages",
        "Map: tree-lstm v0001",
        "Search by example",
        "Analysis of a known mistake",
        "Machine and time",
        "For your own folder",
    ]
    pictures = sorted(path.name for path in (tmp_path / "report").glob("*.png"))
    assert pictures == ["loss-tree-lstm.png", "map-tree-lstm.png"]
    assert all(f"]({name})" in text for name in pictures)


def test_the_page_tells_what_was_found(tmp_path: Path) -> None:
    text = page.write(tmp_path, content()).read_text()
    for said in (
        "| source | 1.50 MB in 0.500 s, 3.00 MB/s |",
        "| left out | 1 file |",
        "- left out broken|file.py: it is not UTF-8",
        "| nodes | 11 in all, function 9, file 2 |",
        "| 1 | `a.b.walk` | a/b.py:7 | structure 1 | same loop | yes |",
        "+ if a <= b:",
        "Found: its line is number 1 of those named; the probability of a bug is 3.00 times what it was.",
    ):
        assert said in text
    assert "class 0" not in text


def test_nothing_measured_is_said(tmp_path: Path) -> None:
    empty = dataclasses.replace(content(), trainings=[], results=[], maps=[], search=None, analysis=None)
    text = page.write(tmp_path, empty).read_text()
    assert "Nothing was evaluated." in text
    assert "No example: the code base has no function to search with." in text
    assert "No example: no function of a held-out package" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"probability_after": None}, "The bug head is untrained, so the mistake could not be found."),
        ({"probability_after": 0.1}, "Found in part: its line is number 1 of those named; the probability"),
        ({"lines": [(1, 0.9), (3, 0.1)]}, "Found in part: its line is number 2 of those named; the probability"),
        (
            {"lines": [(1, 0.9)]},
            "Not found: its line is not among the lines named; the probability of a bug is",
        ),
    ],
)
def test_a_verdict_is_honest(change: dict[str, object], said: str) -> None:
    assert dataclasses.replace(ANALYSIS, **change).verdict().startswith(said)


def test_pictures_of_the_same_values_are_the_same(tmp_path: Path) -> None:
    pages = [page.write(tmp_path / name, content()) for name in ("one", "two")]
    for name in ("loss-tree-lstm.png", "map-tree-lstm.png"):
        assert (pages[0].parent / name).read_bytes() == (pages[1].parent / name).read_bytes()


def test_smoothing_keeps_ends_and_means() -> None:
    losses = np.linspace(5.0, 1.0, 200)
    np.testing.assert_allclose(plots._smooth(losses), losses)
