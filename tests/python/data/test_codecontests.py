"""Programming problems: read from copies of the schema, collected with resume and caps, split by problem, marked."""

import json
import os
from pathlib import Path

import pytest

from sapwood.data.codecontests import Collection, capped, collect, conclude, parts_of
from sapwood.data.problems import Problem, Solution, problem_of, read_problems
from sapwood.errors import BadInputError, InterruptedRun, PathMissingError

datasets = pytest.importorskip("datasets")
FIXTURE = Path(__file__).parents[2] / "fixtures" / "codecontests"


@pytest.fixture(scope="module")
def rows():
    return [json.loads(line) for line in (FIXTURE / "problems.jsonl").read_text().splitlines()]


def gather(folder, limit=None, source=FIXTURE, language="python"):
    collection = Collection(folder, str(source), language, limit, 42)
    collect(collection)
    return conclude(collection)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_form_of_a_copy_gives_the_same_problems(rows, tmp_path):
    plain = list(read_problems(str(FIXTURE)))
    assert [problem.name for problem in plain] == [row["name"] for row in rows]
    loaded = datasets.Dataset.from_list(rows)
    loaded.to_parquet(tmp_path / "train-00000-of-00001.parquet")
    loaded.select([0]).to_parquet(tmp_path / "test-00000-of-00001.parquet")
    assert list(read_problems(str(tmp_path))) == plain, "the part for training alone"
    loaded.save_to_disk(tmp_path / "saved")
    assert list(read_problems(str(tmp_path / "saved"))) == plain
    datasets.DatasetDict(train=loaded).save_to_disk(tmp_path / "parts")
    assert list(read_problems(str(tmp_path / "parts"), skip=9)) == plain[9:]


def test_a_row_names_what_it_is_made_of(rows):
    first = problem_of(rows[0], "row 1")
    assert (first.source, first.difficulty) == ("CODEFORCES", 7)
    assert first.tests[0] == {"kind": "public", "input": "3\n", "output": "6\n"}
    assert {solution.language for solution in first.solutions} == {"PYTHON3", "CPP"}
    assert {solution.passed for solution in first.solutions} == {True, False}


@pytest.mark.parametrize("column", ["name", "public_tests", "solutions", "source"])
def test_rows_of_another_schema_are_refused_by_number(rows, column):
    row = {key: value for key, value in rows[0].items() if key != column}
    with pytest.raises(BadInputError, match=f"row 7 of x is not in the schema .*{column}"):
        problem_of(row, "row 7 of x")


def test_problems_are_split_80_to_20_whole_and_marked(tmp_path):
    statistics = gather(tmp_path)
    train, test = lines(tmp_path / "train.jsonl"), lines(tmp_path / "test.jsonl")
    assert (len(train), len(test)) == (8, 2)
    assert not {problem["name"] for problem in train} & {problem["name"] for problem in test}
    assert all(problem["origin"] == "codecontests" and problem["tests"] for problem in (*train, *test))
    assert {solution["language"] for problem in train for solution in problem["solutions"]} == {"PYTHON3"}
    assert statistics["near_duplicates_left_out"] == 4
    part = statistics["parts"]["train"]
    assert part["correct"] + part["incorrect"] == part["solutions"] == len(lines(tmp_path / "outcomes.jsonl"))
    assert json.loads((tmp_path / "statistics.json").read_text()) == statistics
    assert "origin: codecontests" in (tmp_path / "README.md").read_text()
    read = datasets.load_dataset("json", data_files=str(tmp_path / "train.jsonl"), split="train", cache_dir=tmp_path)
    assert len(read) == 8


def test_a_collection_goes_on_where_it_stopped(tmp_path):
    whole = gather(tmp_path / "whole")
    part = tmp_path / "part"
    gather(part, limit=3)
    with (part / "collected.jsonl").open("a") as file:
        file.write('{"half a line')
    assert len(lines(part / "train.jsonl")) + len(lines(part / "test.jsonl")) == 3
    assert gather(part, limit=3)["parts"]["train"]["problems"] <= 3, "the limit is reached already"
    assert gather(part) == whole
    for name in ("collected.jsonl", "train.jsonl", "test.jsonl", "outcomes.jsonl"):
        assert (part / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_stopped_collection_keeps_what_it_read(tmp_path):
    asked = iter([False, False, True])

    def heed_stop():
        if next(asked):
            raise InterruptedRun("stopped")

    collection = Collection(tmp_path, str(FIXTURE), "python", None, 42)
    with pytest.raises(InterruptedRun):
        collect(collection, heed_stop=heed_stop)
    assert len(lines(tmp_path / "collected.jsonl")) == 3
    seen = []
    collect(collection, on_problem=lambda read, kept: seen.append((read, kept)))
    assert seen[0] == (4, 4)
    assert seen[-1] == (11, 10), "one problem has no solution in Python"


def test_a_folder_of_another_collection_is_refused(tmp_path):
    gather(tmp_path)
    with pytest.raises(BadInputError, match="another or a damaged collection"):
        gather(tmp_path, language="cpp")
    os.truncate(tmp_path / "collected.jsonl", 10)
    with pytest.raises(BadInputError, match="damaged"):
        gather(tmp_path)


def test_without_solutions_in_the_language_nothing_is_written(tmp_path):
    with pytest.raises(BadInputError, match="has java solutions"):
        gather(tmp_path, language="java")
    assert not (tmp_path / "train.jsonl").exists()


def test_what_cannot_be_read_is_said_with_its_fix(tmp_path):
    with pytest.raises(PathMissingError, match="give a folder, a file, or a name"):
        next(read_problems("gone/problems.jsonl"))
    (tmp_path / "notes.txt").write_text("no data")
    with pytest.raises(BadInputError, match="no files of one kind"):
        next(read_problems(str(tmp_path)))


def test_parts_keep_80_to_20_and_what_they_were_when_more_comes():
    names = [f"problem {number}" for number in range(100)]
    parts = parts_of(names, 1)
    assert parts.count("test") == 20
    assert parts_of(names[:60], 1) == parts[:60]
    assert parts_of(["a", "b", "a"], 1)[0] == parts_of(["a", "b", "a"], 1)[2]
    assert parts != parts_of(names, 2)


def test_caps_hold_on_both_sides_of_the_verdict():
    tests = tuple({"kind": "public", "input": str(n), "output": "x" * (30_000 if n == 0 else 1)} for n in range(60))
    solutions = tuple(Solution("PYTHON3", f"print({n})", n % 3 == 0) for n in range(300))
    kept = capped(Problem("a", "", "AIZU", 1, tests, solutions), "PYTHON3")
    assert len(kept.tests) == 40
    assert kept.tests[0]["input"] == "1", "a test too long is left out"
    assert sum(solution.passed for solution in kept.solutions) == 40
    assert len(kept.solutions) == 80
    assert capped(Problem("a", "", "AIZU", 1, tests, solutions), "JAVA") is None


def test_the_command_writes_the_files_and_says_what_they_hold(run, tmp_path):
    done = run("data", "codecontests", "--source", FIXTURE, "--limit", "5", "--json")
    assert done.code == 0, done.err
    assert done.json()["parts"]["train"]["problems"] == 4
    assert (tmp_path / "codecontests" / "train.jsonl").exists()
    offline = run("data", "codecontests", "--output", "other", environment={"HF_HUB_OFFLINE": "1"})
    assert offline.code == 1
    assert "connect to the network" in offline.err
