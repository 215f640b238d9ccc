"""Pairs of functions that do alike: independent implementations matched by name and docstring, and rewrites."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sapwood import _core
from sapwood.data.stopping import go_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sapwood.config import Positives
    from sapwood.data.stopping import HeedStop

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
SHORTEST_NAME = 4
"""Letters; shorter names (`get`, `run`) are given to anything."""
SEVERAL_WORDS_WEIGHT, ONE_WORD_WEIGHT = 0.5, 0.25
"""Of a pair that its name alone speaks for: `parse_header` says more than `close`."""


@dataclass(frozen=True)
class Pairs:
    """Positions of alike functions.

    Shapes:
        first, second (p,): positions of functions; weights (p,): how sure the match is, above 0.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.first)

    def where(self, chosen: NDArray[np.bool_]) -> Pairs:
        """The pairs whose functions are both chosen; `chosen` has one entry a function."""
        kept = chosen[self.first] & chosen[self.second]
        return Pairs(self.first[kept], self.second[kept], self.weights[kept])


@dataclass(frozen=True)
class Rewrites:
    """Texts of the same meaning as functions: `texts[i]` rewrites the function at `functions[i]`."""

    functions: NDArray[np.int64]
    texts: list[str]


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


def hide_own_name(text: str, name: str) -> str:
    """The text of a function under another name wherever it stands, so that pairs matched by name are not found by it.

    A recursive call or that of a base class says the name as well as the definition does.
    """
    return re.sub(rf"\b{re.escape(name.rpartition('.')[2])}\b", HIDDEN_NAME, text)


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
    return Pairs(
        np.array([first for first, _, _ in found], np.int64),
        np.array([second for _, second, _ in found], np.int64),
        np.array([weight for _, _, weight in found], np.float32),
    )


def rewrite_functions(
    texts: Sequence[str], positions: NDArray[np.int64], seed: int, language: str, heed_stop: HeedStop = go_on
) -> Rewrites:
    """One meaning-preserving rewrite of each function at `positions` that offers a place for one."""
    rng = np.random.default_rng(seed)
    kept, rewritten = [], []
    for position in positions.tolist():
        heed_stop()
        text = rewrite(texts[position], rng, language)
        if text != texts[position]:
            kept.append(position)
            rewritten.append(text)
    return Rewrites(np.array(kept, np.int64), rewritten)


def rewrite(text: str, rng: np.random.Generator, language: str) -> str:
    """A text of the same meaning: as many kinds of rewrites as apply, in a random order, one on top of the other."""
    changed = text
    for kind in rng.permutation(_core.preserving_kinds(language)).tolist():
        rewritten = _core.preserve(changed, kind, int(rng.integers(2**32)), language)
        changed = changed if rewritten is None else rewritten.source
    return changed


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
    """Pairs of different packages among the first `most` members: a name that is more frequent says little."""
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
