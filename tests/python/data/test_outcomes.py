"""Outcomes find the code that they are about, stay on one side of the splits, and say which line is none."""

import json

import numpy as np
import pytest

from sapwood import _core
from sapwood.config import load_config
from sapwood.data import TRAIN, load_dataset, match_outcomes, outcomes_of, read_outcomes
from sapwood.errors import BadInputError, PathMissingError

FUNCTION = "def add_{name}(values):\n    total = {name}\n    return values.{call}(total) {sign} {name}\n"
CALLS = ["append", "index", "count", "remove", "extend", "insert", "pop", "sort", "copy", "clear", "reverse", "join"]
SHORT = "\n\ndef tiny():\n    return 1\n"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Twelve packages with a function each; the first has another that is too short to be learned from."""
    root = tmp_path_factory.mktemp("packages")
    for number in range(12):
        package = root / f"package{number:02}"
        package.mkdir()
        text = FUNCTION.format(name=number, call=CALLS[number], sign="+-*"[number % 3]) + (SHORT if number == 0 else "")
        (package / "code.py").write_text(text)
    engine = _core.Engine.create(str(root), str(tmp_path_factory.mktemp("workspace")))
    engine.index()
    settings = ["data.min_lines=3", "data.duplicate_threshold=1.0", "data.validation_fraction=0.2"]
    return load_dataset(engine, load_config(None, settings))


def outcomes(dataset, *lines):
    return match_outcomes(dataset, list(read_outcomes(map(json.dumps, lines), "outcomes.jsonl")))


def test_functions_are_found_by_name_by_place_and_by_their_code(dataset):
    third = dataset.names.index("package03.code.add_3")
    found = outcomes(
        dataset,
        {"function": "package03.code.add_3", "passed": True},
        {"path": "package03/code.py", "line": 3, "passed": 0.5},
        {"code": dataset.texts[third], "passed": False, "origin": "tests of today"},
    )
    assert found.code.tolist() == [third]
    assert found.passed.tolist() == [0.5], "three lines about one function are their mean"
    assert found.split.tolist() == [dataset.split[third]]


def test_what_the_data_set_left_out_and_foreign_code_take_part_as_texts(dataset):
    found = outcomes(
        dataset,
        {"function": "package00.code.tiny", "passed": True},
        {"code": "print(input())\n", "passed": False},
    )
    assert found.texts == ["def tiny():\n    return 1", "print(input())\n"] or found.texts[0].startswith("def tiny")
    assert found.code.tolist() == [len(dataset), len(dataset) + 1]
    own = dataset.split[dataset.packages == "package00"][0]
    assert found.split[0] == own


def test_functions_that_are_not_there_are_counted(dataset):
    found = outcomes(
        dataset,
        {"function": "package00.code.gone", "passed": True},
        {"path": "package00/none.py", "line": 1, "passed": True},
        {"path": "package00/code.py", "line": 999, "passed": True},
        {"function": "package01.code.add_1", "passed": False},
    )
    assert found.missing == 3
    assert found.counts == {
        "outcomes": 1,
        "outcomes_passed": 0,
        "outcomes_failed": 1,
        "outcomes_validation": int(found.split[0] == "validation"),
        "outcomes_of_unknown_functions": 3,
    }


def test_a_group_and_copies_of_a_function_are_on_one_side(dataset):
    codes = [f"value{n} = {'+'.join(map(str, range(n, n + 9)))}\n" for n in range(40)]
    lines = [{"code": code, "passed": True, "group": f"problem {n % 8}"} for n, code in enumerate(codes)]
    found = outcomes(dataset, *lines)
    sides = [{split for split, n in zip(found.split, range(40), strict=True) if n % 8 == group} for group in range(8)]
    assert all(len(side) == 1 for side in sides)
    assert set().union(*sides) > {TRAIN}
    held_out = dataset.positions("test")[0]
    (split,) = outcomes(dataset, {"code": f"{dataset.texts[held_out]}\n\n", "passed": True}).split
    assert split == "test"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2 of o.jsonl is no outcome"),
        ('{"passed": true}', "give one of function, code, or path with line"),
        ('{"function": "f", "code": "x", "passed": true}', "give one of"),
        ('{"path": "a.py", "passed": true}', "path with line"),
        ('{"function": "f"}', "`passed`: Field required"),
        ('{"function": "f", "passed": 1.5}', "`passed`: should be true, false or a share"),
        ('{"function": "f", "passed": "yes"}', "`passed`: should be true"),
        ('{"function": "f", "passed": true, "pass": 1}', "`pass`: Extra inputs"),
    ],
)
def test_lines_that_are_no_outcome_are_refused_with_their_number(line, says):
    with pytest.raises(BadInputError, match=says):
        list(read_outcomes(["", line], "o.jsonl"))


def with_file(dataset, file):
    data = dataset.config.data.model_copy(update={"outcomes": str(file)})
    object.__setattr__(dataset, "config", dataset.config.model_copy(update={"data": data}))
    return dataset


def test_a_file_of_other_code_or_none_at_all_is_refused(dataset, tmp_path):
    config = dataset.config
    try:
        with pytest.raises(PathMissingError, match=r"gone\.jsonl"):
            outcomes_of(with_file(dataset, tmp_path / "gone.jsonl"))
        (tmp_path / "other.jsonl").write_text('{"function": "f", "passed": true}\n')
        with pytest.raises(BadInputError, match="none of the 1 outcomes"):
            outcomes_of(with_file(dataset, tmp_path / "other.jsonl"))
    finally:
        object.__setattr__(dataset, "config", config)
    assert len(outcomes_of(dataset)) == 0


def test_permuted_labels_keep_their_shares(dataset):
    lines = [{"code": f"x = {n}\n", "passed": n % 2 == 0} for n in range(30)]
    plain = outcomes(dataset, *lines)
    config = dataset.config
    try:
        data = config.data.model_copy(update={"permute_labels": True})
        object.__setattr__(dataset, "config", config.model_copy(update={"data": data}))
        permuted = outcomes(dataset, *lines)
    finally:
        object.__setattr__(dataset, "config", config)
    assert not np.array_equal(plain.passed, permuted.passed)
    assert plain.passed.sum() == permuted.passed.sum()
