"""Pairs of functions that do alike: implementations in one language or in two, matched by name and docstring."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sapwood.data.languages import PYTHON, family_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from sapwood.config import Positives

_SUBTOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_WORD = re.compile(r"[a-z]{3,}")
_STOP_WORDS = frozenset(
    _WORD.findall(
        "the and for with that this from are not has have was were will can its all any one may used use when which"
        " into return returns returned given than then else also only but been being such see note none true false self"
    )
)
_GENERIC = frozenset(_WORD.findall("main test inner wrapper wrapped decorator helper callback handler function method"))
HIDDEN_NAME = "function"
"""Stands for a function's own name."""
_HIDDEN_NAMES = {"javascript": "method"}
"""The same by family, where the usual one is a word of the language."""
_TAG = re.compile(r"[@\\\\]\w+|\{@\w+")
"""Marks the parts of a comment that documents: `@param`, `\\return`."""
SOURCES = ("independent", "cross_language", "rewrite")
"""Where pairs come from; columns hold positions among these."""
INDEPENDENT, CROSS_LANGUAGE, REWRITE = range(len(SOURCES))
SHORTEST_NAME = 4
"""Letters; shorter names (`get`, `run`) are given to anything."""
SEVERAL_WORDS_WEIGHT, ONE_WORD_WEIGHT = 0.5, 0.25
"""Of a pair that its name alone speaks for: `parse_header` says more than `close`."""
LONG_NAME, LONG_NAME_WEIGHT = 3, 0.7
"""Words of a name, and what a pair of two languages weighs that shares one with so many."""
MOST_NAMESAKES = 3
"""Functions of one language that share a name, beyond which it is that of a protocol (`toString`, `is_empty`): without
agreeing docstrings it says nothing across languages.
"""
ARITY_SLACK = 1
"""Some languages count the object of a method among its parameters."""


@dataclass(frozen=True)
class Pairs:
    """Positions of alike functions.

    Shapes:
        first, second (p,): positions of functions; weights (p,): how sure the match is, times the weight of its source,
        above 0; sources (p,): positions in `SOURCES`.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    weights: NDArray[np.float32]
    sources: NDArray[np.int64]

    @classmethod
    def of(cls, found: Sequence[tuple[int, int, float]], source: int, weight: float = 1.0) -> Pairs:
        """Triples of two positions and how sure they are, from one source; none where that has no weight."""
        kept = found if weight else []
        return cls(
            np.array([first for first, _, _ in kept], np.int64),
            np.array([second for _, second, _ in kept], np.int64),
            weight * np.array([sure for _, _, sure in kept], np.float32),
            np.full(len(kept), source, np.int64),
        )

    def beside(self, other: Pairs) -> Pairs:
        """These pairs, then the other ones."""
        return Pairs(
            np.concatenate([self.first, other.first]),
            np.concatenate([self.second, other.second]),
            np.concatenate([self.weights, other.weights]),
            np.concatenate([self.sources, other.sources]),
        )

    def __len__(self) -> int:
        return len(self.first)

    def where(self, chosen: NDArray[np.bool_]) -> Pairs:
        """The pairs whose functions are both chosen; `chosen` has one entry a function."""
        return self.take(np.flatnonzero(chosen[self.first] & chosen[self.second]))

    def take(self, rows: NDArray[np.int64]) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.first[rows], self.second[rows], self.weights[rows], self.sources[rows])

    def by_source(self) -> dict[str, int]:
        """How many there are of each source."""
        counts = np.bincount(self.sources, minlength=len(SOURCES)).tolist()
        return dict(zip(SOURCES, counts, strict=True))


def normalised_name(name: str) -> str:
    """The last part of a dotted name in small letters, without separators; empty for a name that says nothing."""
    last = name.rpartition(".")[2]
    if last.startswith("__") and last.endswith("__"):
        return ""
    plain = "".join(_SUBTOKEN.findall(last)).lower()
    return "" if plain in _GENERIC or plain.startswith("test") else plain


def name_numbers(names: Sequence[str]) -> NDArray[np.int64]:
    """A number for each name, one for names that are normalised alike; a name that says nothing has its own."""
    numbers: dict[str, int] = {}
    keys = [normalised_name(name) or f"only {position}" for position, name in enumerate(names)]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)


def hide_own_name(text: str, name: str, language: str = PYTHON) -> str:
    """The text of a function under another name wherever it stands, so that pairs matched by name are not found by it.

    A recursive call or that of a base class says the name as well as the definition does.
    """
    hidden = _HIDDEN_NAMES.get(family_of(language), HIDDEN_NAME)
    return re.sub(rf"\b{re.escape(name.rpartition('.')[2])}\b", hidden, text)


def plain_docstring(docstring: str, language: str) -> str:
    """A docstring without what marks the parts of documenting comments, which says the same of any two functions."""
    return docstring if language == PYTHON else _TAG.sub(" ", docstring)


def match_functions(
    names: Sequence[str],
    docstrings: Sequence[str],
    packages: Sequence[str],
    groups: Sequence[str],
    *,
    settings: Positives,
    seed: int,
) -> Pairs:
    """Pairs of functions of different packages with one normalised name whose docstrings agree.

    Two docstrings must share `min_overlap` of their words (Jaccard, without common words and those of the name itself);
    the weight grows with the share. Where one function has none the name speaks alone, at a small weight.

    Args:
        names: Dotted name of each function.
        docstrings: Docstring of each, empty where it has none.
        packages: Package of each.
        groups: Pairs never cross two of these, such as splits.
        settings: Limits and weights.
        seed: Of the choice where a name has more pairs than `per_name`.
    """
    words = [_words(docstring, name) for docstring, name in zip(docstrings, names, strict=True)]
    rng = np.random.default_rng(seed)
    found: list[tuple[int, int, float]] = []
    for members in _by_name(names, groups):
        specific = len(_SUBTOKEN.findall(names[members[0]].rpartition(".")[2])) > 1
        pairs = [
            (first, second, weight)
            for first, second in _across_packages(members, packages)
            if (weight := _agreement(words[first], words[second], specific, settings.min_overlap)) > 0.0
        ]
        found += _heaviest(pairs, settings.per_name, rng)
    return Pairs.of(found, INDEPENDENT, settings.independent_weight)


def match_languages(
    names: Sequence[str],
    docstrings: Sequence[str],
    families: Sequence[str],
    groups: Sequence[str],
    arity: Callable[[int], int],
    *,
    settings: Positives,
    seed: int,
) -> Pairs:
    """Pairs of functions of different families of languages with one normalised name: `parse_header`, `parseHeader`.

    Docstrings must agree as those of one language do. Where one function has none, a name of several words speaks for
    the pair, the more words the louder, if they take about as many parameters and neither language gives that name to
    many functions. One package may hold both: bindings do.

    Args:
        names: Dotted name of each function.
        docstrings: Docstring of each, empty where it has none.
        families: Family of each one's language.
        groups: Pairs never cross two of these, such as splits.
        arity: How many parameters a function has, by its position.
        settings: Limits and weights.
        seed: Of the choice where a name has more pairs than `per_name`.
    """
    words = [_words(docstring, name) for docstring, name in zip(docstrings, names, strict=True)]
    rng = np.random.default_rng(seed)
    found: list[tuple[int, int, float]] = []
    for members in _by_name(names, groups):
        is_protocol = max(Counter(families[member] for member in members).values()) > MOST_NAMESAKES

        def weight(first: int, second: int, is_protocol: bool = is_protocol) -> float:
            if words[first] and words[second]:
                return _agreement(words[first], words[second], True, settings.min_overlap)
            loud = 0.0 if is_protocol else min(_loudness(names[first]), _loudness(names[second]))
            return loud if loud and abs(arity(first) - arity(second)) <= ARITY_SLACK else 0.0

        pairs = [(first, second, weight(first, second)) for first, second in _across_packages(members, families)]
        found += _heaviest([pair for pair in pairs if pair[2] > 0.0], settings.per_name, rng)
    return Pairs.of(found, CROSS_LANGUAGE, settings.cross_language_weight)


def _loudness(name: str) -> float:
    """What a pair of two languages weighs that nothing but its name speaks for."""
    words = len(_SUBTOKEN.findall(name.rpartition(".")[2]))
    if words >= LONG_NAME:
        return LONG_NAME_WEIGHT
    return SEVERAL_WORDS_WEIGHT if words > 1 else 0.0


def _words(docstring: str, name: str) -> frozenset[str]:
    own = {part.lower() for part in _SUBTOKEN.findall(name.rpartition(".")[2])}
    return frozenset(_WORD.findall(docstring.lower())) - _STOP_WORDS - own


def _by_name(names: Sequence[str], groups: Sequence[str]) -> Iterator[list[int]]:
    members: dict[tuple[str, str], list[int]] = {}
    for position, (name, group) in enumerate(zip(names, groups, strict=True)):
        plain = normalised_name(name)
        if len(plain) >= SHORTEST_NAME:
            members.setdefault((plain, group), []).append(position)
    return (positions for _, positions in sorted(members.items()) if len(positions) > 1)


def _across_packages(members: Sequence[int], packages: Sequence[str], most: int = 200) -> Iterator[tuple[int, int]]:
    """Pairs of different packages, or families, among the first `most` members: a more frequent name says little."""
    members = members[:most]
    for position, first in enumerate(members):
        for second in members[position + 1 :]:
            if packages[first] != packages[second]:
                yield first, second


def _agreement(first: frozenset[str], second: frozenset[str], specific: bool, least: float) -> float:
    """How far two functions of one name agree, 0 to 1."""
    if not first or not second:
        return SEVERAL_WORDS_WEIGHT if specific else ONE_WORD_WEIGHT
    overlap = len(first & second) / len(first | second)
    return 0.5 + 0.5 * overlap if overlap >= least else 0.0


def _heaviest(pairs: list[tuple[int, int, float]], most: int, rng: np.random.Generator) -> list[tuple[int, int, float]]:
    """The best pairs of one name, chance deciding between equals, in the order of their functions."""
    luck = rng.permutation(len(pairs))
    ranked = sorted(range(len(pairs)), key=lambda index: (-pairs[index][2], luck[index]))
    return sorted(pairs[index] for index in ranked[:most])
