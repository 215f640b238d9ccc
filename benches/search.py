"""Search: a program's counterpart in another language, and the latency of each kind of query."""

from __future__ import annotations

import sysconfig
from typing import TYPE_CHECKING

from benches import cross_language
from benches.cargo import example
from benches.data import DATA_VARIABLE, data_folder
from benches.figures import Figures
from sapwood.demo.corpus import LIBRARY_EXCLUDES

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    "words": "the words of a function's dotted name",
    "place": "FILE:LINE of a function",
    "code": "the text of a function",
}


def measure() -> Figures:
    """Run the engine's search bench on the standard library without its tests, then the search across languages."""
    measured = example("search_bench", sysconfig.get_path("stdlib"), *LIBRARY_EXCLUDES)
    figures = Figures(samples=measured)
    for kind, query in KINDS.items():
        for percentile in ("p50", "p99"):
            figures.add(
                f"{kind}_{percentile}_ms",
                measured[kind][f"{percentile}_ms"],
                f"{percentile} of {measured['queries']} searches for {query} among {measured['functions']} functions, "
                "10 hits, nothing learned; release build, one query at a time",
            )
    for key in ("p99_ms_50k", "p99_ms_1m", "recall_at_10"):
        figures.leave_out(key, "vectors are scanned exactly so far, and no set of that size is measured")
    _add_cross_language(figures, data_folder())
    return figures


def _add_cross_language(figures: Figures, folder: Path) -> None:
    keys = {language: f"python_to_{language}_recall_at_1" for language in cross_language.LANGUAGES}
    try:
        table = cross_language.table(folder)
    except FileNotFoundError as error:
        for key in keys.values():
            figures.leave_out(key, f"no data set at {error.filename}; name its folder in {DATA_VARIABLE}")
        return
    for language, by_method in table.items():
        structure = by_method["structure"]
        figures.add(
            keys[language],
            structure.every,
            f"per cent of {structure.n['even'] + structure.n['odd']} Python solutions of MBPP tasks for which the "
            f"{language} solution of the same task stands first among {structure.n['candidates']}; structure index, "
            "nothing learned, own names hidden",
        )
        floor = max(by_method[name].every for name in cross_language.FLOORS)
        figures.add(
            f"python_to_{language}_over_masked_tokens",
            structure.every / floor if floor else 0.0,
            "that over the better of two token tf-idfs that see no name that a text chooses itself either",
        )
    figures.samples["cross_language"] = {
        language: {name: found.to_json() for name, found in by_method.items()} for language, by_method in table.items()
    }
