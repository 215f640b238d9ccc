"""Writes the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sapwood import _core
from sapwood.evaluation.reading import reading
from sapwood.evaluation.results import markdown
from sapwood.formats import percent
from sapwood.report.figures import index_rows, skipped_lines
from sapwood.report.plots import draw_losses, draw_map, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sapwood.report.content import AnalysisExample, Content, Map, SearchExample, Training


def write(folder: Path, content: Content) -> Path:
    """Write ``report.md`` and its pictures into ``folder`` (made where it is missing); returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    sections = [
        f"# What was learned from {content.title}",
        _section("Index", _index(content.index)),
        _section("Data", _table(["part", "content"], content.split.items())),
        *(_section(f"Training: {training.model}", _training(folder, training)) for training in content.trainings),
        _section("Results on held-out packages", _results(content)),
        *(_section(f"Map: {drawn.label}", _map(folder, drawn, content.seed)) for drawn in content.maps),
        _section("Search by example", _search(content.search)),
        _section("Analysis of a known mistake", _analysis(content.analysis)),
        _section("Machine and time", _machine(content)),
        _section("For your own folder", "```\n" + "\n".join(content.commands) + "\n```"),
    ]
    page = folder / "report.md"
    _core.write_atomic(str(page), ("\n\n".join(sections) + "\n").encode())
    return page


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [_bar(head), "|" + "---|" * len(head), *(_bar(row) for row in rows)]
    return "\n".join(lines)


def _bar(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _index(index: Mapping[str, Any]) -> str:
    rows = [(label, ", ".join(values)) for label, values in index_rows(index)]
    table = _table(["what", "how much"], rows)
    listed = "\n".join(f"- {line}" for line in skipped_lines(index))
    return f"{table}\n\n{listed}" if listed else table


def _training(folder: Path, training: Training) -> str:
    rows = {"version": training.version, "time": f"{training.seconds:.0f} s", **training.facts}
    body = _table(["what", "value"], rows.items())
    if not any(curve.losses for curve in training.curves):
        return body
    name = f"loss-{training.model}.png"
    title = f"{training.model} {training.version}: loss over training"
    draw_losses(folder / name, title, training.curves, training.phases)
    return f"{body}\n\n![Loss of {training.model} over training, training and validation packages]({name})"


def _results(content: Content) -> str:
    if not content.results:
        return "Nothing was evaluated."
    notes = (
        "Held-out packages were never trained on and never used to stop training. Bold is the best of a column; ± is "
        "the standard error over queries, as if they were independent (functions of one name or package are less so); "
        "*labels permuted* is a control that must fall to chance (for imports, to what frequencies alone are worth). "
        f"One split and one run (seed {content.seed}): other seeds hold out other packages and give other figures. "
        "Mistakes are injected; how many real ones would be found was not measured, and is likely to be fewer."
    )
    said = "\n".join(f"- {line}" for line in reading(content.results))
    return f"{notes}\n\n{markdown(content.results)}\n**In words**\n\n{said}"


def _map(folder: Path, drawn: Map, seed: int) -> str:
    name = f"map-{drawn.label.split()[0]}.png"
    draw_map(folder / name, f"Functions by vector: {drawn.label}", lay_out(drawn.vectors, seed), drawn.packages)
    return (
        f"![Functions in the plane, coloured by package]({name})\n\n"
        f"{len(drawn.packages)} functions of training and held-out packages, t-SNE of the leading components of their "
        "vectors. Near points are alike; distances between far groups mean nothing."
    )


def _search(example: SearchExample | None) -> str:
    if example is None:
        return "No example: the code base has no function to search with."
    rows = [
        (
            number,
            f"`{hit['symbol']}`",
            f"{hit['path']}:{hit['start_line']}",
            _legs(hit),
            hit["why"],
            _mark(hit, example),
        )
        for number, hit in enumerate(example.hits, 1)
    ]
    table = _table(["", "function", "where", "found by", "why", "known counterpart"], rows)
    return f"Functions like `{example.symbol}` ({example.place}). {example.note}\n\n{table}"


def _mark(hit: Mapping[str, Any], example: SearchExample) -> str:
    return "yes" if hit["symbol"] in example.known else ""


def _legs(hit: Mapping[str, Any]) -> str:
    return ", ".join(f"{leg['leg']} {leg['rank']}" for leg in hit["legs"])


def _analysis(example: AnalysisExample | None) -> str:
    if example is None:
        return "No example: no function of a held-out package offers a place for a mistake."
    diff = f"```diff\n- {example.before.strip()}\n+ {example.after.strip()}\n```"
    probability = f"{percent(example.probability_before)} before, {percent(example.probability_after)} after"
    rows = [
        ("mistake", f"{example.kind}, line {example.line} of the function"),
        ("probability of a bug", probability),
        ("lines named", ", ".join(f"{line} ({score:.2f})" for line, score in example.lines) or "none"),
        ("imports named", ", ".join(f"{name} ({score:.2f})" for name, score in example.imports) or "none"),
        ("untrained heads", ", ".join(example.untrained) or "none"),
        ("verdict", example.verdict()),
    ]
    caution = (
        "Probabilities are corrected to the share of functions that have a mistake in code as it is (the setting "
        "`bugs.prevalence`), so even a function that looks wrong is probably right. Lines are scored as if every other "
        "function had a mistake."
    )
    return f"`{example.symbol}`. {example.note}\n\n{diff}\n\n{_table(['what', 'value'], rows)}\n\n{caution}"


def _machine(content: Content) -> str:
    steps = [(f"time: {step}", f"{seconds:.1f} s") for step, seconds in content.seconds.items()]
    return _table(["what", "value"], [*content.machine.items(), *steps, ("seed of all draws", content.seed)])
