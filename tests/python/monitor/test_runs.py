"""The run that is meant: the newest, or the one that is named."""

import os

import pytest

from sapwood.errors import BadInputError
from sapwood.monitor import find_run

NAMES = ["default/tree-lstm/1", "default/graphsage/1", "night/tree-lstm/2"]


@pytest.fixture
def runs(make_folder, tmp_path):
    for age, name in enumerate(NAMES):
        path = make_folder(name).path
        os.utime(path / "config.yaml", (age, age))
    return tmp_path / "runs"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (None, "night/tree-lstm/2"),
        ("1", "default/graphsage/1"),
        ("tree-lstm/1", "default/tree-lstm/1"),
        ("graphsage", "default/graphsage/1"),
        ("default", "default/graphsage/1"),
        ("night/tree-lstm/2", "night/tree-lstm/2"),
    ],
)
def test_a_run_is_found_by_any_part_of_its_path(runs, wanted, found):
    assert find_run(runs, wanted) == runs / found


def test_a_folder_is_a_run_or_holds_some(runs):
    for path in (runs / "default/tree-lstm/1", runs / "default/tree-lstm"):
        assert find_run(runs, str(path)) == runs / "default/tree-lstm/1"


@pytest.mark.parametrize("wanted", ["3", "tree", "1/tree-lstm"])
def test_a_run_that_is_not_there_is_told_with_what_starts_one(runs, wanted):
    with pytest.raises(BadInputError, match=r"no run `.*`.*; start one"):
        find_run(runs, wanted)


def test_without_any_run_there_is_none(tmp_path):
    with pytest.raises(BadInputError, match="no run in"):
        find_run(tmp_path / "runs", None)
