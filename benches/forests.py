"""The trees that training is timed on, as forests with equal subtrees shared and as plain trees."""

from __future__ import annotations

import sysconfig
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sapwood import _core

SMALLEST, LARGEST = 5, 500
"""Nodes of a tree."""
PACKAGES = ("email", "http", "json", "logging", "xml", "urllib")


@dataclass(frozen=True)
class PlainTree:
    """A tree with a node for each occurrence, parents before children: node of the forest, position of the parent.

    The root has the parent -1.
    """

    nodes: list[int]
    parents: list[int]


def library_forest(trees: int) -> _core.Forest:
    """Functions of the standard library, evenly spread over its packages, as one forest."""
    library = str(Path(sysconfig.get_path("stdlib")))
    keep = [f"!/{package}/" for package in PACKAGES]
    index, _ = _core.index_path(library, excludes=["/*", *keep])
    texts = index.function_texts(index.functions)
    vocabulary = _core.Vocabulary.build(texts)
    sizes = _core.parse_forest(texts, vocabulary).tree_sizes
    fitting = [text for text, size in zip(texts, sizes, strict=True) if SMALLEST <= size <= LARGEST]
    return _core.parse_forest(fitting[:: len(fitting) // trees][:trees], vocabulary)


def kinds_alone(forest: _core.Forest) -> _core.Forest:
    """The same trees, each node known by the first token of its entry alone: its kind with its role."""
    kinds = forest.entry_tokens[forest.entry_indptr[:-1]][forest.entry].tolist()
    trees: list[tuple[list[str], list[int | None]]] = [
        ([f"k{kinds[node]}" for node in tree.nodes], [None if parent < 0 else parent for parent in tree.parents])
        for tree in plain_trees(forest)
    ]
    return _core.labelled_forest(trees, _core.Vocabulary.of_trees(trees))


def plain_trees(forest: _core.Forest) -> list[PlainTree]:
    """All trees of a forest with nothing shared."""
    indptr, children = forest.child_indptr.tolist(), forest.children.tolist()
    return [_plain(root, indptr, children) for root in forest.roots.tolist()]


def _plain(root: int, indptr: list[int], children: list[int]) -> PlainTree:
    tree = PlainTree([], [])
    stack = [(root, -1)]
    while stack:
        node, parent = stack.pop()
        place = len(tree.nodes)
        tree.nodes.append(node)
        tree.parents.append(parent)
        below = children[indptr[node] : indptr[node + 1]]
        stack.extend((child, place) for child in reversed(below))
    return tree


def tokens_of(forest: _core.Forest, trees: list[PlainTree]) -> list[list[int]]:
    """The tokens of each node of plain trees."""
    indptr, tokens, entries = forest.entry_indptr.tolist(), forest.entry_tokens.tolist(), forest.entry.tolist()
    found = (entries[node] for tree in trees for node in tree.nodes)
    return [tokens[indptr[entry] : indptr[entry + 1]] for entry in found]


def product_gflop(forest: _core.Forest, embedding: int, hidden: int, output: int) -> float:
    """GFLOP of the products of a training step with equal subtrees computed once: forward, and twice that backward."""
    leaves, below_top = int(forest.level_ends[0]), int(([0, *forest.level_ends])[-2])
    inner, entries = forest.unique_nodes - leaves, len(np.unique(forest.entry[leaves:]))
    forward = leaves * 3 * hidden * embedding + entries * 4 * hidden * embedding
    forward += inner * 3 * hidden * hidden + below_top * hidden * hidden + len(forest) * hidden * output
    return 3 * 2 * forward / 1e9
