"""Child-sum Tree-LSTM over a hash-consed forest: every distinct subtree is computed once a batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from sapwood import _core
from sapwood.models import tree_kernels
from sapwood.models.tree_levels import ChildSumLevels, RecomputedLevels

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


class ForestColumns(Protocol):
    """What the model reads of a `sapwood._core.Forest`; see there for the shapes."""

    @property
    def level_ends(self) -> NDArray[np.uint32]: ...  # noqa: D102
    @property
    def entry(self) -> NDArray[np.uint32]: ...  # noqa: D102
    @property
    def child_indptr(self) -> NDArray[np.uint32]: ...  # noqa: D102
    @property
    def children(self) -> NDArray[np.uint32]: ...  # noqa: D102
    @property
    def entry_indptr(self) -> NDArray[np.uint32]: ...  # noqa: D102
    @property
    def entry_tokens(self) -> NDArray[np.uint32]: ...  # noqa: D102
    @property
    def pool_indptr(self) -> NDArray[np.uint32]: ...  # noqa: D102
    @property
    def pool_nodes(self) -> NDArray[np.uint32]: ...  # noqa: D102
    @property
    def pool_counts(self) -> NDArray[np.uint32]: ...  # noqa: D102
    @property
    def statement_indptr(self) -> NDArray[np.uint32]: ...  # noqa: D102
    @property
    def statement_nodes(self) -> NDArray[np.uint32]: ...  # noqa: D102
    @property
    def statement_lines(self) -> NDArray[np.uint32]: ...  # noqa: D102


@dataclass(frozen=True)
class Level:
    """One level of a forest as ranges: its nodes, the edges down to their children and up to their parents."""

    nodes: slice
    down: slice
    up: slice

    @property
    def is_leaves(self) -> bool:
        """Whether no node of the level has a child."""
        return bool(self.down.start == self.down.stop)

    @property
    def is_top(self) -> bool:
        """Whether no node of the level has a parent."""
        return bool(self.up.start == self.up.stop)


@dataclass(frozen=True)
class LevelTensors:
    """A forest on a device, with its edges in two orders: grouped by parent (down) and by child (up).

    N unique nodes, E edges, K entries, T trees, S statements, P pooled nodes.

    Shapes:
        entry (N,); down_child, down_parent, up_edge, up_parent (E,); down_offsets, up_offsets (N,): where each node's
        run of edges starts; entry_offsets (K,); pool_nodes, pool_counts (P,); pool_offsets, pool_sizes (T,);
        statement_nodes (S,).
    """

    levels: tuple[Level, ...]
    entry: Tensor
    down_child: Tensor
    down_parent: Tensor
    down_offsets: Tensor
    up_edge: Tensor
    up_parent: Tensor
    up_offsets: Tensor
    entry_tokens: Tensor
    entry_offsets: Tensor
    pool_nodes: Tensor
    pool_counts: Tensor
    pool_offsets: Tensor
    pool_sizes: Tensor
    statement_nodes: Tensor

    @classmethod
    def of(cls, forest: ForestColumns, device: torch.device) -> LevelTensors:
        """Takes the columns of `forest` over to `device`."""

        def put(column: NDArray[Any]) -> Tensor:
            return torch.from_numpy(column.astype(np.int64)).to(device)

        down = forest.child_indptr.astype(np.int64)
        child = forest.children.astype(np.int64)
        parent = _rows(down)
        up_edge = np.argsort(child, kind="stable")
        up = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(child, minlength=len(down) - 1))])
        pool = forest.pool_indptr.astype(np.int64)
        totals = np.concatenate([np.zeros(1, np.int64), np.cumsum(forest.pool_counts, dtype=np.int64)])
        return cls(
            levels=_levels(forest.level_ends.astype(np.int64), down, up),
            entry=put(forest.entry),
            down_child=put(child),
            down_parent=put(parent),
            down_offsets=put(down[:-1]),
            up_edge=put(up_edge),
            up_parent=put(parent[up_edge]),
            up_offsets=put(up[:-1]),
            entry_tokens=put(forest.entry_tokens),
            entry_offsets=put(forest.entry_indptr[:-1]),
            pool_nodes=put(forest.pool_nodes),
            pool_counts=put(forest.pool_counts),
            pool_offsets=put(pool[:-1]),
            pool_sizes=put(totals[pool[1:]] - totals[pool[:-1]]),
            statement_nodes=put(forest.statement_nodes),
        )


@dataclass(frozen=True)
class ForestTensors:
    """A forest for a model on a device.

    Attributes:
        columns: The columns as they are, which the kernels of the CPU read.
        statement_trees: (S,) the tree of each statement.
        statement_lines: (S,) its first line.
    """

    columns: ForestColumns
    device: torch.device
    statement_trees: Tensor
    statement_lines: NDArray[np.int64]

    @classmethod
    def of(cls, forest: ForestColumns, device: torch.device | str = "cpu") -> ForestTensors:
        """Takes `forest` over to `device`."""
        device = torch.device(device)
        trees = torch.from_numpy(_rows(forest.statement_indptr.astype(np.int64)))
        made = cls(forest, device, trees.to(device), forest.statement_lines.astype(np.int64))
        if device.type != "cpu":
            made.tables  # noqa: B018 made where the forest is, which may be ahead of its use
        return made

    @cached_property
    def tables(self) -> LevelTensors:
        """What torch computes levels with; made where it is needed."""
        return LevelTensors.of(self.columns, self.device)


def _rows(indptr: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row of each stored item."""
    return np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))


def _levels(ends: NDArray[np.int64], down: NDArray[np.int64], up: NDArray[np.int64]) -> tuple[Level, ...]:
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
    return tuple(
        Level(slice(start, end), slice(int(down[start]), int(down[end])), slice(int(up[start]), int(up[end])))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    )


class ChildSumCell(nn.Module):
    r"""Child-sum Tree-LSTM cell from `"Improved Semantic Representations From Tree-Structured Long Short-Term Memory
    Networks" <https://arxiv.org/abs/1503.00075>`_ (Tai et al., 2015).

    .. math::
        \tilde h &= \sum_k h_k \\
        i, o &= \sigma(W x + U \tilde h + b), \quad u = \tanh(W x + U \tilde h + b) \\
        f_k &= \sigma(W_f x + U_f h_k + b_f) \\
        c &= i \odot u + \sum_k f_k \odot c_k, \quad h = o \odot \tanh(c)

    Args:
        inputs: Width of x.
        hidden: Width H of h and c.

    Shapes:
        - **weight_x** (4H, inputs) and **bias** (4H,), rows in the order i, o, u, f; **weight_h_iou** (3H, H);
          **weight_h_f** (H, H).
        - **input**: entry vectors (K, inputs) and a forest of N unique nodes.
        - **output**: states h (N, H).
    """  # noqa: D205

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        self.recomputes = False
        self.weight_x = nn.Parameter(torch.empty(4 * hidden, inputs))
        self.weight_h_iou = nn.Parameter(torch.empty(3 * hidden, hidden))
        self.weight_h_f = nn.Parameter(torch.empty(hidden, hidden))
        self.bias = nn.Parameter(torch.empty(4 * hidden))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Glorot inputs, orthogonal recurrences, and forget gates that start open."""
        nn.init.xavier_uniform_(self.weight_x)
        for block in self.weight_h_iou.data.tensor_split(3):
            nn.init.orthogonal_(block)
        nn.init.orthogonal_(self.weight_h_f)
        nn.init.zeros_(self.bias)
        nn.init.ones_(self.bias.data[3 * self.hidden :])

    def forward(self, entries: Tensor, forest: ForestTensors) -> Tensor:
        """States of all unique nodes; the input projection is computed once an entry."""
        projected = functional.linear(entries, self.weight_x, self.bias)
        # Autocast casts the projection's operands alone; within the levels all have to be of its type.
        recurrent = (weight.to(projected.dtype) for weight in (self.weight_h_iou, self.weight_h_f))
        levels = RecomputedLevels if self.recomputes else ChildSumLevels
        states: Tensor = levels.apply(projected, *recurrent, forest.tables)
        return states


class StatementHead(nn.Module):
    """Scores statements by their own state beside their tree's mean state: `w · gelu(W [h; mean h] + b) + b'`.

    Shapes:
        **input**: (S, H) and (S, H); **output**: logits (S,).
    """

    def __init__(self, hidden: int, width: int = 128) -> None:
        super().__init__()
        self.hidden = nn.Linear(2 * hidden, width)
        self.output = nn.Linear(width, 1)

    def forward(self, states: Tensor, means: Tensor) -> Tensor:
        """Logits of the statements."""
        logits: Tensor = self.output(functional.gelu(self.hidden(torch.cat([states, means], dim=1))))
        return logits.squeeze(1)


def _call(function: Callable[..., Any], *given: Any) -> Any:
    return function(*given)


@dataclass(frozen=True)
class TreeLstmShape:
    """Widths of a `TreeLstm`; `vocabulary` is its number of embeddings."""

    vocabulary: int
    embedding: int = 128
    hidden: int = 256
    output: int = 512


@dataclass(frozen=True)
class Encoded:
    """Outputs (T, output) before whitening, mean states (T, H), states of the statements (S, H)."""

    outputs: Tensor
    means: Tensor
    statements: Tensor


class TreeLstm(nn.Module):
    r"""Tree encoder: child-sum Tree-LSTM, mean over all node states, one linear layer; a head scores statements.

    A node's input is the mean of the embeddings of its entry's tokens. The mean over states,

    .. math::
        y_t = W \frac{\sum_{n \in t} m_{tn} h_n}{\sum_{n \in t} m_{tn}} + b,

    counts a unique node as often as it occurs in the tree (:math:`m_{tn}`).

    Args:
        shape: The widths.

    Attributes:
        backend: `kernels` computes with those of the compiled core where they can; `torch` never does.
        recomputes: Whether torch keeps less for the backward pass, and computes it again there.

    Shapes:
        - **input**: a forest of T trees, N unique nodes, S statements.
        - **output**: `Encoded`, or statement logits (S,).
    """

    def __init__(self, shape: TreeLstmShape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.embedding)
        self.cell = ChildSumCell(shape.embedding, shape.hidden)
        self.output = nn.Linear(shape.hidden, shape.output)
        self.statement = StatementHead(shape.hidden)
        self.backend, self.recomputes = "kernels", False
        self._kernels: _core.TreeKernels | None = None
        self._apart: Callable[..., Any] = _call
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Embeddings of unit scale, so that entries differ from the first step on; the rest as their layers do."""
        nn.init.normal_(self.embedding.weight)
        self.cell.reset_parameters()
        for layer in (self.output, self.statement.hidden, self.statement.output):
            layer.reset_parameters()

    def compile(self, *given: Any, **settings: Any) -> None:
        """As torch does, all but the levels: each forest has others, and torch would compile each of them."""
        self._apart = torch.compiler.disable(_call)  # type: ignore[no-untyped-call]  # torch gives it no types
        super().compile(*given, **settings)

    def forward(self, forest: ForestTensors) -> Encoded:
        """Encodes every tree of the forest: on the CPU by kernels of the compiled core, elsewhere with torch."""
        weights = (
            self.embedding.weight,
            self.cell.weight_x,
            self.cell.weight_h_iou,
            self.cell.weight_h_f,
            self.cell.bias,
            self.output.weight,
            self.output.bias,
        )
        if self.backend == "torch" or not tree_kernels.can_compute(weights[0]):
            return self.encode_with_torch(forest)
        if self._kernels is None or self._kernels.threads != torch.get_num_threads():
            self._kernels = _core.TreeKernels(torch.get_num_threads())
        return Encoded(*tree_kernels.encode(self._kernels, forest.columns, weights))

    def encode_with_torch(self, forest: ForestTensors) -> Encoded:
        """As `forward`, level by level with torch's operations: the reference, and what accelerators run."""
        tables = self._apart(getattr, forest, "tables")
        entries = functional.embedding_bag(
            tables.entry_tokens, self.embedding.weight, tables.entry_offsets, mode="mean"
        )
        # Sums over many nodes, and their counts, need more digits than bf16 has.
        self.cell.recomputes = self.recomputes
        states = self._apart(self.cell, entries, forest).to(self.embedding.weight.dtype)
        counts = tables.pool_counts.to(states.dtype)
        sums = functional.embedding_bag(
            tables.pool_nodes, states, tables.pool_offsets, mode="sum", per_sample_weights=counts
        )
        means = sums / tables.pool_sizes.clamp(min=1).to(states.dtype).unsqueeze(1)
        statements = states.index_select(0, tables.statement_nodes)
        return Encoded(outputs=self.output(means), means=means, statements=statements)

    def score_statements(self, forest: ForestTensors, encoded: Encoded) -> Tensor:
        """Logits (S,) that a statement holds a bug."""
        logits: Tensor = self.statement(encoded.statements, encoded.means.index_select(0, forest.statement_trees))
        return logits
