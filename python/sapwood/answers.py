"""What is asked about code and what is answered: plain, frozen values that import nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Item:
    """A text to embed or analyze."""

    id: str | int | None
    """Comes back with the answer."""
    code: str
    """Any source text, from an expression to a file."""
    language: str = "python"
    path: str | None = None
    """The indexed file in whose place the text stands, relative to the root of the sources or absolute below it.

    Without one, or with any other path, the text stands alone.
    """


@dataclass(frozen=True, slots=True)
class Line:
    """How wrong a line looks."""

    line: int
    """1-based, in the text that was given."""
    score: float
    """0 to 1, as if every other function had a mistake: for comparing lines, not a probability."""


@dataclass(frozen=True, slots=True)
class Bug:
    """Where a text looks wrong."""

    probability: float
    """0 to 1: that it holds a mistake of any known kind, where such mistakes are as rare as `bugs.prevalence` says."""
    kinds: dict[str, float]
    """0 to 1 by kind of mistake, likewise."""
    lines: tuple[Line, ...]
    """Worst first."""


@dataclass(frozen=True, slots=True)
class Import:
    """A module that a text seems to need."""

    name: str
    """Absolute module name."""
    score: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the models say about a text. A head that was not trained gives None and is named in `untrained`."""

    version: str
    """Name of the version that answered."""
    confidence: float | None
    """Probability, 0 to 1, that the code's tests pass."""
    bug: Bug | None
    imports: tuple[Import, ...] | None
    """Best first."""
    untrained: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leg:
    """One of the ways by which a hit was found."""

    leg: str
    """structure, vectors or words."""
    rank: int
    """1 = the best of this leg."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A function that a search found."""

    path: str
    """`/`-relative to the root of the sources."""
    symbol: str
    """Dotted name, `pkg.mod.Class.method`."""
    start_line: int
    """1-based, inclusive, as is `end_line`."""
    end_line: int
    score: float
    """Larger is better; only the order means anything."""
    legs: tuple[Leg, ...]
    why: str
    """For people: what the hit has in common with the query."""
    node: int
    """Id of its node in the index."""

    @classmethod
    def of(cls, found: Any) -> Hit:
        """The hit that `_core` gave as a dictionary."""
        legs = tuple(Leg(leg["leg"], leg["rank"]) for leg in found["legs"])
        return cls(**{**found, "legs": legs})
