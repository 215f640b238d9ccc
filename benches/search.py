"""Search: latency of each kind of query over the functions of the standard library."""

from __future__ import annotations

import sysconfig

from benches.cargo import example
from benches.figures import Figures
from sapwood.demo.corpus import LIBRARY_EXCLUDES

KINDS = {
    "words": "the words of a function's dotted name",
    "place": "FILE:LINE of a function",
    "code": "the text of a function",
}


def measure() -> Figures:
    """Run the engine's search bench on the standard library without its tests."""
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
    return figures
