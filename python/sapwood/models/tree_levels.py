"""The levels of a child-sum Tree-LSTM in torch's operations: the equations of one level, forwards and backwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from sapwood.models.tree_lstm import Level, LevelTensors


class ChildSumLevels(torch.autograd.Function):
    """States of all nodes, level by level, into preallocated buffers; the backward pass gathers from the parents.

    Autograd over slices would copy the buffers once a level. Here each row is written once, and the gradient of each
    recurrent matrix is one product over all nodes.
    """

    @staticmethod
    def forward(ctx: Any, projected: Tensor, weight_iou: Tensor, weight_f: Tensor, forest: LevelTensors) -> Tensor:
        """States h (N, H) from the tabulated input projections (K, 4H)."""
        nodes, width = len(forest.entry), weight_f.shape[0]
        child_sum, gates = projected.new_zeros(nodes, width), projected.new_empty(nodes, 3 * width)
        states = _States.empty(forest, projected, child_sum, gates)
        sweep = _Sweep(forest, weight_iou, weight_f, states)
        for level in forest.levels:
            sweep.up(level, projected)
        ctx.forest = forest
        kept = (states.hidden, states.cell, states.forget, child_sum, gates)
        ctx.save_for_backward(projected, weight_iou, weight_f, *kept)
        return states.hidden

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """Gradients of the projections and of the two recurrent matrices."""
        forest: LevelTensors = ctx.forest
        projected, weight_iou, weight_f, hidden, cell, forget, child_sum, gates = ctx.saved_tensors
        inputs, recurrent = hidden.new_zeros(len(hidden), 4 * hidden.shape[1]), torch.zeros_like(hidden)
        # What nodes send to their parents' forget gates is of the way up alone.
        states = _States(hidden, cell, forget, hidden.new_empty(0), child_sum, gates)
        sweep, flow = _Sweep(forest, weight_iou, weight_f, states), _Gradients.empty(states, inputs, recurrent)
        for level in reversed(forest.levels):
            sweep.down(level, gradients[0], flow)
        grad_projected = torch.zeros_like(projected).index_add_(0, forest.entry, inputs)
        return grad_projected, inputs[:, : len(weight_iou)].t() @ child_sum, recurrent.t() @ hidden, None


class RecomputedLevels(torch.autograd.Function):
    """As `ChildSumLevels`, in less memory and more time: only h and c are kept for the backward pass.

    It opens the gates of a level again when it comes to it, in the manner of `"Training Deep Nets with Sublinear Memory
    Cost" <https://arxiv.org/abs/1604.06174>`_ (Chen et al., 2016), and adds up the gradients level by level.
    """

    @staticmethod
    def forward(ctx: Any, projected: Tensor, weight_iou: Tensor, weight_f: Tensor, forest: LevelTensors) -> Tensor:
        """States h (N, H) from the tabulated input projections (K, 4H)."""
        states = _States.empty(forest, projected, *_gates_of_one_level(forest, projected, weight_f))
        sweep = _Sweep(forest, weight_iou, weight_f, states)
        for level in forest.levels:
            sweep.up(level, projected)
        ctx.forest = forest
        ctx.save_for_backward(projected, weight_iou, weight_f, states.hidden, states.cell)
        return states.hidden

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """Gradients of the projections and of the two recurrent matrices."""
        forest: LevelTensors = ctx.forest
        projected, weight_iou, weight_f, hidden, cell = ctx.saved_tensors
        rows, width = _largest_level(forest), len(weight_f)
        forget = hidden.new_empty(len(forest.down_child), width)
        gates = _gates_of_one_level(forest, projected, weight_f)
        states = _States(hidden, cell, forget, hidden @ weight_f.t(), *gates)
        inputs, recurrent = _OneLevel.empty(hidden, rows, 4 * width), _OneLevel.empty(hidden, rows, width)
        sweep, flow = _Sweep(forest, weight_iou, weight_f, states), _Gradients.empty(states, inputs, recurrent)
        sums = torch.zeros_like(projected), torch.zeros_like(weight_iou), torch.zeros_like(weight_f)
        for level in reversed(forest.levels):
            sweep.open_gates(level, projected)
            sweep.down(level, gradients[0], flow)
            sweep.add_gradients(level, flow, *sums)
        return *sums, None


class _OneLevel:
    """A buffer for the rows of one level at a time, taken by the same ranges as one for those of all levels."""

    def __init__(self, rows: Tensor) -> None:
        self._rows = rows

    @classmethod
    def empty(cls, like: Tensor, rows: int, width: int) -> _OneLevel:
        return cls(like.new_empty(rows, width))

    def __getitem__(self, span: slice) -> Tensor:
        return self._rows[: span.stop - span.start]


def _largest_level(forest: LevelTensors) -> int:
    return max((level.nodes.stop - level.nodes.start for level in forest.levels), default=0)


def _gates_of_one_level(forest: LevelTensors, like: Tensor, weight_f: Tensor) -> tuple[_OneLevel, _OneLevel]:
    """Room for the sums of the children's states and for the gates of a level."""
    rows, width = _largest_level(forest), len(weight_f)
    return _OneLevel.empty(like, rows, width), _OneLevel.empty(like, rows, 3 * width)


@dataclass(frozen=True)
class _States:
    """What a pass over the levels fills in.

    Shapes:
        hidden, cell, recurrent, child_sum (N, H); gates (N, 3H), in the order i, o, u; forget (E, H).
    """

    hidden: Tensor
    cell: Tensor
    forget: Tensor
    recurrent: Tensor
    child_sum: Tensor | _OneLevel
    gates: Tensor | _OneLevel

    @classmethod
    def empty(
        cls, forest: LevelTensors, projected: Tensor, child_sum: Tensor | _OneLevel, gates: Tensor | _OneLevel
    ) -> _States:
        nodes, edges, width = len(forest.entry), len(forest.down_child), projected.shape[1] // 4
        hidden, cell, recurrent = (projected.new_empty(nodes, width) for _ in range(3))
        return cls(hidden, cell, projected.new_empty(edges, width), recurrent, child_sum, gates)


@dataclass(frozen=True)
class _Gradients:
    """Gradients on their way down: inputs (N, 4H) before the gates' nonlinearities, the others like their states."""

    inputs: Tensor | _OneLevel
    recurrent: Tensor | _OneLevel
    cell: Tensor
    child_sum: Tensor
    forget: Tensor

    @classmethod
    def empty(cls, states: _States, inputs: Tensor | _OneLevel, recurrent: Tensor | _OneLevel) -> _Gradients:
        cell, child_sum, forget = (torch.empty_like(like) for like in (states.cell, states.hidden, states.forget))
        return cls(inputs, recurrent, cell, child_sum.zero_(), forget)


@dataclass(frozen=True)
class _Sweep:
    """The equations of one level: `up` from the children's states to its own, `down` the same backwards."""

    forest: LevelTensors
    weight_iou: Tensor
    weight_f: Tensor
    states: _States

    def up(self, level: Level, projected: Tensor) -> None:
        nodes, width = level.nodes, self.weight_f.shape[0]
        self.open_gates(level, projected)
        gates, cell, hidden = self.states.gates[nodes], self.states.cell[nodes], self.states.hidden[nodes]
        torch.mul(gates[:, :width], gates[:, 2 * width :], out=cell)
        if not level.is_leaves:
            # What the nodes keep of their children's cells: Σ_k f_k ∘ c_k.
            kept = self.states.cell.index_select(0, self.forest.down_child[level.down])
            cell += _run_sum(kept.mul_(self.states.forget[level.down]), self._down_offsets(level))
        torch.mul(gates[:, width : 2 * width], cell.tanh(), out=hidden)
        if not level.is_top:
            torch.mm(hidden, self.weight_f.t(), out=self.states.recurrent[nodes])

    def open_gates(self, level: Level, projected: Tensor) -> None:
        """Gates i, o, u of a level's nodes and f of its edges, from the children's states."""
        nodes, width = level.nodes, self.weight_f.shape[0]
        inputs, gates = projected.index_select(0, self.forest.entry[nodes]), self.states.gates[nodes]
        if level.is_leaves:
            gates.copy_(inputs[:, : 3 * width])
        else:
            child_sum = self.states.child_sum[nodes]
            children = self.forest.down_child[level.down]
            child_sum.copy_(_bag_sum(self.states.hidden, children, self._down_offsets(level)))
            torch.addmm(inputs[:, : 3 * width], child_sum, self.weight_iou.t(), out=gates)
            forget = self.states.forget[level.down]
            torch.index_select(self.states.recurrent, 0, children, out=forget)
            forget += inputs[:, 3 * width :].index_select(0, self.forest.down_parent[level.down] - nodes.start)
            forget.sigmoid_()
        gates[:, : 2 * width].sigmoid_()
        gates[:, 2 * width :].tanh_()

    def down(self, level: Level, gradient: Tensor, flow: _Gradients) -> None:
        nodes, width = level.nodes, self.weight_f.shape[0]
        grad_hidden, through_cells = self._from_parents(level, gradient[nodes], flow)
        inner, outer, candidate = self.states.gates[nodes].tensor_split(3, dim=1)
        squashed = self.states.cell[nodes].tanh()
        grad_cell = through_cells + grad_hidden * outer * (1 - squashed * squashed)
        flow.cell[nodes] = grad_cell
        rows = flow.inputs[nodes]
        rows[:, :width] = grad_cell * candidate * inner * (1 - inner)
        rows[:, width : 2 * width] = grad_hidden * squashed * outer * (1 - outer)
        rows[:, 2 * width : 3 * width] = grad_cell * inner * (1 - candidate * candidate)
        if level.is_leaves:
            rows[:, 3 * width :] = 0.0
        else:
            rows[:, 3 * width :] = self._to_forget(level, grad_cell, flow)
            torch.mm(rows[:, : 3 * width], self.weight_iou, out=flow.child_sum[nodes])

    def add_gradients(self, level: Level, flow: _Gradients, projected: Tensor, iou: Tensor, forget: Tensor) -> None:
        """Adds what a level gives to the gradients of the projections and of the two recurrent matrices."""
        nodes, rows = level.nodes, flow.inputs[level.nodes]
        projected.index_add_(0, self.forest.entry[nodes], rows)
        if not level.is_leaves:
            iou.addmm_(rows[:, : len(iou)].t(), self.states.child_sum[nodes])
        if not level.is_top:
            forget.addmm_(flow.recurrent[nodes].t(), self.states.hidden[nodes])

    def _from_parents(self, level: Level, gradient: Tensor, flow: _Gradients) -> tuple[Tensor, Tensor | float]:
        """Gradients of a level's h and c, as far as they come from outside and from the parents."""
        if level.is_top:
            return gradient, 0.0
        edges, parents = self.forest.up_edge[level.up], self.forest.up_parent[level.up]
        offsets = self.forest.up_offsets[level.nodes] - level.up.start
        recurrent = flow.recurrent[level.nodes]
        recurrent.copy_(_bag_sum(flow.forget, edges, offsets))
        hidden = torch.addmm(gradient, recurrent, self.weight_f).add_(_bag_sum(flow.child_sum, parents, offsets))
        through_cells = flow.cell.index_select(0, parents).mul_(self.states.forget.index_select(0, edges))
        return hidden, _run_sum(through_cells, offsets)

    def _to_forget(self, level: Level, grad_cell: Tensor, flow: _Gradients) -> Tensor:
        """Gradients of a level's forget gates, by edge into `flow`, and their sums by node."""
        forget = self.states.forget[level.down]
        grad = grad_cell.index_select(0, self.forest.down_parent[level.down] - level.nodes.start)
        grad.mul_(self.states.cell.index_select(0, self.forest.down_child[level.down])).mul_(forget * (1 - forget))
        flow.forget[level.down] = grad
        return _run_sum(grad, self._down_offsets(level))

    def _down_offsets(self, level: Level) -> Tensor:
        offsets: Tensor = self.forest.down_offsets[level.nodes] - level.down.start
        return offsets


def _bag_sum(table: Tensor, indices: Tensor, offsets: Tensor) -> Tensor:
    """Sums of table rows: bag b adds `table[indices[offsets[b]:offsets[b + 1]]]`."""
    return functional.embedding_bag(indices, table, offsets, mode="sum")


def _run_sum(values: Tensor, offsets: Tensor) -> Tensor:
    """Sums of consecutive rows: run b starts at `offsets[b]`."""
    return _bag_sum(values, torch.arange(len(values), device=values.device), offsets)
