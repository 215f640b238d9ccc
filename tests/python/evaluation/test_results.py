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
    return TABLE.row(method, "MAP@R", Mean(value, error, n), is_baseline=is_baseline)


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
    assert "| MAP@R (n=100) |" in text
    assert "| a | yes | **0.500 ± 0.010** |" in text
    assert "| b | no | 0.250 ± 0.010 |" in text


def test_the_terminal_shows_every_row() -> None:
    stream = io.StringIO()
    Console(file=stream, width=120).print(render([row("tree-lstm", 0.5), row("tf-idf", 0.25, is_baseline=True)]))
    assert all(word in stream.getvalue() for word in ("tree-lstm", "tf-idf", "0.500", "n=100", "everything"))


@pytest.mark.parametrize(
    ("learned", "unlearned", "said"),
    [
        (0.60, 0.40, "is ahead of the best unlearned method in MAP@R (0.600 against 0.400 of tf-idf, n = 100)"),
        (0.40, 0.60, "is behind the best unlearned method in MAP@R (0.400 against 0.600 of tf-idf, n = 100)"),
        (0.41, 0.40, "does not clearly differ from the best unlearned method in MAP@R (0.410 against 0.400 of tf-idf"),
    ],
)
def test_words_follow_the_numbers(learned: float, unlearned: float, said: str) -> None:
    control = row("tree-lstm, labels permuted", 0.99, is_baseline=True)
    sentence = reading([row("tree-lstm", learned), row("tf-idf", unlearned, is_baseline=True), control])
    assert len(sentence) == 1
    assert said in sentence[0]
    assert "n = 100" in sentence[0]


def test_answers_without_spread_are_as_uncertain_as_one_of_them() -> None:
    rows = [row("a", 0.99, error=0.0), row("b", 1.0, error=0.0, is_baseline=True)]
    assert "does not clearly differ" in reading(rows)[0]


def test_each_learned_method_is_told_by_itself_against_the_best_unlearned_one() -> None:
    rows = [
        row("both", 0.6),
        row("tree-lstm", 0.3),
        row("good", 0.5, is_baseline=True),
        row("bad", 0.1, is_baseline=True),
    ]
    both, alone = reading(rows)
    assert "both is ahead of the best unlearned method" in both
    assert "tree-lstm is behind the best unlearned method in MAP@R (0.300 against 0.500 of good" in alone


def test_nothing_to_compare_is_said() -> None:
    assert "nothing to compare (too few queries (n = 1))" in reading([row("a", 0.6, n=1)])[0]


def test_a_note_about_all_methods_is_said_once() -> None:
    rows = [TABLE.row(name, "recall", Mean(0.5, None, 10), is_baseline=False, note="common") for name in ("a", "b")]
    assert "\n- common\n" in markdown(rows)
    assert "\n- a, b: common\n" in markdown([*rows, row("c", 0.5)])
