"""Where functions stand in their project: folders, files and classes, and how far apart two of them are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sapwood import _core

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Places:
    """Each function's way down the containment tree.

    Shapes:
        paths (n, depth): numbers of the folders, the file, and the classes and functions around a function, the
        outermost first, then its own; -1 beyond. files, holders (n,): its file, and what holds it directly.
    """

    paths: NDArray[np.int64]
    files: NDArray[np.int64]
    holders: NDArray[np.int64]

    def take(self, positions: NDArray[np.int64]) -> Places:
        """Some of the functions, in that order."""
        return Places(self.paths[positions], self.files[positions], self.holders[positions])


def places_of(index: _core.Index, functions: NDArray[np.uint32]) -> Places:
    """The places of n functions, given by their nodes."""
    holders, folders = _holders(index), _folders(index.file_paths, first=len(index.node_kind))
    files = index.node_file[functions].astype(np.int64)
    ways = []
    for node, file in zip(functions.tolist(), files.tolist(), strict=True):
        way = [node]
        while (holder := holders[way[-1]]) >= 0:
            way.append(int(holder))
        ways.append(folders[file] + way[::-1])
    paths = np.full((len(ways), max(map(len, ways), default=1)), -1, np.int64)
    for row, way in zip(paths, ways, strict=True):
        row[: len(way)] = way
    return Places(paths, files, holders[functions])


def tree_distances(first: Places, second: Places) -> NDArray[np.int64]:
    """(p, q): edges between each of p and each of q functions in the containment tree; 0 for a function and itself."""
    same = (first.paths[:, None] == second.paths[None, :]) & (first.paths[:, None] >= 0)
    shared = np.logical_and.accumulate(same, axis=2).sum(axis=2)
    depths = [(places.paths >= 0).sum(axis=1) for places in (first, second)]
    distances: NDArray[np.int64] = depths[0][:, None] + depths[1][None, :] - 2 * shared
    return distances


def siblings(first: Places, second: Places) -> NDArray[np.bool_]:
    """(p, q): whether two functions are of one file, or directly of one class, which may reach over files."""
    same_file = first.files[:, None] == second.files[None, :]
    related: NDArray[np.bool_] = same_file | (first.holders[:, None] == second.holders[None, :])
    return related


def _holders(index: _core.Index) -> NDArray[np.int64]:
    """(N,): the node that contains each, where a file and its own module count as one; -1 for files and externals."""
    contains = index.edge_kind == _core.EDGE_KINDS.index("contains")
    # The last entry is the holder of what nothing holds.
    holders = np.full(len(index.node_kind) + 1, -1, np.int64)
    holders[index.edge_target[contains]] = index.edge_source[contains]
    file, module = (_core.NODE_KINDS.index(kind) for kind in ("file", "module"))
    kinds = np.append(index.node_kind, 255)
    of_file = (kinds[holders] == module) & (kinds[holders[holders]] == file)
    return np.where(of_file, holders[holders], holders)[:-1]


def _folders(paths: list[str], first: int) -> list[list[int]]:
    """Numbers from `first` on of the folders of each file, the outermost first."""
    numbers: dict[str, int] = {}
    found = []
    for path in paths:
        names = path.split("/")[:-1]
        prefixes = ["/".join(names[:depth]) for depth in range(1, len(names) + 1)]
        found.append([numbers.setdefault(prefix, first + len(numbers)) for prefix in prefixes])
    return found
