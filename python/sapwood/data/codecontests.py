"""CodeContests for users: solutions in one language with their tests, without near-duplicates, split by problem.

First the problems are collected, a line each, so that a stopped or capped collection goes on where it was; then, of all
that is there, the parts and the statistics are written. No model that Sapwood ships or reports is trained on them.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TextIO

import numpy as np

from sapwood import _core
from sapwood.data.problems import ORIGIN, Problem, Solution, read_problems
from sapwood.data.split import TEST, TRAIN
from sapwood.data.stopping import go_on
from sapwood.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sapwood.data.stopping import HeedStop

    OnProblem = Callable[[int, int], None]
    """Is given how many problems were read, and how many of them are kept."""

DIALECTS: Final = {"python": "PYTHON3", "cpp": "CPP", "java": "JAVA"}
"""Languages that Sapwood reads, as CodeContests names them; its PYTHON is Python 2."""
MOST_SOLUTIONS, MOST_TESTS, LONGEST_TEST = 40, 40, 20_000
"""Caps of a problem: solutions that pass, as many that fail, tests, and characters of a test's input and output."""
BLOCK: Final = 5
"""One problem in so many is for testing: 80/20, whenever the collection ends."""
OFTEN: Final = 100
"""Problems between two notes of how far a collection is."""
COLLECTED, PROGRESS = "collected.jsonl", "progress.json"


@dataclass(frozen=True)
class Collection:
    """What is collected, and where.

    Attributes:
        folder: Everything is written there.
        source: A folder, a file, or a name on the hub.
        language: One of `DIALECTS`.
        limit: Problems kept at most, None for all.
        seed: Of the parts.
    """

    folder: Path
    source: str
    language: str
    limit: int | None
    seed: int

    @property
    def identity(self) -> dict[str, str]:
        """What must not change while a collection goes on."""
        return {"source": self.source, "language": self.language}


def collect(collection: Collection, on_problem: OnProblem | None = None, heed_stop: HeedStop = go_on) -> None:
    """Appends problems that have solutions and tests to the collection, from where it stands up to its limit.

    Raises:
        InterruptedRun: `heed_stop` asked for it; what was collected is saved.
        SapwoodError: Those of `read_problems`, and a folder that holds another collection.
    """
    collection.folder.mkdir(parents=True, exist_ok=True)
    read, kept = _resume(collection)
    if collection.limit is not None and kept >= collection.limit:
        return
    with (collection.folder / COLLECTED).open("a", encoding="utf-8") as file:
        try:
            for problem in read_problems(collection.source, read):
                read += 1
                if (chosen := capped(problem, DIALECTS[collection.language])) is not None:
                    file.write(json.dumps(asdict(chosen)) + "\n")
                    kept += 1
                if on_problem is not None:
                    on_problem(read, kept)
                heed_stop()
                if kept == collection.limit:
                    break
                if read % OFTEN == 0:
                    _note(collection, read, kept, file)
        finally:
            _note(collection, read, kept, file)


def capped(problem: Problem, language: str) -> Problem | None:
    """The problem with its solutions in one language and tests up to the caps; None without any of either."""
    tests = [test for test in problem.tests if max(len(test["input"]), len(test["output"])) <= LONGEST_TEST]
    own = [solution for solution in problem.solutions if solution.language == language and solution.code.strip()]
    passing = [solution for solution in own if solution.passed][:MOST_SOLUTIONS]
    failing = [solution for solution in own if not solution.passed][:MOST_SOLUTIONS]
    if not tests or not own:
        return None
    return replace(problem, tests=tuple(tests[:MOST_TESTS]), solutions=(*passing, *failing))


def conclude(collection: Collection) -> dict[str, Any]:
    """Writes `train.jsonl`, `test.jsonl`, `outcomes.jsonl`, `statistics.json` and the card of what was collected.

    Returns the statistics.

    Raises:
        BadInputError: No problem was collected.
    """
    problems = list(_collected(collection.folder))
    if not problems:
        message = f"no problem of {collection.source} has {collection.language} solutions and tests; try another source"
        raise BadInputError(message)
    parts = parts_of([problem.name for problem in problems], collection.seed)
    distinct = without_copies(problems, parts, collection.language)
    by_part = {
        part: [problem for problem, own in zip(distinct, parts, strict=True) if own == part and problem.solutions]
        for part in (TRAIN, TEST)
    }
    before = sum(len(problem.solutions) for problem in problems)
    statistics: dict[str, Any] = {
        "origin": ORIGIN,
        "source": collection.source,
        "language": collection.language,
        "seed": collection.seed,
        "near_duplicates_left_out": before - sum(len(problem.solutions) for problem in distinct),
        "parts": {part: count_part(found) for part, found in by_part.items()},
    }
    for part, found in by_part.items():
        _write_lines(collection.folder / f"{part}.jsonl", map(_line, found))
    _write_lines(collection.folder / "outcomes.jsonl", _outcomes(by_part[TRAIN]))
    _write(collection.folder / "statistics.json", json.dumps(statistics, indent=2) + "\n")
    _write(collection.folder / "README.md", card(statistics))
    return statistics


def parts_of(names: Sequence[str], seed: int) -> list[str]:
    """The part of each problem, in order: one of each `BLOCK` names is for testing; problems of one name stay together.

    What was collected before keeps its part when a collection goes on.
    """
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    drawn = [int(np.random.default_rng([seed, block]).integers(BLOCK)) for block in range(len(numbers) // BLOCK + 1)]
    return [TEST if drawn[numbers[name] // BLOCK] == numbers[name] % BLOCK else TRAIN for name in names]


def without_copies(problems: Sequence[Problem], parts: Sequence[str], language: str) -> list[Problem]:
    """The problems without solutions that are near-duplicates of an earlier one with the same result.

    None in the test part is alike one in the training part, whatever its result.
    """
    every = [(place, solution) for place, problem in enumerate(problems) for solution in problem.solutions]
    groups = _core.near_duplicates([solution.code for _, solution in every], language).tolist()
    trained = {group for (place, _), group in zip(every, groups, strict=True) if parts[place] == TRAIN}
    kept: list[list[Solution]] = [[] for _ in problems]
    seen: set[tuple[int, bool]] = set()
    for (place, solution), group in zip(every, groups, strict=True):
        copied = (group, solution.passed) in seen or (parts[place] == TEST and group in trained)
        if not copied:
            seen.add((group, solution.passed))
            kept[place].append(solution)
    return [replace(problem, solutions=tuple(own)) for problem, own in zip(problems, kept, strict=True)]


def count_part(problems: Sequence[Problem]) -> dict[str, Any]:
    """How much a part holds."""
    solutions = [solution for problem in problems for solution in problem.solutions]
    passed = sum(solution.passed for solution in solutions)
    tests = [len(problem.tests) for problem in problems for _ in problem.solutions]
    return {
        "problems": len(problems),
        "solutions": len(solutions),
        "correct": passed,
        "incorrect": len(solutions) - passed,
        "tests": sum(len(problem.tests) for problem in problems),
        "tests_per_solution": round(float(np.mean(tests)), 2) if tests else 0.0,
        "languages": dict(Counter(solution.language.lower() for solution in solutions)),
        "sources": dict(Counter(problem.source.lower() for problem in problems)),
    }


def card(statistics: dict[str, Any]) -> str:
    """What the folder is, in the form of a data set card."""
    rows = "\n".join(
        f"| {part} | {found['problems']} | {found['correct']} | {found['incorrect']} | {found['tests']} |"
        for part, found in statistics["parts"].items()
    )
    return f"""---
origin: {ORIGIN}
license: cc-by-4.0
configs:
  - config_name: default
    data_files:
      - {{split: train, path: train.jsonl}}
      - {{split: test, path: test.jsonl}}
---

# Programming problems with tests

Made by `sapwood data codecontests` from `{statistics["source"]}` (CodeContests, Li et al., 2022, CC BY 4.0): solutions
in {statistics["language"]}, split by problem with seed {statistics["seed"]}, without near-duplicates
({statistics["near_duplicates_left_out"]} left out). A line is a problem with its tests and its solutions.

| part | problems | correct solutions | incorrect solutions | tests |
|---|---:|---:|---:|---:|
{rows}

`outcomes.jsonl` labels the solutions of the training part for `sapwood train graphsage data.outcomes=outcomes.jsonl`.
A version trained with it counts `outcomes_from_{ORIGIN}` in its manifest. The versions and figures that Sapwood itself
publishes use none of this: what is judged on programming problems must not have learned from them.
"""


def _resume(collection: Collection) -> tuple[int, int]:
    """How many rows were read and how many problems kept before; cuts off what a crash left half written."""
    progress, collected = collection.folder / PROGRESS, collection.folder / COLLECTED
    if not progress.exists():
        collected.unlink(missing_ok=True)
        return 0, 0
    try:
        known = json.loads(progress.read_text(encoding="utf-8"))
        read, kept, size = int(known["read"]), int(known["kept"]), int(known["bytes"])
        same = known["identity"] == collection.identity and collected.stat().st_size >= size
    except (ValueError, KeyError, TypeError, OSError):
        same, read, kept, size = False, 0, 0, 0
    if not same:
        message = (
            f"{collection.folder} holds another or a damaged collection; give another --output, or delete that folder"
        )
        raise BadInputError(message)
    os.truncate(collected, size)
    return read, kept


def _note(collection: Collection, read: int, kept: int, file: TextIO) -> None:
    file.flush()
    known = {"identity": collection.identity, "read": read, "kept": kept, "bytes": file.tell()}
    _write(collection.folder / PROGRESS, json.dumps(known))


def _collected(folder: Path) -> Iterator[Problem]:
    with (folder / COLLECTED).open(encoding="utf-8") as file:
        for line in file:
            known = json.loads(line)
            solutions = tuple(Solution(**solution) for solution in known.pop("solutions"))
            yield Problem(**{**known, "tests": tuple(known["tests"]), "solutions": solutions})


def _line(problem: Problem) -> dict[str, Any]:
    return {**asdict(problem), "origin": ORIGIN}


def _outcomes(problems: Sequence[Problem]) -> Iterator[dict[str, Any]]:
    for problem in problems:
        for solution in problem.solutions:
            yield {"code": solution.code, "passed": solution.passed, "group": problem.name, "origin": ORIGIN}


def _write_lines(path: Path, lines: Iterator[dict[str, Any]]) -> None:
    _write(path, "".join(json.dumps(line) + "\n" for line in lines))


def _write(path: Path, text: str) -> None:
    _core.write_atomic(str(path), text.encode())
