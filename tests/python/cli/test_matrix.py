"""A matrix appears whole or not at all."""

import numpy as np
import pytest

from sapwood.cli.matrix import writing
from sapwood.errors import PathMissingError


def test_rows_are_in_order_and_missing_ones_are_nan(tmp_path):
    target = tmp_path / "vectors.npy"
    with writing(target) as matrix:
        matrix.skip()
        matrix.add(np.array([1.0, 2.0], dtype=np.float32))
        matrix.skip()
        matrix.add(np.array([3.0, 4.0], dtype=np.float32))
    read = np.load(target, allow_pickle=False)
    assert read.dtype == np.float32
    nan = np.nan
    np.testing.assert_array_equal(read, np.array([[nan, nan], [1, 2], [nan, nan], [3, 4]], dtype=np.float32))


@pytest.mark.parametrize("rows", [0, 1, 1000])
def test_any_number_of_rows_has_its_header(tmp_path, rows):
    target = tmp_path / "vectors.npy"
    with writing(target) as matrix:
        for row in range(rows):
            matrix.add(np.full(3, row, dtype=np.float32))
    assert np.load(target).shape == (rows, 3 if rows else 0)


def test_a_failure_leaves_the_old_file_and_no_trace(tmp_path):
    target = tmp_path / "vectors.npy"
    target.write_bytes(b"old")
    row = np.zeros(3, dtype=np.float32)
    with pytest.raises(RuntimeError), writing(target) as matrix:
        _add_and_fail(matrix, row)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("vectors.npy", b"old")]


def _add_and_fail(matrix, row):
    matrix.add(row)
    raise RuntimeError


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(PathMissingError, match="none"), writing(tmp_path / "none" / "vectors.npy"):
        pass
