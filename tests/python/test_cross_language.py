"""The search across languages beats tokens by what it is said to, on real solutions where they are at hand."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from benches import cross_language
from benches.data import DATA_VARIABLE, data_folder

if TYPE_CHECKING:
    from pathlib import Path

FUNCTIONS = {
    "python": [
        "def total(xs):\n    s = 0\n    for x in xs:\n        s += x\n    return s\n",
        "def longest(words):\n    b = ''\n    for w in words:\n        if len(w) > len(b): b = w\n    return b",
        "def is_even(n):\n    return n % 2 == 0\n",
    ],
    "java": [
        "class A { static int f(int[] a) { int t = 0; for (int i = 0; i < a.length; i++) { t += a[i]; } return t; } }",
        'class A { static String f(List<String> a) { String b = ""; for (String c : a) { if (c.length() > b.length()) '
        "{ b = c; } } return b; } }",
        "class A { static boolean f(int k) { if (k % 2 == 0) { return true; } return false; } }",
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data set of three tasks, and one without a solution."""
    for language, texts in FUNCTIONS.items():
        rows = [{"task_id": f"M/{task}", "prompt": "", "canonical_solution": text} for task, text in enumerate(texts)]
        rows.append({"task_id": "M/9", "prompt": "x", "canonical_solution": None})
        with gzip.open(tmp_path / f"mbpp-{language}.jsonl.gz", "wt") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


def test_counterparts_stand_first_and_rows_without_a_solution_are_left_out(folder: Path) -> None:
    found = cross_language.table(folder, ["java"])["java"]
    assert set(found) == set(cross_language.RANKERS)
    assert found["structure"].n == {"even": 2, "odd": 1, "candidates": 3}
    assert found["structure"].every == 100.0


def test_recall_counts_only_tasks_that_have_an_answer() -> None:
    scores = np.array([[1.0, 0.0], [0.9, 0.85], [0.6, 0.0]])
    found = cross_language.recalls(scores, queries=[1, 2, 7], candidates=[1, 2])
    assert (found.even, found.odd, found.every) == (0.0, 100.0, 50.0)
    # The first candidate is near to everything: taken for that, the second query finds its own.
    assert found.csls == 100.0


def test_structure_finds_counterparts_of_real_solutions() -> None:
    """As often as docs/canonical-form.md says, against the better of the methods that see no name of the text's own."""
    try:
        found = cross_language.table(data_folder(), ["java"])["java"]
    except FileNotFoundError as error:
        pytest.skip(f"no MBPP data at {error.filename}; name its folder in {DATA_VARIABLE}")
    floor = max(found[name].every for name in cross_language.FLOORS)
    assert found["structure"].n["even"] + found["structure"].n["odd"] > 800
    assert found["structure"].every >= 2.8 * floor
