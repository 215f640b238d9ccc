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
    add_incremental(figures)
    figures.leave_out("full_index_over_parse", "points-to resolution is not there yet")
    figures.leave_out("sampler_over_pyg", "PyG's sampler needs compiled parts that a plain install lacks")
    return figures


def add_incremental(figures: Figures) -> None:
    """Add what indexing again and an edit of an open text cost."""
    measured = example("incremental_bench", sysconfig.get_path("stdlib"), *LIBRARY_EXCLUDES)
    figures.samples["incremental"] = measured
    of_the_first = "over that of the first index (one thread; with search, persisted); median of 5, release build"
    for what, key in (("unchanged", "nothing has changed"), ("one_file", "one file of all has changed")):
        figures.add(
            f"{what}_over_first",
            measured[f"{what}_seconds"] / measured["first_seconds"],
            f"seconds of an index, in a new process' state, where {key} {of_the_first}",
        )
    edit = measured["edit"]
    figures.add(
        "edit_ms",
        edit["median_ms"],
        f"milliseconds from a one-line edit of an open text of {edit['lines']} lines to its facts and features; median "
        f"of {edit['edits']} edits, release build",
    )
