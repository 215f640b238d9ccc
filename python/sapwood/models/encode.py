"""Texts in, raw outputs of a model out: what training, publishing and answering share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from sapwood import _core
from sapwood.models.graphsage import CODE, GraphSage, NeighbourhoodTensors
from sapwood.models.tree_lstm import ForestTensors, TreeLstm
from sapwood.trees import Tree, tree_forest, tree_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

EVERY_NEIGHBOUR = (-1, -1, -1)
"""Fan-outs without sampling: what a text's vector is must not hang on chance."""


def forest_of(
    texts: Sequence[str | Tree],
    vocabulary: _core.Vocabulary,
    languages: Sequence[str],
    anonymous: Sequence[bool] | None = None,
) -> _core.Forest:
    """The columns of texts of code, or of trees of labels, which have no language and no names to hide."""
    if texts and isinstance(texts[0], Tree):
        return tree_forest([tree for tree in texts if isinstance(tree, Tree)], vocabulary)
    return _core.parse_forest([text for text in texts if isinstance(text, str)], vocabulary, languages, anonymous)


def vocabulary_of(texts: Sequence[str | Tree], languages: Sequence[str], size: int) -> _core.Vocabulary:
    """The entries that texts of code, or trees of labels, need most."""
    if texts and isinstance(texts[0], Tree):
        return tree_vocabulary([tree for tree in texts if isinstance(tree, Tree)], size)
    return _core.Vocabulary.build([text for text in texts if isinstance(text, str)], languages, size)


@torch.inference_mode()
def encode_trees(
    model: TreeLstm, vocabulary: _core.Vocabulary, texts: Sequence[str | Tree], languages: Sequence[str], batch: int
) -> NDArray[np.float32]:
    """(n, output): outputs before whitening of one tree over each whole text in its language, `batch` texts at a time.

    With `batch=1` a text's row is the same to the last bit whatever stands beside it.
    """
    device = next(model.parameters()).device
    rows = [np.zeros((0, model.shape.output), np.float32)]
    for start in range(0, len(texts), batch):
        chunk = slice(start, start + batch)
        forest = forest_of(texts[chunk], vocabulary, languages[chunk])
        rows.append(model(ForestTensors.of(forest, device)).outputs.cpu().numpy())
    return np.concatenate(rows)


@torch.inference_mode()
def embed_seeds(model: GraphSage, graph: _core.InputGraph, seeds: NDArray[np.uint32], batch: int) -> torch.Tensor:
    """(n, output): embeddings of distinct nodes from their whole neighbourhoods, `batch` nodes at a time."""
    device = next(model.parameters()).device
    rows = [torch.zeros(0, model.shape.output, device=device)]
    for start in range(0, len(seeds), batch):
        neighbourhood = graph.sample(seeds[start : start + batch], EVERY_NEIGHBOUR, 0)
        rows.append(model(NeighbourhoodTensors.of(neighbourhood, model.shape.inputs, device)))
    return torch.cat(rows)


@torch.inference_mode()
def encode_nodes(
    model: GraphSage, graph: _core.InputGraph, seeds: NDArray[np.uint32], batch: int
) -> NDArray[np.float32]:
    """(n, output): the code head at distinct nodes of a graph, `batch` nodes at a time."""
    codes: NDArray[np.float32] = model.head(CODE, embed_seeds(model, graph, seeds, batch)).cpu().numpy()
    return codes


@torch.inference_mode()
def encode_files(model: GraphSage, texts: Sequence[str], languages: Sequence[str], batch: int) -> NDArray[np.float32]:
    """(n, output): the code head at the file node of each text that stands alone, `batch` texts at a time."""
    rows = [np.zeros((0, model.shape.output), np.float32)]
    for start in range(0, len(texts), batch):
        graphs = _core.text_graphs(texts[start : start + batch], languages[start : start + batch])
        embeddings = embed_seeds(model, graphs.graph, graphs.file_nodes, batch)
        rows.append(model.head(CODE, embeddings).cpu().numpy())
    return np.concatenate(rows)
