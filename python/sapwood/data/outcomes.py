"""Labels of the confidence head: whether code passes its tests, read from a file of JSON lines.

A line is `{"function": "pkg.mod.f", "passed": true}`, or names the function by `"path"` and `"line"`, or brings
its own `"code"`, whose `"group"` (a problem, a repository) stays on one side of the splits. `passed` may be a share
from 0 to 1.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from sapwood import _core
from sapwood.data.dataset import every_package
from sapwood.data.languages import PYTHON, language_functions, node_languages
from sapwood.data.split import VALIDATION, split_packages
from sapwood.data.usable import function_sources
from sapwood.errors import BadInputError, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Self

    from numpy.typing import NDArray

    from sapwood.data.dataset import Dataset

_EXAMPLE = '{"function": "package.module.name", "passed": true}'


def _share(passed: object) -> float:
    if isinstance(passed, bool | int | float) and 0.0 <= passed <= 1.0:
        return float(passed)
    message = "should be true, false or a share from 0 to 1"
    raise ValueError(message)


def _known_language(name: str) -> str:
    if name not in _core.LANGUAGES:
        message = f"should be one of {', '.join(_core.LANGUAGES)}"
        raise ValueError(message)
    return name


class Outcome(BaseModel):
    """One line of a file of outcomes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    function: str | None = None
    """Dotted name, as `sapwood graph export` writes it."""
    path: str | None = None
    """File relative to the indexed folder, with `line`."""
    line: Annotated[int, Field(ge=1)] | None = None
    """Any line of the function, 1-based."""
    code: Annotated[str, Field(min_length=1)] | None = None
    """The source itself."""
    language: Annotated[str, AfterValidator(_known_language)] = PYTHON
    """That of `code`; an indexed function has that of its file."""
    passed: Annotated[float, BeforeValidator(_share)]
    """Whether all tests pass, or the share that do."""
    group: str | None = None
    """Texts of one group are in one split; without it each text is a group."""
    origin: str | None = None
    """Where the label comes from, for people."""

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        named = [self.function is not None, self.path is not None, self.code is not None]
        if sum(named) != 1 or (self.path is None) != (self.line is None):
            message = "give one of function, code, or path with line"
            raise ValueError(message)
        return self


@dataclass(frozen=True)
class Outcomes:
    """Code whose test results are known: functions of the data set, and texts beside it.

    Shapes:
        texts, languages (t,): sources beside the data set's; code (k,): position among the functions of the data set,
        then the texts; passed (k,): share of the tests that pass, in [0, 1]; split (k,): where each is used.
    """

    texts: list[str]
    languages: list[str]
    code: NDArray[np.int64]
    passed: NDArray[np.float32]
    split: NDArray[np.str_]
    missing: int
    """Lines that name a function which is not in the index."""
    origins: dict[str, int]
    """How many lines are from where, of those that say it."""

    def __len__(self) -> int:
        return len(self.code)

    @classmethod
    def none(cls) -> Outcomes:
        """Those of a code base alone: it does not say what its tests gave."""
        return cls([], [], np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.str_), 0, {})

    def positions(self, split: str) -> NDArray[np.int64]:
        """Positions of the outcomes of a split."""
        return np.flatnonzero(self.split == split)

    @property
    def counts(self) -> dict[str, int]:
        """How many there are, for people and for manifests; nothing without any."""
        if not len(self) and not self.missing:
            return {}
        held_out = len(self.positions(VALIDATION))
        passed = int((self.passed >= 0.5).sum())
        return {
            "outcomes": len(self),
            "outcomes_passed": passed,
            "outcomes_failed": len(self) - passed,
            "outcomes_validation": held_out,
            "outcomes_of_unknown_functions": self.missing,
            **{f"outcomes_from_{origin}": lines for origin, lines in self.origins.items()},
        }


def read_outcomes(lines: Iterable[str | bytes], name: str) -> Iterator[Outcome]:
    """The outcome of each line that isn't blank.

    Raises:
        BadInputError: A line is none, with its number and what to mend.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _outcome(line, f"line {number} of {name}")


def outcomes_of(dataset: Dataset) -> Outcomes:
    """The outcomes of the file that the settings name, of functions and texts; none without a file.

    Several lines about one piece of code count as their mean.

    Raises:
        BadInputError: A line is malformed, or no line is about anything in the index.
        PathMissingError: There is no such file.
    """
    file = dataset.config.data.outcomes
    if file is None:
        return Outcomes.none()
    outcomes = list(read_outcomes(bytes_of(file).splitlines(), file))
    found = match_outcomes(dataset, outcomes)
    if not len(found):
        message = (
            f"none of the {len(outcomes)} outcomes in {file} is of a function in the index; name functions as "
            "`sapwood graph export` does, or give their code"
        )
        raise BadInputError(message)
    return found


def bytes_of(file: str) -> bytes:
    """What a file of labels holds; raises the typed error of one that can't be read."""
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise unreadable(file, error) from None


def match_outcomes(dataset: Dataset, outcomes: Sequence[Outcome]) -> Outcomes:
    """Finds what each outcome is about; indexed functions that the data set left out take part as texts."""
    functions = _Functions(dataset)
    shares: dict[str, list[float]] = {}
    owners: dict[str, tuple[str | None, str | None]] = {}
    languages: dict[str, str] = {}
    for outcome in outcomes:
        found = functions.find(outcome) if outcome.code is None else _Found(outcome.code, outcome.language, None)
        if found is not None:
            shares.setdefault(found.text, []).append(outcome.passed)
            owners.setdefault(found.text, (found.package, outcome.group))
            languages.setdefault(found.text, found.language)
    known = {text: position for position, text in enumerate(dataset.texts) if text in shares}
    texts = [text for text in shares if text not in known]
    splits = [str(dataset.split[position]) for position in known.values()]
    of_texts = [languages[text] for text in texts]
    splits += _splits(dataset, texts, of_texts, [owners[text] for text in texts])
    passed = np.array([np.mean(shares[text]) for text in (*known, *texts)], np.float32)
    if dataset.config.data.permute_labels:
        passed = np.random.default_rng(dataset.config.seed).permutation(passed)
    code = np.concatenate([np.array(list(known.values()), np.int64), len(dataset) + np.arange(len(texts))])
    origins = dict(sorted(Counter(outcome.origin for outcome in outcomes if outcome.origin is not None).items()))
    return Outcomes(texts, of_texts, code, passed, np.array(splits, np.str_), functions.missing, origins)


class _Found(NamedTuple):
    """What an outcome is about; code of no package has none."""

    text: str
    language: str
    package: str | None


class _Functions:
    """The indexed functions of the learned languages, by name and by place.

    Attributes:
        missing: How many were asked for and not found.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._index = dataset.index
        self._nodes = language_functions(dataset.index, dataset.config.data)
        self._packages = every_package(dataset.index, dataset.config.data)
        names = dataset.index.node_names
        self._by_name: dict[str, int] = {}
        for node in self._nodes.tolist():
            self._by_name.setdefault(names[node], node)
        self._files = {path: number for number, path in enumerate(dataset.index.file_paths)}
        self.missing = 0

    def find(self, outcome: Outcome) -> _Found | None:
        """The function that an outcome names; None where there is none."""
        node = self._by_name.get(outcome.function or "") if outcome.path is None else self._at(outcome)
        if node is None:
            self.missing += 1
            return None
        nodes = np.array([node], np.uint32)
        (text,), (language,) = function_sources(self._index, nodes), node_languages(self._index, nodes)
        return _Found(text, language, str(self._packages[int(self._index.node_file[node])]))

    def _at(self, outcome: Outcome) -> int | None:
        """The innermost function around a line."""
        nodes = self._nodes[self._index.node_file[self._nodes] == self._files.get(outcome.path or "", -1)]
        start, end = self._index.node_start_line[nodes], self._index.node_end_line[nodes]
        around = np.flatnonzero((start <= (outcome.line or 0)) & ((outcome.line or 0) <= end))
        return int(nodes[around[np.argmax(start[around])]]) if len(around) else None


def _splits(
    dataset: Dataset, texts: list[str], languages: list[str], owners: Sequence[tuple[str | None, str | None]]
) -> list[str]:
    """The split of each text beside the data set.

    It is that of the functions that it is a near-duplicate of, else that of its package; else groups are drawn.
    """
    settings, size = dataset.config.data, len(dataset)
    every_text, every_language = [*dataset.texts, *texts], [*dataset.languages, *languages]
    numbers = _core.near_duplicates(every_text, every_language, settings.duplicate_threshold).tolist()
    of_copies = dict(zip(numbers[:size], dataset.split.tolist(), strict=True))
    of_packages = dict(zip(dataset.packages.tolist(), dataset.split.tolist(), strict=True))
    groups = [group or f"copy {number}" for (_, group), number in zip(owners, numbers[size:], strict=True)]
    drawn = split_packages(
        groups,
        validation_fraction=settings.validation_fraction,
        test_fraction=settings.test_fraction,
        seed=dataset.config.seed,
    )
    return [
        of_copies.get(number) or of_packages.get(package or "") or drawn[group]
        for number, (package, _), group in zip(numbers[size:], owners, groups, strict=True)
    ]


def _outcome(line: str | bytes, where: str) -> Outcome:
    try:
        return Outcome.model_validate_json(line)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        key = f"`{detail['loc'][0]}`: " if detail["loc"] else ""
        reason = detail["msg"].removeprefix("Value error, ")
        message = f"{where} is no outcome ({key}{reason}); write for example {_EXAMPLE}"
        raise BadInputError(message) from None
