"""Labels: modules of training files, and the statements that a changed line belongs to."""

import numpy as np
import pytest

from sapwood.data.bugs import statement_targets
from sapwood.data.imports import LabelRows, import_vocabulary, label_rows

FILES = [["os", "json", "json"], ["os", "re"], ["os", "json"], ["asyncio"]]


def test_vocabulary_counts_files_and_leaves_out_the_rare():
    assert import_vocabulary(FILES, 10, 2) == ["os", "json"]
    assert import_vocabulary(FILES, 1, 2) == ["os"]
    assert import_vocabulary(FILES, 10, 1) == ["os", "json", "asyncio", "re"]


def test_rows_hold_the_known_modules():
    rows = label_rows(FILES, ["json", "os"])
    np.testing.assert_array_equal(rows.dense(np.arange(4)), [[1, 1], [0, 1], [1, 1], [0, 0]])
    np.testing.assert_array_equal(rows.take(np.array([3, 1])).dense(np.arange(2)), [[0, 0], [0, 1]])


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
