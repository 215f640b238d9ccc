"""Programming problems in the schema of CodeContests (Li et al., 2022), read row by row through `datasets`.

The schema is that of `deepmind/code_contests` on the Hugging Face hub: tests as paired lists of inputs and outputs, and
correct and incorrect solutions as paired lists of languages and sources.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sapwood.dependencies import require
from sapwood.errors import BadInputError, EnvironmentProblemError, PathMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HUB: Final = "deepmind/code_contests"
"""Where the original is."""
ORIGIN: Final = "codecontests"
"""Marks everything that is made of it."""
LANGUAGES: Final = ("UNKNOWN_LANGUAGE", "PYTHON", "CPP", "PYTHON3", "JAVA")
SOURCES: Final = ("UNKNOWN_SOURCE", "CODECHEF", "CODEFORCES", "HACKEREARTH", "CODEJAM", "ATCODER", "AIZU")
"""What the numbers of the columns `language` and `source` stand for."""
TESTS: Final = ("public_tests", "private_tests", "generated_tests")
SOLUTIONS: Final = {"solutions": True, "incorrect_solutions": False}
"""Columns of solutions, and whether those pass."""
_READERS: Final = {".parquet": "parquet", ".jsonl": "json", ".json": "json", ".arrow": "arrow"}


@dataclass(frozen=True)
class Solution:
    """One program handed in."""

    language: str
    code: str
    passed: bool


@dataclass(frozen=True)
class Problem:
    """One row: what is asked, the tests, and the programs handed in."""

    name: str
    description: str
    source: str
    difficulty: int
    tests: tuple[dict[str, str], ...]
    """`kind`, `input` and `output` of each."""
    solutions: tuple[Solution, ...]


def read_problems(source: str, skip: int = 0) -> Iterator[Problem]:
    """The problems of a folder or file, or of a name on the hub, from the row `skip` on; little is held in memory.

    Raises:
        PathMissingError: There is no such file or folder.
        BadInputError: It holds nothing of this schema.
        EnvironmentProblemError: The hub can't be reached.
        MissingDependencyError: `datasets` is not installed.
    """
    require("datasets")
    rows = _rows(source).skip(skip)
    for number, row in enumerate(rows, start=skip + 1):
        yield problem_of(row, f"row {number} of {source}")


def problem_of(row: Mapping[str, Any], where: str) -> Problem:
    """One row as it is in the data set.

    Raises:
        BadInputError: A column is missing or of another shape.
    """
    try:
        tests = [
            {"kind": column.partition("_")[0], "input": given, "output": expected}
            for column in TESTS
            for given, expected in _paired(row[column], "input", "output")
        ]
        solutions = [
            Solution(_named(language, LANGUAGES), code, passed)
            for column, passed in SOLUTIONS.items()
            for language, code in _paired(row[column], "language", "solution")
        ]
        return Problem(
            name=str(row["name"]),
            description=str(row["description"]),
            source=_named(row["source"], SOURCES),
            difficulty=int(row["difficulty"]),
            tests=tuple(tests),
            solutions=tuple(solutions),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        message = (
            f"{where} is not in the schema of CodeContests ({type(error).__name__}: {error}); it needs name, "
            f"description, source, difficulty, {', '.join(TESTS)} and {', '.join(SOLUTIONS)}"
        )
        raise BadInputError(message) from None


def _paired(columns: Any, first: str, second: str) -> list[tuple[Any, Any]]:
    """Rows of two columns of equal length; a list of objects, as some copies have it, is taken, too."""
    if isinstance(columns, list):
        return [(entry[first], entry[second]) for entry in columns]
    return list(zip(columns[first], columns[second], strict=True))


def _named(value: int | str, names: Sequence[str]) -> str:
    if isinstance(value, str):
        return value.upper()
    return names[value]


def _rows(source: str) -> Any:
    import datasets

    # What they say on their own is neither progress nor an error with its fix.
    datasets.utils.logging.set_verbosity_error()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    datasets.disable_progress_bars()
    path = Path(source)
    if path.exists():
        return _local(path)
    if source != HUB and (source.count("/") != 1 or path.suffix in _READERS or source.startswith((".", "/"))):
        message = f"{source} does not exist; give a folder, a file, or a name on the hub such as {HUB}"
        raise PathMissingError(message)
    return _from_hub(source)


def _local(path: Path) -> Any:
    """The rows of a file, of a folder of files, or of a folder that `save_to_disk` made; of its part `train` if any."""
    import datasets

    try:
        if (path / "dataset_dict.json").is_file() or (path / "state.json").is_file():
            loaded = datasets.load_from_disk(str(path))
            part = loaded["train"] if isinstance(loaded, datasets.DatasetDict) else loaded
            return part.to_iterable_dataset()
        files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.suffix in _READERS)
        kinds = {_READERS.get(file.suffix) for file in files}
        if len(kinds) != 1 or None in kinds:
            message = f"{path} holds no files of one kind; give .parquet, .jsonl or .arrow files, or one of them"
            raise BadInputError(message)
        training = [file for file in files if file.name.startswith("train")] or files
        names = [str(file) for file in training]
        return datasets.load_dataset(str(kinds.pop()), data_files=names, split="train", streaming=True)
    except (OSError, ValueError, KeyError, datasets.exceptions.DatasetsError) as error:
        message = f"{path} cannot be read as a data set ({_first_line(error)}); give a folder or file that can"
        raise BadInputError(message) from None


def _from_hub(name: str) -> Any:
    import datasets

    try:
        return datasets.load_dataset(name, split="train", streaming=True)
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:
        message = (
            f"{name} cannot be read from the Hugging Face hub ({_first_line(error)}); connect to the network, or "
            "download it elsewhere and give its folder with --source"
        )
        raise EnvironmentProblemError(message) from None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
