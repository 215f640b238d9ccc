"""Training throughput: our Tree-LSTM step beside one that takes a node at a time, same trees, sizes and optimiser."""

from __future__ import annotations

import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from benches.figures import Figures, alternate, ratio
from benches.recursive import RecursiveTreeLstm
from sapwood import _core
from sapwood.models.tree_lstm import ForestTensors, TreeLstm, TreeLstmShape

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn

PAIRS = 32
SMALLEST, LARGEST = 5, 500
PACKAGES = ("email", "http", "json", "logging", "xml", "urllib")


def measure() -> Figures:
    """Time whole steps (forest from text excluded on both sides, forward, backward, optimiser)."""
    figures = Figures()
    vocabulary, forest = _batch()
    torch.set_flush_denormal(True)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    shape = TreeLstmShape(vocabulary=len(vocabulary))
    tensors = ForestTensors.of(forest)
    ours, reference = TreeLstm(shape), RecursiveTreeLstm(shape)
    seconds = alternate(
        {
            "ours": _step(ours, lambda: ours(tensors).outputs),
            "recursive": _step(reference, lambda: reference(forest)),
        }
    )
    figures.samples = {name: [PAIRS / value for value in values] for name, values in seconds.items()}
    figures.samples["nodes_a_pair"] = float(forest.tree_sizes.sum()) / PAIRS
    figures.samples["distinct_share"] = forest.unique_nodes / float(forest.tree_sizes.sum())
    figures.add(
        "tree_pairs_default_over_recursive",
        ratio(seconds, "recursive", "ours"),
        "pairs/s of a training step with the default vocabulary over one node at a time; 128/256/512, 32 pairs, one "
        "thread, AdamW, functions of the standard library with 5 to 500 nodes; median of 3, in turn",
    )
    figures.leave_out("tree_pairs_over_recursive", "the vocabulary of kinds alone comes with the training kernels")
    for key in ("tree_pairs_over_dgl", "tree_pairs_default_over_dgl"):
        figures.leave_out(key, "DGL needs an environment of its own, which comes with the training kernels")
    figures.leave_out("sage_seeds_over_pyg", "PyG's loader needs compiled parts that a plain install lacks")
    return figures


def _batch() -> tuple[_core.Vocabulary, _core.Forest]:
    """Return a vocabulary, and PAIRS times two functions of the standard library as one forest."""
    library = str(Path(sysconfig.get_path("stdlib")))
    keep = [f"!/{package}/" for package in PACKAGES]
    index, _ = _core.index_path(library, excludes=["/*", *keep])
    texts = index.function_texts(index.functions)
    vocabulary = _core.Vocabulary.build(texts)
    sizes = _core.parse_forest(texts, vocabulary).tree_sizes
    fitting = [text for text, size in zip(texts, sizes, strict=True) if SMALLEST <= size <= LARGEST]
    stride = len(fitting) // (2 * PAIRS)
    return vocabulary, _core.parse_forest(fitting[::stride][: 2 * PAIRS], vocabulary)


def _step(model: nn.Module, encode: Callable[[], Tensor]) -> Callable[[], None]:
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)

    def step() -> None:
        optimiser.zero_grad()
        vectors = functional.normalize(encode(), dim=1)
        scores = vectors[0::2] @ vectors[1::2].t() / 0.07
        functional.cross_entropy(scores, torch.arange(PAIRS)).backward()  # type: ignore[no-untyped-call]
        optimiser.step()

    return step
