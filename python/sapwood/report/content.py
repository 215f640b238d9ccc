"""What a report tells, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from sapwood.evaluation.results import Result
    from sapwood.report.plots import Curve, Span


@dataclass(frozen=True, slots=True)
class Training:
    """How one model was trained.

    Attributes:
        model: model name.
        version: version that was published.
        seconds: wall time.
        facts: what else to tell, label to text (epochs, device, pairs a second, …).
        curves: its losses.
        phases: those of its curriculum, where it had any.
    """

    model: str
    version: str
    seconds: float
    facts: Mapping[str, str] = field(default_factory=dict)
    curves: Sequence[Curve] = ()
    phases: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class SearchExample:
    """One search by example.

    Attributes:
        symbol: the function searched with.
        place: its file and first line.
        hits: answers, best first, as search gives them.
        known: symbols that are known counterparts of the function, hidden from search.
        note: how the example was chosen.
    """

    symbol: str
    place: str
    hits: Sequence[Mapping[str, Any]]
    known: Sequence[str]
    note: str


@dataclass(frozen=True, slots=True)
class AnalysisExample:
    """One analysis of a function with a known mistake.

    Attributes:
        symbol: the function.
        kind: sort of the mistake.
        line: the line it is on, 1-based in the function.
        before: that line as it was.
        after: that line with the mistake.
        probability_before: probability of a bug in the original; None where the head is untrained.
        probability_after: probability of a bug in the mutant.
        lines: the lines that look most wrong in the mutant, (line, score), best first.
        imports: the modules that its imports head names first, (name, score).
        untrained: heads that gave no answer.
        note: how the example was chosen.
    """

    symbol: str
    kind: str
    line: int
    before: str
    after: str
    probability_before: float | None
    probability_after: float | None
    lines: Sequence[tuple[int, float]]
    imports: Sequence[tuple[str, float]]
    untrained: Sequence[str]
    note: str

    def verdict(self) -> str:
        """Say whether the mistake was found."""
        if self.probability_after is None or self.probability_before is None:
            return "The bug head is untrained, so the mistake could not be found."
        times = self.probability_after / max(self.probability_before, 1e-9)
        change = f"the probability of a bug is {times:.2f} times what it was"
        places = [line for line, _ in self.lines]
        if self.line not in places:
            return f"Not found: its line is not among the lines named; {change}."
        rank = places.index(self.line) + 1
        found = "Found" if rank == 1 and times > 1.0 else "Found in part"
        return f"{found}: its line is number {rank} of those named; {change}."


@dataclass(frozen=True, slots=True)
class Map:
    """Functions as vectors, to be drawn in the plane."""

    label: str
    vectors: NDArray[np.float32]
    packages: Sequence[str]


@dataclass(frozen=True, slots=True)
class Content:
    """All that a report tells.

    Attributes:
        title: what was learned from.
        index: the report of the index.
        split: packages and functions of each part of the data, and what was left out.
        trainings: one a model.
        results: rows of the evaluation.
        maps: maps to draw.
        search: the search by example.
        analysis: the analysis of a known mistake.
        machine: label to text.
        seconds: wall time of each step.
        commands: what to type for one's own folder.
        seed: seed of all draws.
    """

    title: str
    index: Mapping[str, Any]
    split: Mapping[str, str]
    trainings: Sequence[Training]
    results: Sequence[Result]
    maps: Sequence[Map]
    search: SearchExample | None
    analysis: AnalysisExample | None
    machine: Mapping[str, str]
    seconds: Mapping[str, float]
    commands: Sequence[str]
    seed: int
