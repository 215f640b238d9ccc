"""Labels: modules of training files, and the statements that a changed line belongs to."""

import numpy as np
import pytest

from sapwood.data.bugs import statement_targets
from sapwood.data.imports import LabelRows, import_vocabulary, known_labels, label_rows
from sapwood.labels import Module, modules_of_json, modules_to_json

FILES = [["os", "json", "json"], ["os", "re"], ["os", "json"], ["asyncio"]]


def test_vocabulary_counts_files_and_leaves_out_the_rare():
    assert import_vocabulary(FILES, 10, 2) == ["os", "json"]
    assert import_vocabulary(FILES, 1, 2) == ["os"]
    assert import_vocabulary(FILES, 10, 1) == ["os", "json", "asyncio", "re"]


def test_rows_hold_the_known_modules():
    rows = label_rows(FILES, ["python"] * 4, [Module("python", "json"), Module("python", "os")])
    np.testing.assert_array_equal(rows.dense(np.arange(4)), [[1, 1], [0, 1], [1, 1], [0, 0]])
    np.testing.assert_array_equal(rows.take(np.array([3, 1])).dense(np.arange(2)), [[0, 0], [0, 1]])


def test_modules_of_one_name_are_different_in_different_languages():
    modules = [Module("go", "path"), Module("javascript", "path")]
    rows = label_rows([["path"], ["path"], ["path"]], ["javascript", "go", "rust"], modules)
    np.testing.assert_array_equal(rows.dense(np.arange(3)), [[0, 1], [1, 0], [0, 0]])
    np.testing.assert_array_equal(known_labels(["javascript", "rust"], modules), [[False, True], [False, False]])


@pytest.mark.parametrize(
    ("modules", "file"),
    [
        ([Module("python", "os"), Module("python", "re")], b'["os", "re"]'),  # as versions before other languages
        ([Module("go", "fmt"), Module("python", "os")], b'{"go": ["fmt"], "python": ["os"]}'),
        ([], b"[]"),
    ],
)
def test_modules_survive_their_file(modules, file):
    assert modules_to_json(modules) == file
    assert modules_of_json(file) == modules


def test_no_labels_at_all_are_rows_of_no_width():
    assert LabelRows.of([[], []], 0).dense(np.array([0, 1])).shape == (2, 0)


@pytest.mark.parametrize(
    ("lines", "changed", "targets"),
    [
        ([1, 2, 4], [2], [0, 1, 0]),
        ([1, 2, 4], [3], [0, 1, 0]),  # the second line of a statement that starts on line 2
        ([1, 2, 2, 4], [2], [0, 1, 1, 0]),  # two statements on one line
        ([4, 1, 2], [9], [1, 0, 0]),  # in no particular order
        ([3], [1], [0]),
        ([], [1], []),
        ([1, 2], [1, 2], [1, 1]),
    ],
)
def test_a_changed_line_belongs_to_the_last_statement_that_starts_before_it(lines, changed, targets):
    assert statement_targets(np.array(lines, np.int64), changed).tolist() == targets
