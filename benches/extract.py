"""Extraction: a whole index over bare parsing of the same bytes."""

from __future__ import annotations

import sysconfig

from benches.cargo import example
from benches.figures import Figures
from sapwood.demo.corpus import LIBRARY_EXCLUDES


def measure() -> Figures:
    """Run the engine's index bench on the standard library without its tests."""
    measured = example("index_bench", sysconfig.get_path("stdlib"), *LIBRARY_EXCLUDES, "--json")
    figures = Figures(samples=measured)
    figures.add(
        "index_over_parse",
        measured["index_over_parse"],
        "seconds of an index of the standard library without its tests (one thread; graph, features, forest, "
        "persisted) over bare tree-sitter parsing of the same bytes from memory; median of at least 3, release build",
    )
    figures.add("two_thread_speedup", measured["two_thread_speedup"], "seconds with one thread over seconds with two")
    figures.leave_out("full_index_over_parse", "points-to resolution is not there yet")
    figures.leave_out("sampler_over_pyg", "PyG's sampler needs compiled parts that a plain install lacks")
    return figures
