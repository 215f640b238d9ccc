"""The part of the demo that learns: train, publish, evaluate, ask, and write the report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Group

from sapwood import evaluation
from sapwood.answers import Item
from sapwood.config import load_config
from sapwood.data import PYTHON, SPLITS, TEST, load_dataset
from sapwood.data.statistics import count_split
from sapwood.demo import DemoResult, budget, show
from sapwood.demo.clock import machine, peak_megabytes
from sapwood.demo.curves import Recorder
from sapwood.demo.examples import search_by_pairs, search_by_spread
from sapwood.evaluation.bugs import make_pairs
from sapwood.evaluation.material import Material
from sapwood.formats import count, metric
from sapwood.inference import Analyzer, Predictor
from sapwood.naming import TREE_LSTM
from sapwood.report import page
from sapwood.report.content import AnalysisExample, Content, Map, SearchExample, Training
from sapwood.terminal import output, progress
from sapwood.terminal.interrupt import stop_on_interrupt
from sapwood.training import MODELS, train

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from sapwood import _core
    from sapwood.config import Config
    from sapwood.data import Dataset
    from sapwood.demo.clock import Clock
    from sapwood.demo.corpus import Corpus
    from sapwood.evaluation.bugs import Pair
    from sapwood.evaluation.results import Result

COMMANDS = ("sapwood index .", "sapwood train tree-lstm", "sapwood search FILE:LINE")
"""What to type in one's own folder."""
_EXAMPLE_LINES = (8, 20)
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Session:
    """What all steps share."""

    engine: _core.Engine
    config: Config
    dataset: Dataset
    clock: Clock
    console: Console


def learn(
    engine: _core.Engine,
    corpus: Corpus,
    index: _core.IndexReport,
    clock: Clock,
    console: Console,
    *,
    quick: bool,
) -> DemoResult:
    """Go on from the index to the report; see `sapwood.demo.run`."""
    config = load_config(overrides=budget.QUICK if quick else budget.FULL)
    show.heading(console, 2, "Train both models, packages held out")
    with clock.step("data"):
        dataset = load_dataset(engine, config)
    session = Session(engine, config, dataset, clock, console)
    split = describe_split(dataset)
    show.pairs(console, "Data", split)
    trainings = [_train(session, model) for model in MODELS]
    _published(session, trainings)
    results = _results(session, trainings)
    search, analysis = _ask(session)
    show.heading(console, 6, "Report")
    functions = budget.MAP_FUNCTIONS["quick" if quick else "full"]
    with clock.step("report"):
        content = Content(
            title=corpus.title,
            index=index,
            split=split,
            trainings=trainings,
            results=results,
            maps=[_map(session, functions)],
            search=search,
            analysis=analysis,
            machine=machine() | _memory(),
            seconds=clock.seconds,
            commands=COMMANDS,
            seed=config.seed,
        )
        report = page.write(Path(engine.workspace_path) / "reports" / _label(trainings), content)
    _close(session, report)
    versions = {training.model: training.version for training in trainings}
    return DemoResult(
        corpus.path, corpus.workspace, index, versions, results, search, report, clock.seconds, peak_megabytes()
    )


def describe_split(dataset: Dataset) -> dict[str, str]:
    """Tell what each part of the data holds, and what was left out."""
    parts = {}
    for split in SPLITS:
        counts = count_split(dataset, split)
        parts[split] = ", ".join(f"{count(many)} {name}" for name, many in counts.items())
    parts["left out"] = ", ".join(f"{count(many)} {reason}" for reason, many in dataset.dropped.items()) or "nothing"
    return parts


def _train(session: Session, model: str) -> Training:
    recorder, step = Recorder(), f"train and evaluate {model}"
    with session.clock.step(step), stop_on_interrupt() as should_stop, progress.training() as shown:

        def on_event(event: Mapping[str, Any]) -> None:
            recorder.take(event)
            shown(event)

        result = train(
            model,
            session.engine,
            session.config,
            on_event=on_event,
            should_stop=should_stop,
            dataset=session.dataset,
        )
    facts = recorder.facts() | {
        name if name == "steps" else f"best epoch, {name.replace('_', ' ')}": metric(name, value)
        for name, value in result.metrics.items()
        if value
    }
    best = session.engine.versions.show(model, result.version)["training"]["best_epoch"]
    facts["published weights"] = f"those after epoch {best + 1}, the best on validation packages"
    training = Training(
        model,
        result.version,
        session.clock.seconds[step],
        facts,
        recorder.curves(),
        recorder.phases(),
    )
    show.pairs(session.console, f"{model} in {training.seconds:.0f} s", facts)
    return training


def _published(session: Session, trainings: Sequence[Training]) -> None:
    show.heading(session.console, 3, "Published versions")
    for training in trainings:
        serving = session.engine.versions.aliases(training.model).get("serving", "nothing")
        session.console.print(f"  {training.model}: published {training.version}, serving {serving}")


def _results(session: Session, trainings: Sequence[Training]) -> list[Result]:
    """What the versions carry: each was measured before it was published."""
    show.heading(session.console, 4, "Results on held-out packages, unlearned methods beside")
    versions = session.engine.versions
    manifests = [versions.show(training.model, training.version) for training in trainings]
    results = evaluation.rows_of(manifests)
    output.show(evaluation.render(results), session.console)
    output.show(Group(*evaluation.reading(results)), session.console)
    show.pairs(session.console, "One query", dict(_latency(manifest) for manifest in manifests))
    return results


def _latency(manifest: Mapping[str, Any]) -> tuple[str, str]:
    taken = manifest["latency"]["embed"]
    figures = f"median {taken['median_ms']:.1f} ms, 99th percentile {taken['p99_ms']:.1f} ms (n = {taken['n']})"
    return f"{manifest['model']} {manifest['version']}", f"{figures}, {taken['device']}; {taken['definition']}"


def _ask(session: Session) -> tuple[SearchExample | None, AnalysisExample | None]:
    show.heading(session.console, 5, "Ask")
    with session.clock.step("ask"):
        search = search_by_pairs(session.engine, _node_pairs(session)) or search_by_spread(session.engine)
        analysis = _analyze(session)
    show.search(session.console, search)
    show.analysis(session.console, analysis)
    return search, analysis


def _node_pairs(session: Session) -> list[tuple[int, int]]:
    nodes = session.dataset.functions[session.dataset.positions(TEST)].tolist()
    pairs = Material(session.dataset, session.config).counterpart_pairs()
    return [(nodes[first], nodes[second]) for first, second in pairs]


def _analyze(session: Session) -> AnalysisExample | None:
    """Put a mistake into one held-out function drawn by the seed, whatever the models make of it."""
    dataset = session.dataset
    fewest, most = _EXAMPLE_LINES
    places = [
        at
        for at in Material(dataset, session.config).held_out(PYTHON).tolist()
        if fewest <= dataset.texts[at].count("\n") <= most
    ]
    pairs = make_pairs([dataset.texts[at] for at in places], 1, session.config.seed)
    if not pairs:
        return None
    (pair,) = pairs
    symbol = next(dataset.names[at] for at in places if dataset.texts[at] == pair.original)
    return analysis_of(Analyzer.load(session.engine), symbol, pair, PYTHON)


def analysis_of(analyzer: Analyzer, symbol: str, pair: Pair, language: str) -> AnalysisExample:
    """Ask about a function with and without its mistake."""
    items = [Item("original", pair.original, language), Item("mutant", pair.mutant, language)]
    before, after = analyzer.analyze(items)
    line = min(pair.lines)
    lines = () if after.bug is None else after.bug.lines
    return AnalysisExample(
        symbol=symbol,
        kind=pair.kind,
        line=line,
        before=_line(pair.original, line),
        after=_line(pair.mutant, line),
        probability_before=None if before.bug is None else before.bug.probability,
        probability_after=None if after.bug is None else after.bug.probability,
        lines=[(named.line, named.score) for named in lines[:_NAMED]],
        imports=[(named.name, named.score) for named in (after.imports or ())[:_NAMED]],
        untrained=after.untrained,
        note="Drawn by the seed among held-out functions, before it was known whether the mistake would be found.",
    )


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1] if number <= len(lines) else ""


def _map(session: Session, limit: int) -> Map:
    dataset = session.dataset
    order = np.random.default_rng(session.config.seed).permutation(len(dataset))[:limit]
    places = np.sort(order).tolist()
    predictor = Predictor.load(session.engine, TREE_LSTM)
    vectors = predictor.embed([dataset.texts[at] for at in places], [dataset.languages[at] for at in places])
    return Map(f"{TREE_LSTM} {predictor.version}", vectors, [str(dataset.packages[at]) for at in places])


def _memory() -> dict[str, str]:
    peak = peak_megabytes()
    return {} if peak is None else {"peak resident memory before the report was drawn": f"{count(peak)} MB"}


def _label(trainings: Sequence[Training]) -> str:
    return "-".join(f"{training.model}-{training.version}" for training in trainings)


def _close(session: Session, report: Path) -> None:
    peak = peak_megabytes()
    memory = "" if peak is None else f", peak resident memory {count(peak)} MB"
    session.console.print(f"  {report}", markup=False, soft_wrap=True)
    session.console.print(f"  {session.clock.total:.0f} s in all{memory}")
    show.commands(session.console, COMMANDS)
