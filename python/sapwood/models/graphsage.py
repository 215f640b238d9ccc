"""Relational GraphSAGE over sampled neighbourhoods: a sparse first layer, and only the nodes that each hop needs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch_geometric.data import HeteroData

RELATIONS = 6
"""Input relations: container, contained, callees, callers, bases, subclasses."""
CODE, CONFIDENCE, IMPORTS, BUGS = "code", "confidence", "imports", "bugs"
HEADS = (CODE, CONFIDENCE, IMPORTS, BUGS)


class NeighbourhoodColumns(Protocol):
    """What the model reads of a `sapwood._core.Neighbourhood`; see there for the shapes."""

    @property
    def hop_ends(self) -> NDArray[np.uint32]: ...  # noqa: D102
    def relation(self, index: int, /) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...  # noqa: D102
    def feature_rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]: ...  # noqa: D102


@dataclass(frozen=True)
class Relation:
    """Edges into the first rows of a neighbourhood, sorted by row.

    Shapes:
        indptr (rows + 1,); source (E,): positions in the neighbourhood; target (E,): the row of each edge.
    """

    indptr: Tensor
    source: Tensor
    target: Tensor

    def prefix(self, rows: int) -> Relation:
        """The edges into the first `rows` rows."""
        edges = int(self.indptr[rows])
        return Relation(self.indptr[: rows + 1], self.source[:edges], self.target[:edges])


@dataclass(frozen=True)
class SparseBags:
    """Bags of weighted rows of the first layer's stacked weight: its output is one `embedding_bag`.

    Shapes:
        indices, weights (Z,); offsets (rows,).
    """

    indices: Tensor
    weights: Tensor
    offsets: Tensor


@dataclass(frozen=True)
class NeighbourhoodTensors:
    """A neighbourhood on a device, with the first layer's input laid out as bags."""

    hop_ends: tuple[int, ...]
    relations: tuple[Relation, ...]
    bags: SparseBags

    @classmethod
    def of(
        cls, neighbourhood: NeighbourhoodColumns, dimensions: int, device: torch.device | str = "cpu"
    ) -> NeighbourhoodTensors:
        """Takes a neighbourhood with feature rows of `dimensions` columns over to `device`."""
        hop_ends = tuple(int(end) for end in neighbourhood.hop_ends)
        columns = [neighbourhood.relation(index) for index in range(RELATIONS)]
        bags = _bags(neighbourhood.feature_rows(), columns, hop_ends[-2], dimensions)
        return cls(
            hop_ends,
            tuple(_relation(indptr, indices, device) for indptr, indices in columns),
            SparseBags(*(torch.from_numpy(column).to(device) for column in bags)),
        )


def _relation(indptr: NDArray[np.int64], indices: NDArray[np.int64], device: torch.device | str) -> Relation:
    target = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    # The sampler's arrays are read-only, and torch has no read-only tensors.
    parts = (np.array(indptr), np.array(indices), target)
    return Relation(*(torch.from_numpy(part).to(device) for part in parts))


def _bags(
    features: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]],
    relations: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]],
    rows: int,
    dimensions: int,
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
    """The matrix [X, A₀X, …, A₅X] with each Aᵣ the mean over a relation, as bags of rows of the stacked weight."""
    from scipy.sparse import csr_array, hstack

    indptr, indices, values = features
    inputs = csr_array((values, indices, indptr), shape=(len(indptr) - 1, dimensions))
    blocks = [inputs[:rows]]
    for starts, sources in relations:
        degrees = np.diff(starts)
        shares = np.repeat((1.0 / np.maximum(degrees, 1)).astype(np.float32), degrees)
        blocks.append(csr_array((shares, sources, starts), shape=(rows, inputs.shape[0])) @ inputs)
    stacked = hstack(blocks, format="csr")
    return stacked.indices.astype(np.int64), stacked.data.astype(np.float32), stacked.indptr[:-1].astype(np.int64)


class RelationalSageLayer(nn.Module):
    r"""GraphSAGE with mean aggregation from `"Inductive Representation Learning on Large Graphs"
    <https://arxiv.org/abs/1706.02216>`_ (Hamilton et al., 2017), one weight a relation as in `"Modeling Relational Data
    with Graph Convolutional Networks" <https://arxiv.org/abs/1703.06103>`_ (Schlichtkrull et al., 2018).

    .. math::
        y_v = x_v W_0 + \sum_r \mathrm{mean}_{u \in N_r(v)}(x_u) \, W_{1 + r} + b

    A relation without neighbours adds nothing.

    Args:
        inputs: Width of x.
        outputs: Width of y.
        layer_norm: Whether y is normalised over its width.

    Shapes:
        - **weight** (7, inputs, outputs), **bias** (outputs,).
        - **input**: states (M, inputs) and relations into the first n of them, or the first layer's bags.
        - **output**: (n, outputs).
    """  # noqa: D205

    def __init__(self, inputs: int, outputs: int, *, layer_norm: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(1 + RELATIONS, inputs, outputs))
        self.bias = nn.Parameter(torch.empty(outputs))
        self.norm = nn.LayerNorm(outputs) if layer_norm else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Glorot weights for each relation, no bias."""
        for block in self.weight.data:
            nn.init.xavier_uniform_(block)
        nn.init.zeros_(self.bias)
        if self.norm is not None:
            self.norm.reset_parameters()

    def forward(self, states: Tensor, relations: Sequence[Relation], rows: int) -> Tensor:
        """The first `rows` rows of the next layer from dense states."""
        output = torch.addmm(self.bias, states[:rows], self.weight[0])
        for index, relation in enumerate(relations, start=1):
            output = _add_mean(output, states, relation.prefix(rows), self.weight[index])
        return output if self.norm is None else cast("Tensor", self.norm(output))

    def forward_sparse(self, bags: SparseBags) -> Tensor:
        """The same for sparse input that `NeighbourhoodTensors` has laid out."""
        table = self.weight.view(-1, self.weight.shape[2])
        sums = functional.embedding_bag(
            bags.indices, table, bags.offsets, mode="sum", per_sample_weights=bags.weights.to(table.dtype)
        )
        output = sums + self.bias
        return output if self.norm is None else cast("Tensor", self.norm(output))


def _add_mean(output: Tensor, states: Tensor, relation: Relation, weight: Tensor) -> Tensor:
    """Adds the projected means of one relation, computed for those rows alone that have neighbours."""
    degrees = relation.indptr.diff()
    rows = degrees.nonzero().squeeze(1)
    if not len(rows):
        return output
    position = torch.empty_like(degrees)
    position[rows] = torch.arange(len(rows), device=rows.device)
    sums = states.new_zeros(len(rows), states.shape[1]).index_add(
        0, position.index_select(0, relation.target), states.index_select(0, relation.source)
    )
    means = sums / degrees.index_select(0, rows).unsqueeze(1)
    return output.index_add(0, rows, means @ weight)


@dataclass(frozen=True)
class GraphSageShape:
    """Widths of a `GraphSage`; `imports` and `bugs` are the numbers of labels of those heads."""

    imports: int
    inputs: int = 978
    hidden: int = 512
    output: int = 256
    bugs: int = 5
    dropout: float = 0.1
    residual: bool = False
    layer_norm: bool = False


class GraphSage(nn.Module):
    """Three relational SAGE layers with ReLU and dropout between them, and four linear heads on the last.

    Attributes:
        backend: `kernels` or `torch`; so far torch computes either way.
        recomputes: Whether the layers keep their input alone for the backward pass, and compute the rest again there.

    Args:
        shape: The widths and options. `residual` adds a layer's input to its output where the widths agree.

    Shapes:
        - **input**: a neighbourhood of three hops around S seeds.
        - **output**: embeddings (S, output); heads: code (S, output), confidence (S, 1), imports (S, imports),
          bugs (S, bugs).
    """

    def __init__(self, shape: GraphSageShape) -> None:
        super().__init__()
        self.shape = shape
        widths = (shape.inputs, shape.hidden, shape.hidden, shape.output)
        self.layers = nn.ModuleList(
            RelationalSageLayer(inputs, outputs, layer_norm=shape.layer_norm) for inputs, outputs in pairwise(widths)
        )
        sizes = {CODE: shape.output, CONFIDENCE: 1, IMPORTS: shape.imports, BUGS: shape.bugs}
        self.heads = nn.ModuleDict({name: nn.Linear(shape.output, size) for name, size in sizes.items()})
        self.backend, self.recomputes = "kernels", False

    def forward(self, neighbourhood: NeighbourhoodTensors) -> Tensor:
        """Embeddings of the seeds."""
        ends = neighbourhood.hop_ends
        states = self._layer(0).forward_sparse(neighbourhood.bags)
        for depth in range(1, len(self.layers)):
            states = functional.dropout(functional.relu(states), self.shape.dropout, self.training)
            rows = ends[len(self.layers) - depth - 1]
            output = self._pass(self._layer(depth), states, neighbourhood.relations, rows)
            states = output + states[:rows] if self._adds(output, states) else output
        return states

    def _pass(self, layer: RelationalSageLayer, states: Tensor, relations: Sequence[Relation], rows: int) -> Tensor:
        """A layer's output; with `recomputes`, what it computes on the way is computed again in the backward pass."""
        if not (self.recomputes and torch.is_grad_enabled()):
            return cast("Tensor", layer(states, relations, rows))
        # Dropout is outside of the layer, so there is no chance to repeat.
        kept = checkpoint(layer, states, relations, rows, use_reentrant=False, preserve_rng_state=False)
        return cast("Tensor", kept)

    def _layer(self, depth: int) -> RelationalSageLayer:
        return cast("RelationalSageLayer", self.layers[depth])

    def _adds(self, output: Tensor, states: Tensor) -> bool:
        return self.shape.residual and output.shape[1] == states.shape[1]

    def head(self, name: str, embeddings: Tensor) -> Tensor:
        """Output of one of `HEADS` for embeddings (n, output)."""
        output: Tensor = self.heads[name](embeddings)
        return output


def to_pyg(neighbourhood: NeighbourhoodColumns, dimensions: int, relation_names: Sequence[str]) -> HeteroData:
    """The same neighbourhood for any torch_geometric user.

    Returns:
        A `HeteroData` with one node type `node` (dense `x` of `dimensions` columns, `hop_ends`) and one edge type
        `("node", name, "node")` a relation, from sender to receiver.
    """
    from torch_geometric.data import HeteroData

    indptr, indices, values = neighbourhood.feature_rows()
    features = torch.zeros(len(indptr) - 1, dimensions)
    rows = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    features[torch.from_numpy(rows), torch.from_numpy(np.array(indices))] = torch.from_numpy(np.array(values))
    data = HeteroData()
    data["node"].x = features
    data["node"].hop_ends = torch.from_numpy(neighbourhood.hop_ends.astype(np.int64))
    for index, name in enumerate(relation_names):
        relation = _relation(*neighbourhood.relation(index), "cpu")
        data["node", name, "node"].edge_index = torch.stack([relation.source, relation.target])
    return data
