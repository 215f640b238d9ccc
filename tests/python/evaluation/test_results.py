"""Rows keep what they say in every form, and words never say more than the numbers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from sapwood.evaluation.metrics import Mean
from sapwood.evaluation.reading import reading
from sapwood.evaluation.results import Result, Table, markdown, read_json, render, write_json

if TYPE_CHECKING:
    from pathlib import Path

TABLE = Table("Find it", "all a|b", "everything")


def row(method: str, value: float, *, error: float | None = 0.01, is_baseline: bool = False, n: int = 100) -> Result:
    return TABLE.row(method, "MRR", Mean(value, error, n), is_baseline=is_baseline)


def test_too_few_queries_give_no_value() -> None:
    few = row("tree-lstm", 1.0, n=4)
    assert few.value is None
    assert few.note == "too few queries (n = 4)"
    assert "too few queries" in markdown([few])


def test_rows_survive_json(tmp_path: Path) -> None:
    rows = [row("a", 0.5), row("b", 0.25, n=2)]
    path = tmp_path / "deep" / "results.json"
    write_json(path, rows, model="tree-lstm")
    assert read_json(path) == rows
    assert '"model": "tree-lstm"' in path.read_text()


def test_markdown_names_queries_candidates_and_n_and_marks_the_best() -> None:
    text = markdown([row("a", 0.5), row("b", 0.25, is_baseline=True)])
    assert "Queries: all a|b. Candidates: everything." in text
    assert "| MRR (n=100) |" in text
    assert "| a | yes | **0.500 ± 0.010** |" in text
    assert "| b | no | 0.250 ± 0.010 |" in text


def test_the_terminal_shows_every_row() -> None:
    stream = io.StringIO()
    Console(file=stream, width=120).print(render([row("tree-lstm", 0.5), row("tf-idf", 0.25, is_baseline=True)]))
    assert all(word in stream.getvalue() for word in ("tree-lstm", "tf-idf", "0.500", "n=100", "everything"))


@pytest.mark.parametrize(
    ("learned", "unlearned", "said"),
    [
        (0.60, 0.40, "tree-lstm 0.600 is ahead of the best unlearned method, tf-idf 0.400"),
        (0.40, 0.60, "tf-idf 0.600, which learns nothing, is ahead of tree-lstm 0.400"),
        (0.41, 0.40, "no clear difference between tree-lstm 0.410 and tf-idf 0.400"),
    ],
)
def test_words_follow_the_numbers(learned: float, unlearned: float, said: str) -> None:
    control = row("tree-lstm, labels permuted", 0.99, is_baseline=True)
    sentence = reading([row("tree-lstm", learned), row("tf-idf", unlearned, is_baseline=True), control])
    assert len(sentence) == 1
    assert said in sentence[0]
    assert "n = 100" in sentence[0]


def test_a_difference_without_standard_error_counts_only_where_n_is_large() -> None:
    rows = [row("a", 0.6, error=None, n=20), row("b", 0.5, error=None, n=20, is_baseline=True)]
    assert "no clear difference" in reading(rows)[0]


def test_nothing_to_compare_is_said() -> None:
    assert "nothing to compare (too few queries (n = 1))" in reading([row("a", 0.6, n=1)])[0]


def test_a_note_about_all_methods_is_said_once() -> None:
    rows = [TABLE.row(name, "recall", Mean(0.5, None, 10), is_baseline=False, note="common") for name in ("a", "b")]
    assert "\n- common\n" in markdown(rows)
    assert "\n- a, b: common\n" in markdown([*rows, row("c", 0.5)])
