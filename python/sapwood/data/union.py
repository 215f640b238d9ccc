"""One graph of everything that the graph model learns from: the project, and texts that stand alone beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sapwood import _core
from sapwood.data.split import SPLITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sapwood.data.bugs import Mutants
    from sapwood.data.dataset import Dataset
    from sapwood.data.outcomes import Outcomes


@dataclass(frozen=True)
class Places:
    """Nodes of the union graph: the project's, then those of texts that stand alone.

    Shapes:
        project (n,): each function in the project; texts (v,): file node of each view; files (F,): the project's files;
        mutants, originals: function nodes of each split's mutants and of their unmutated texts;
        outcomes (k,): file node of the text of each.
    """

    project: NDArray[np.int64]
    texts: NDArray[np.int64]
    files: NDArray[np.int64]
    mutants: dict[str, NDArray[np.int64]]
    originals: dict[str, NDArray[np.int64]]
    outcomes: NDArray[np.int64]

    def anchors(self, views: NDArray[np.int64], share: float, rng: np.random.Generator) -> NDArray[np.int64]:
        """A node for each view: its own text's file, or for a `share` of the functions its place in the project.

        There its name is seen; what it is paired with never shows its own, so names alone find nobody.
        """
        in_project = (rng.random(len(views)) < share) & (views < len(self.project))
        nodes = self.texts[views]
        nodes[in_project] = self.project[views[in_project]]
        return nodes


def union_graph(
    dataset: Dataset,
    views: Sequence[str],
    languages: Sequence[str],
    mutants: Mapping[str, Mutants],
    outcomes: Outcomes,
) -> tuple[_core.InputGraph, Places]:
    """The project's graph beside those of all views, in their languages, and mutants, and where everything is in it.

    Callers and subclasses cross packages; edges between splits are cut, so that no training step sees a test package.
    """
    project = dataset.index.input_graph.cut(node_splits(dataset))
    texts = [*views, *(text for split in mutants for text in mutants[split].texts), *outcomes.texts]
    of_mutants = [dataset.languages[function] for group in mutants.values() for function in group.functions.tolist()]
    graphs = _core.text_graphs(texts, [*languages, *of_mutants, *outcomes.languages])
    shift, functions = project.node_count, first_functions(graphs)
    mutant_nodes, start = {}, len(views)
    for split, group in mutants.items():
        mutant_nodes[split] = shift + functions[start : start + len(group)]
        start += len(group)
    beside = outcomes.code >= len(dataset)
    tested = graphs.file_nodes[outcomes.code + np.where(beside, start - len(dataset), 0)]
    places = Places(
        project=dataset.functions.astype(np.int64),
        texts=shift + graphs.file_nodes[: len(views)].astype(np.int64),
        files=dataset.file_nodes,
        mutants=mutant_nodes,
        originals={split: shift + functions[group.functions] for split, group in mutants.items()},
        outcomes=shift + tested.astype(np.int64),
    )
    return _core.InputGraph.concat([project, graphs.graph]), places


def node_splits(dataset: Dataset) -> NDArray[np.uint8]:
    """Number of the split of each node's file; files that take no part, and externals, stand apart."""
    of_file = np.full(len(dataset.index.file_paths) + 1, len(SPLITS), dtype=np.uint8)
    of_file[dataset.files] = [SPLITS.index(split) for split in dataset.file_split.tolist()]
    return of_file[np.minimum(dataset.index.node_file, len(of_file) - 1)]


def first_functions(graphs: _core.TextGraphs) -> NDArray[np.int64]:
    """The outermost function of each text: the first function node, or the file node of a text without any."""
    nodes = graphs.file_nodes.astype(np.int64)
    functions = np.flatnonzero(graphs.node_kind == _core.NODE_KINDS.index("function"))
    texts, first = np.unique(graphs.node_text[functions], return_index=True)
    nodes[texts] = functions[first]
    return nodes
