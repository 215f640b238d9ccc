"""The demo: learn from real code, evaluate, ask, and write a report.

A second round in the same workspace publishes the next version of both models; `fresh` starts anew.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sapwood import _core
from sapwood.demo import show
from sapwood.demo.clock import Clock, peak_megabytes
from sapwood.demo.corpus import choose
from sapwood.demo.examples import search_by_spread
from sapwood.naming import TREE_LSTM
from sapwood.terminal import progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from sapwood.demo.corpus import Corpus
    from sapwood.evaluation.results import Result
    from sapwood.report.content import SearchExample

__all__ = ["DemoResult", "run"]


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What a demo did.

    Attributes:
        sources: folder that was learned from.
        workspace: folder that holds the workspace.
        index: report of the index.
        versions: version of each model that was published and serves; empty for an untrained demo.
        results: rows of the evaluation.
        search: the search by example.
        report: the Markdown report; None for an untrained demo.
        seconds: wall time of each step.
        peak_megabytes: largest resident memory, None where the platform does not tell.
    """

    sources: Path
    workspace: Path
    index: Mapping[str, Any]
    versions: Mapping[str, str]
    results: Sequence[Result]
    search: SearchExample | None
    report: Path | None
    seconds: Mapping[str, float]
    peak_megabytes: float | None

    def as_json(self) -> dict[str, Any]:
        """Give all of it as plain values."""
        return asdict(self)


def run(
    path: Path | None,
    *,
    workspace: Path | None = None,
    quick: bool = False,
    fresh: bool = False,
    untrained: bool = False,
    console: Console,
) -> DemoResult:
    """Run the demo.

    Args:
        path: folder with sources; None takes this Python's standard library without its tests.
        workspace: folder for the workspace; None takes one in the user's cache that belongs to these sources.
        quick: a smaller round of at most 90 seconds on two cores, instead of ten minutes.
        fresh: remove what an earlier round left in the workspace; otherwise this round publishes the next version.
        untrained: only index and search, which needs nothing of the training part.
        console: where tables go; progress goes to standard error.

    Raises:
        SapwoodError: the typed reason why a step could not be done.
        InterruptedRun: Ctrl-C during training; its state is saved.
    """
    corpus = choose(path, workspace, quick=quick)
    if fresh:
        corpus.start_afresh()
    clock = Clock()
    engine, index = _index(corpus, clock, console)
    if untrained:
        return _unlearned(engine, corpus, index, clock, console)
    from sapwood.demo.learning import learn

    return learn(engine, corpus, index, clock, console, quick=quick)


def _index(corpus: Corpus, clock: Clock, console: Console) -> tuple[_core.Engine, _core.IndexReport]:
    show.heading(console, 1, f"Index {corpus.title}")
    with clock.step("index"), progress.indexing() as on_progress:
        engine = _core.Engine.create(os.fspath(corpus.path), os.fspath(corpus.workspace), corpus.excludes)
        index = engine.index(on_progress)
    show.index(console, index)
    return engine, index


def _unlearned(
    engine: _core.Engine, corpus: Corpus, index: _core.IndexReport, clock: Clock, console: Console
) -> DemoResult:
    serving = engine.versions.aliases(TREE_LSTM).get("serving")
    learned = f"{TREE_LSTM} {serving} of an earlier round; --fresh starts anew" if serving else "nothing learned yet"
    show.heading(console, 2, f"Search by example, with {learned}")
    with clock.step("search"):
        example = search_by_spread(engine)
    show.search(console, example)
    return DemoResult(corpus.path, corpus.workspace, index, {}, [], example, None, clock.seconds, peak_megabytes())
