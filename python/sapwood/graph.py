"""The project graph for other tools: as tables, for networkx, for PyG, and how its modules hang together.

Nothing here imports torch or numpy before something asks for it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sapwood import _core
from sapwood.dependencies import require

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import networkx as nx
    from torch_geometric.data import HeteroData


class Graph:
    """Files, modules, classes, functions, variables, imports and externals, and who contains, calls or uses whom.

    `docs/graph.md` says what each kind of node and edge means.
    """

    def __init__(self, index: _core.Index) -> None:
        self._index = index

    @classmethod
    def of(cls, path: str | os.PathLike[str] = ".", excludes: Sequence[str] = ()) -> Graph:
        """The graph of the sources below `path`, which needs no workspace and gets none.

        Args:
            path: Folder with the sources.
            excludes: Ignore patterns, such as `tests/`.

        Raises:
            PathMissingError: There is no such folder.
            EmptyFolderError: There is no source file to read.
        """
        return cls(_core.index_path(os.fspath(path), list(excludes))[0])

    def __repr__(self) -> str:
        return f"<sapwood.Graph of {self.node_count} nodes and {self.edge_count} edges>"

    @property
    def index(self) -> _core.Index:
        """The same as numpy columns."""
        return self._index

    @property
    def node_count(self) -> int:
        """Number of nodes; they are numbered from 0."""
        return len(self._index.node_kind)

    @property
    def edge_count(self) -> int:
        """Number of edges."""
        return len(self._index.edge_kind)

    def to_jsonl(self) -> Iterator[str]:
        """JSON lines with their newlines: nodes in order, then edges."""
        return self._index.graph_jsonl()

    def to_networkx(self) -> nx.MultiDiGraph[int]:
        """The graph for networkx.

        Nodes are numbers with the attributes `kind`, `name`, `file`, `start_line` and `end_line` (those three None for
        externals); an edge's key is its kind, which is also an attribute beside `confidence`.

        Raises:
            MissingDependencyError: networkx is not installed.
        """
        require("networkx")
        import networkx as nx

        graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
        graph.add_nodes_from(self._nodes())
        graph.add_edges_from(self._edges())
        return graph

    def to_pyg(self) -> HeteroData:
        """The graph for PyG, see `sapwood.hetero` for what it holds.

        Raises:
            MissingDependencyError: torch or torch-geometric is not installed.
        """
        require("torch", "torch_geometric")
        from sapwood.hetero import columns, hetero_data

        return hetero_data(columns(self._index))

    def write_jsonl(self, file: str | os.PathLike[str]) -> list[Path]:
        """Writes the JSON lines and returns the file."""
        return [_written(Path(file), "".join(self.to_jsonl()).encode())]

    def write_parquet(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Writes `nodes.parquet` and `edges.parquet` into a folder, made where it is missing, and returns both.

        Raises:
            FileNotFoundError: The folder above it is missing.
        """
        Path(folder).mkdir(exist_ok=True)
        tables = {"nodes": self._index.nodes_parquet, "edges": self._index.edges_parquet}
        return [_written(Path(folder) / f"{name}.parquet", table()) for name, table in tables.items()]

    def write_pyg(self, file: str | os.PathLike[str]) -> list[Path]:
        """Writes what `sapwood.load_pyg` reads, as safetensors, and returns the file.

        Raises:
            MissingDependencyError: safetensors is not installed.
        """
        require("safetensors")
        from sapwood.hetero import columns, packed

        return [_written(Path(file), packed(columns(self._index)))]

    def _nodes(self) -> Iterator[tuple[int, dict[str, Any]]]:
        index, paths = self._index, self._index.file_paths
        columns = (index.node_kind, index.node_file, index.node_start_line, index.node_end_line)
        rows = zip(index.node_names, *(column.tolist() for column in columns), strict=True)
        for node, (name, kind, file, start, end) in enumerate(rows):
            inside = file < len(paths)
            yield (
                node,
                {
                    "kind": _core.NODE_KINDS[kind],
                    "name": name,
                    "file": paths[file] if inside else None,
                    "start_line": start if inside else None,
                    "end_line": end if inside else None,
                },
            )

    def _edges(self) -> Iterator[tuple[int, int, str, dict[str, Any]]]:
        index = self._index
        columns = (index.edge_source, index.edge_target, index.edge_kind, index.edge_confidence)
        for source, target, number, confidence in zip(*(column.tolist() for column in columns), strict=True):
            kind = _core.EDGE_KINDS[number]
            yield source, target, kind, {"kind": kind, "confidence": confidence}


def load_pyg(file: str | os.PathLike[str]) -> HeteroData:
    """The `torch_geometric.data.HeteroData` of a file that `graph export --format pyg` wrote.

    Raises:
        MissingDependencyError: torch, torch-geometric or safetensors is not installed.
        PathMissingError: There is no such file.
        BadInputError: The file is something else, or damaged.
        SchemaMismatchError: Its features are of another schema.
    """
    require("torch", "torch_geometric", "safetensors")
    from sapwood.hetero import loaded

    return loaded(Path(file))


def _written(path: Path, data: bytes) -> Path:
    _core.write_atomic(str(path), data)
    return path
