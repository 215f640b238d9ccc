"""The project graph in PyG's terms: one node type a kind, one edge type a kind and the kinds at its ends.

A node type K holds, for n nodes in order of their numbers in the graph:

- `node_id` (n,): those numbers, and `num_nodes`
- `name`: n names
- `file` (n,): positions in the graph's `file_paths`, -1 for externals
- `start_line`, `end_line` (n,): 0 for externals
- `x` (n, 978): feature rows as a sparse tensor, of files, modules, classes and functions

An edge type (K, kind, K') holds `edge_index` (2, e), of positions within K and K', and `confidence` (e,).

In a file the same stands as safetensors: `K/name` and `K/kind/K'/name` for numbers, `.bytes` and `.ends` for texts,
`.indptr`, `.indices` and `.values` for sparse rows. Safetensors holds numbers alone: opening a file runs no code of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sapwood import _core
from sapwood.errors import BadInputError, SchemaMismatchError, unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor
    from torch_geometric.data import HeteroData

Columns = dict[str, "NDArray[Any]"]

FORMAT = "sapwood graph 1"
PATHS = "file_paths"
_FEATURES = "x"
_TEXTS = (PATHS, "name")


def columns(index: _core.Index) -> Columns:
    """Everything of the graph as flat columns, by the names that a file has."""
    kinds = index.node_kind
    members = {kind: np.flatnonzero(kinds == number) for number, kind in enumerate(_core.NODE_KINDS)}
    members = {kind: nodes for kind, nodes in members.items() if len(nodes)}
    positions = np.zeros(len(kinds), dtype=np.int64)
    for nodes in members.values():
        positions[nodes] = np.arange(len(nodes))
    found = _text_columns(PATHS, index.file_paths)
    for kind, nodes in members.items():
        found |= {f"{kind}/{name}": column for name, column in _node_columns(index, nodes).items()}
    return found | _edge_columns(index, positions)


def _node_columns(index: _core.Index, nodes: NDArray[np.int64]) -> Columns:
    names, files = index.node_names, index.node_file[nodes].astype(np.int64)
    found = {
        "node_id": nodes,
        **_text_columns("name", [names[node] for node in nodes]),
        "file": np.where(files < len(index.file_paths), files, -1),
        "start_line": index.node_start_line[nodes].astype(np.int64),
        "end_line": index.node_end_line[nodes].astype(np.int64),
    }
    features = _feature_columns(index.input_graph, nodes)
    return found | (features if len(features[f"{_FEATURES}.values"]) else {})


def _feature_columns(graph: _core.InputGraph, nodes: NDArray[np.int64]) -> Columns:
    """The rows of some nodes as CSR."""
    starts = graph.feature_indptr[nodes].astype(np.int64)
    lengths = graph.feature_indptr[nodes + 1] - starts
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    places = np.arange(indptr[-1]) + np.repeat(starts - indptr[:-1], lengths)
    return {
        f"{_FEATURES}.indptr": indptr,
        f"{_FEATURES}.indices": graph.feature_indices[places].astype(np.int64),
        f"{_FEATURES}.values": graph.feature_values[places],
    }


def _edge_columns(index: _core.Index, positions: NDArray[np.int64]) -> Columns:
    sources, targets = index.edge_source, index.edge_target
    ends = len(_core.NODE_KINDS)
    types = (index.edge_kind.astype(np.int64) * ends + index.node_kind[sources]) * ends + index.node_kind[targets]
    found: Columns = {}
    for number in np.unique(types):
        kind, source, target = int(number) // ends**2, int(number) // ends % ends, int(number) % ends
        name = f"{_core.NODE_KINDS[source]}/{_core.EDGE_KINDS[kind]}/{_core.NODE_KINDS[target]}"
        edges = np.flatnonzero(types == number)
        found[f"{name}/edge_index"] = np.stack([positions[sources[edges]], positions[targets[edges]]])
        found[f"{name}/confidence"] = index.edge_confidence[edges]
    return found


def _text_columns(name: str, texts: Sequence[str]) -> Columns:
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
    return {f"{name}.bytes": np.frombuffer(b"".join(encoded), dtype=np.uint8), f"{name}.ends": ends}


def packed(found: Columns) -> bytes:
    """A safetensors file of the columns."""
    from safetensors.numpy import save

    header = {"format": FORMAT, "feature_schema": _core.schema_fingerprint()}
    return save({name: np.ascontiguousarray(column) for name, column in found.items()}, header)


def unpacked(file: Path) -> Columns:
    """The columns of a file that `packed` made.

    Raises:
        PathMissingError: There is no such file.
        BadInputError: The file is something else.
        SchemaMismatchError: Its features are of another schema.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(file), framework="numpy") as opened:
            header = opened.metadata() or {}
            found = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 not a mapping
    except OSError as error:
        raise unreadable(str(file), error) from None
    except SafetensorError as error:
        message = f"{file} is no exported graph ({error}); make one with `sapwood graph export PATH --format pyg`"
        raise BadInputError(message) from None
    _check(file, header)
    return found


def _check(file: Path, header: Mapping[str, str]) -> None:
    if header.get("format") != FORMAT:
        message = f"{file} is no exported graph; make one with `sapwood graph export PATH --format pyg`"
        raise BadInputError(message)
    if header.get("feature_schema") != _core.schema_fingerprint():
        message = (
            f"{file} has features of schema {header.get('feature_schema')}, this release has "
            f"{_core.schema_fingerprint()}; export the graph again"
        )
        raise SchemaMismatchError(message)


def loaded(file: Path) -> HeteroData:
    """PyG's object from a file that `packed` made.

    Raises:
        PathMissingError: There is no such file.
        BadInputError: The file is something else, or damaged.
        SchemaMismatchError: Its features are of another schema.
    """
    found = unpacked(file)
    try:
        data = hetero_data(found)
        whole = all(_leads_to_nodes(data, edge) for edge in data.edge_types)
    except (KeyError, ValueError, IndexError, RuntimeError):
        whole = False
    if not whole:
        message = f"{file} is damaged; export the graph again with `sapwood graph export PATH --format pyg`"
        raise BadInputError(message)
    return data


def _leads_to_nodes(data: HeteroData, edge: tuple[str, str, str]) -> bool:
    ends = data[edge].edge_index.numpy()
    limits = np.array([[data[edge[0]].num_nodes], [data[edge[2]].num_nodes]])
    return bool(((ends >= 0) & (ends < limits)).all()) and len(data[edge].confidence) == ends.shape[1]


def hetero_data(found: Columns) -> HeteroData:
    """The columns as PyG's object."""
    from torch_geometric.data import HeteroData

    data = HeteroData()
    data.file_paths = _texts(found, PATHS)
    for name in found:
        *place, field = name.split("/")
        if place and field == "node_id":
            _fill_nodes(data[place[0]], found, place[0])
        elif place and field == "edge_index":
            _fill_edges(data[tuple(place)], found, "/".join(place))
    return data


def _fill_nodes(store: Any, found: Columns, kind: str) -> None:
    store.num_nodes = len(found[f"{kind}/node_id"])
    store.name = _texts(found, f"{kind}/name")
    for field in ("node_id", "file", "start_line", "end_line"):
        store[field] = _tensor(found[f"{kind}/{field}"])
    if f"{kind}/{_FEATURES}.values" in found:
        store.x = _sparse(found, f"{kind}/{_FEATURES}")


def _fill_edges(store: Any, found: Columns, edge: str) -> None:
    store.edge_index = _tensor(found[f"{edge}/edge_index"])
    store.confidence = _tensor(found[f"{edge}/confidence"])


def _sparse(found: Columns, name: str) -> Tensor:
    """Feature rows as a coalesced COO tensor (n, 978), the layout that most of torch and PyG takes."""
    import torch

    indptr = found[f"{name}.indptr"]
    rows = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    places = _tensor(np.stack([rows, found[f"{name}.indices"]]))
    values = _tensor(found[f"{name}.values"])
    size = (len(indptr) - 1, _core.FEATURE_DIMENSIONS)
    return torch.sparse_coo_tensor(places, values, size, is_coalesced=True, check_invariants=True)


def _texts(found: Columns, name: str) -> list[str]:
    text, ends = found[f"{name}.bytes"].tobytes(), found[f"{name}.ends"].tolist()
    return [text[start:end].decode() for start, end in zip([0, *ends], ends, strict=False)]


def _tensor(column: NDArray[Any]) -> Tensor:
    import torch

    # Columns of an index can't be written; torch wants memory of its own.
    return torch.from_numpy(np.array(column))
