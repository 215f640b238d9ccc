"""Extraction: a whole index over bare parsing of the same bytes, and beside what a user would pick instead."""

from __future__ import annotations

import statistics
import sysconfig
from pathlib import Path

import numpy as np

from benches import peers
from benches.cargo import example, fed, peak_bytes
from benches.figures import Figures
from sapwood import _core
from sapwood.demo.corpus import LIBRARY_EXCLUDES

NODES, EDGES, BATCH, FANOUTS = 40_000, 16, 256, (10, 10, 5)
CORPUS = "the standard library without its tests"
TURNS = "median of 3 taken in turn, release build"
OVER_PARSE = f"over seconds of bare tree-sitter parsing of the same bytes from memory; {CORPUS}; one thread; {TURNS}"
PEERS = {
    "python_tree_sitter_over_index": (
        "tree_sitter_walk",
        "seconds of the Python binding of tree-sitter with a walk over kinds and spans",
    ),
    "python_ast_over_index": ("ast_visitor", "seconds of Python's `ast` with a visitor over kinds and lines"),
}


def measure(*, with_peers: bool) -> Figures:
    """Run the engine's benches on the standard library, and those of the peers where they are wanted."""
    library = sysconfig.get_path("stdlib")
    measured = example("index_bench", library, *LIBRARY_EXCLUDES, "--json")
    figures = Figures(samples={"index": measured})
    _indexing(figures, measured)
    add_incremental(figures)
    peak = peak_bytes("index_bench", library, *LIBRARY_EXCLUDES, "--once")
    figures.add(
        "peak_memory_over_source",
        peak / measured["bytes"],
        f"largest resident size of a process that makes a full index once, over the bytes of the sources; {CORPUS}; "
        "one thread; n = 1",
    )
    python = peers.environment() if with_peers else None
    if python is None:
        for key in (*PEERS, "sampler_over_pyg"):
            figures.leave_out(key, "needs --peers")
        return figures
    _parsing(figures, python, library, measured)
    _sampling(figures, python)
    return figures


def _indexing(figures: Figures, measured: dict[str, float]) -> None:
    figures.add(
        "index_over_parse",
        measured["index_over_parse"],
        "seconds of an index (graph with its resolution, features, hashes of the subtrees of the forest; persisted) "
        f"{OVER_PARSE}",
    )
    figures.add(
        "full_index_over_parse",
        measured["full_index_over_parse"],
        f"seconds of what `sapwood index` makes (also the structure and word indexes; persisted) {OVER_PARSE}",
    )
    for key in ("index_over_parse", "full_index_over_parse"):
        figures.add(
            f"{key}_processor_time",
            measured[f"{key}_processor_time"],
            f"{key} by the processor time of the thread that works, which a busy machine distorts less; without "
            "waits for the disk",
        )
    figures.add(
        "two_thread_speedup",
        measured["two_thread_speedup"],
        f"seconds of the index of index_over_parse with one thread over those with two; {CORPUS}; {TURNS}",
    )


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


def _parsing(figures: Figures, python: Path, library: str, measured: dict[str, dict[str, list[float]]]) -> None:
    index, _ = _core.index_path(library, LIBRARY_EXCLUDES)
    names = "\n".join(str(Path(library) / name) for name in index.file_paths)
    found = peers.measured(python, "parsing.py", data=names.encode())
    figures.samples["parsing"] = found
    ours = statistics.median(measured["all_seconds"]["one_thread"])
    for key, (peer, what) in PEERS.items():
        seconds = statistics.median(found["seconds"][peer])
        definition = f"{what}, over seconds of our index of the same files, one thread each; {TURNS}"
        figures.add(key, seconds / ours, definition)


def _sampling(figures: Figures, python: Path) -> None:
    if why := peers.lacks(python, "torch_sparse"):
        figures.leave_out("sampler_over_pyg", why)
        return
    graph, numbers = _random_graph(), [str(number) for number in (BATCH, *FANOUTS)]
    pyg = peers.measured(python, "sampling.py", *numbers, data=graph)
    ours = fed("sampler_bench", *numbers, data=graph)
    figures.samples["sampling"] = {"ours": ours, "pyg": pyg}
    figures.add(
        "sampler_over_pyg",
        ours["seeds_per_second"] / pyg["seeds_per_second"],
        f"seeds/s of our sampler over those of PyG's, the best of its loader and its bare sampler with one thread and "
        f"with two; {NODES} nodes with {EDGES} random senders each, one edge type, fan-out {FANOUTS}, batches of "
        f"{BATCH}, no features; ours median of 5 passes over all nodes on one thread, PyG's of 3 over 20 batches",
    )


def _random_graph() -> bytes:
    """Senders by receiver, as the example `sampler_bench` reads them."""
    senders = np.random.default_rng(0).integers(0, NODES, NODES * EDGES)
    numbers = np.concatenate([[NODES, NODES * EDGES], np.arange(NODES + 1) * EDGES, senders])
    return numbers.astype("<u4").tobytes()
