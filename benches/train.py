"""Training throughput: our Tree-LSTM step beside one that takes a node at a time, same trees, sizes and optimiser."""

from __future__ import annotations

import statistics
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from benches.cargo import example
from benches.figures import Figures
from benches.recursive import RecursiveTreeLstm
from sapwood import _core
from sapwood.models.tree_lstm import ForestTensors, TreeLstm, TreeLstmShape

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn

PAIRS = 32
SMALLEST, LARGEST = 5, 500
PACKAGES = ("email", "http", "json", "logging", "xml", "urllib")
SHAPE = TreeLstmShape(vocabulary=10_000)
ROUNDS = 5
STEPS = 8
"""Steps of ours in a round: one is too short to be timed beside one of the reference."""


@dataclass(frozen=True)
class _Times:
    """Median seconds of a step, the best of one and two threads, and those of the parts of ours on one thread."""

    ours: float
    recursive: float
    parts: dict[str, float]
    samples: dict[str, list[float]]


def measure() -> Figures:
    """Time whole steps (forest from text excluded on both sides, forward, backward, optimiser)."""
    torch.set_flush_denormal(True)
    figures, default = Figures(), _batch()
    peak = example("product_peak", crate="sapwood-nn")["gflops"]
    figures.samples["product_gflops_one_thread"] = peak
    for key, what, forest in (
        ("tree_pairs", "kinds of nodes as the only vocabulary", _kinds_alone(default)),
        ("tree_pairs_default", "the default vocabulary", default),
    ):
        times, work = _times(forest), _operations(forest)
        figures.add(
            f"{key}_over_recursive",
            times.recursive / times.ours,
            f"pairs/s of a training step with {what} over one node at a time; 128/256/512, 10,000 embeddings, {PAIRS} "
            f"pairs, AdamW, functions of the standard library with {SMALLEST} to {LARGEST} nodes; best of one and two "
            f"threads on either side, median of {ROUNDS}, in turn",
        )
        figures.add(f"{key}_per_second", PAIRS / times.ours, f"pairs/s of ours with {what}")
        figures.add(
            f"{key}_share_of_peak",
            work / (times.parts["forward"] + times.parts["backward"]) / peak,
            f"arithmetic of the products of a pass with {what}, in its time on one thread, over the speed of the same "
            "library's product of 512 by 256 and 256 by 768 on one thread",
        )
        figures.samples[key] = {
            "seconds": times.samples,
            "seconds_of_parts_on_one_thread": times.parts,
            "gflop_a_step": work,
            "nodes_a_pair": float(forest.tree_sizes.sum()) / PAIRS,
            "distinct_share": forest.unique_nodes / float(forest.tree_sizes.sum()),
        }
    for key in ("tree_pairs_over_dgl", "tree_pairs_default_over_dgl"):
        figures.leave_out(key, "DGL needs an environment of its own")
    figures.leave_out("sage_seeds_over_pyg", "PyG's loader needs compiled parts that a plain install lacks")
    return figures


def _batch() -> _core.Forest:
    """Return PAIRS times two functions of the standard library as one forest."""
    library = str(Path(sysconfig.get_path("stdlib")))
    keep = [f"!/{package}/" for package in PACKAGES]
    index, _ = _core.index_path(library, excludes=["/*", *keep])
    texts = index.function_texts(index.functions)
    vocabulary = _core.Vocabulary.build(texts)
    sizes = _core.parse_forest(texts, vocabulary).tree_sizes
    fitting = [text for text, size in zip(texts, sizes, strict=True) if SMALLEST <= size <= LARGEST]
    stride = len(fitting) // (2 * PAIRS)
    return _core.parse_forest(fitting[::stride][: 2 * PAIRS], vocabulary)


def _kinds_alone(forest: _core.Forest) -> _core.Forest:
    """Return the same trees, each node known by the first token of its entry alone: its kind with its role."""
    kinds = forest.entry_tokens[forest.entry_indptr[:-1]][forest.entry]
    trees = [_labelled(int(root), forest, kinds.tolist()) for root in forest.roots]
    return _core.labelled_forest(trees, _core.Vocabulary.of_trees(trees))


def _labelled(root: int, forest: _core.Forest, kinds: list[int]) -> tuple[list[str], list[int | None]]:
    """Return labels and parents of a tree, with a node for each occurrence."""
    indptr, children = forest.child_indptr, forest.children
    labels: list[str] = []
    parents: list[int | None] = []
    stack: list[tuple[int, int | None]] = [(root, None)]
    while stack:
        node, parent = stack.pop()
        place = len(labels)
        labels.append(f"k{kinds[node]}")
        parents.append(parent)
        below = children[indptr[node] : indptr[node + 1]].tolist()
        stack.extend((child, place) for child in reversed(below))
    return labels, parents


def _operations(forest: _core.Forest) -> float:
    """Return GFLOP of a step's products: forward, and twice that backward."""
    leaves, below_top = int(forest.level_ends[0]), int(([0, *forest.level_ends])[-2])
    inner, entries = forest.unique_nodes - leaves, len(np.unique(forest.entry[leaves:]))
    hidden = SHAPE.hidden
    forward = leaves * 3 * hidden * SHAPE.embedding + entries * 4 * hidden * SHAPE.embedding
    forward += inner * 3 * hidden * hidden + below_top * hidden * hidden + len(forest) * hidden * SHAPE.output
    return 3 * 2 * forward / 1e9


def _times(forest: _core.Forest) -> _Times:
    torch.manual_seed(0)
    ours, reference, tensors = TreeLstm(SHAPE), RecursiveTreeLstm(SHAPE), ForestTensors.of(forest)
    step, reference_step = _step(ours, lambda: ours(tensors).outputs), _step(reference, lambda: reference(forest))
    samples: dict[str, list[float]] = {f"{name}, threads {n}": [] for n in (1, 2) for name in ("ours", "recursive")}
    for round_number in range(ROUNDS + 1):
        for threads in (1, 2):
            torch.set_num_threads(threads)
            step()
            found = {"ours": _seconds(step, STEPS), "recursive": _seconds(reference_step, 1)}
            if round_number:  # the first warms caches
                for name, seconds in found.items():
                    samples[f"{name}, threads {threads}"].append(seconds)
    medians = {name: statistics.median(values) for name, values in samples.items()}
    best = {side: min(medians[f"{side}, threads {n}"] for n in (1, 2)) for side in ("ours", "recursive")}
    return _Times(best["ours"], best["recursive"], _parts(ours, tensors), samples)


def _seconds(run: Callable[[], None], times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - start) / times


def _step(model: nn.Module, encode: Callable[[], Tensor]) -> Callable[[], None]:
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)

    def step() -> None:
        optimiser.zero_grad()
        _loss(encode()).backward()  # type: ignore[no-untyped-call]
        optimiser.step()

    return step


def _loss(outputs: Tensor) -> Tensor:
    vectors = functional.normalize(outputs, dim=1)
    return functional.cross_entropy(vectors[0::2] @ vectors[1::2].t() / 0.07, torch.arange(PAIRS))


def _parts(model: TreeLstm, tensors: ForestTensors) -> dict[str, float]:
    """Return the median seconds of each part of a step on one thread."""
    torch.set_num_threads(1)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    found: dict[str, list[float]] = {"forward": [], "loss": [], "backward": [], "optimiser": []}
    for _ in range(STEPS * ROUNDS):
        optimiser.zero_grad()
        marks = [time.perf_counter()]
        outputs = model(tensors).outputs
        marks.append(time.perf_counter())
        cut = outputs.detach().requires_grad_()
        _loss(cut).backward()  # type: ignore[no-untyped-call]
        marks.append(time.perf_counter())
        outputs.backward(cut.grad)
        marks.append(time.perf_counter())
        optimiser.step()
        marks.append(time.perf_counter())
        for values, start, end in zip(found.values(), marks, marks[1:], strict=False):
            values.append(end - start)
    return {name: statistics.median(values) for name, values in found.items()}
