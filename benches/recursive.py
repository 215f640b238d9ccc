"""Child-sum Tree-LSTM one node at a time: what a plain implementation of the paper does, as the floor of the ratios."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from sapwood._core import Forest
    from sapwood.models.tree_lstm import TreeLstmShape


class RecursiveTreeLstm(nn.Module):
    """Every node of every tree on its own: nothing shared, nothing batched.

    Shapes:
        **input**: a forest of T trees; **output**: vectors (T, output).
    """

    def __init__(self, shape: TreeLstmShape) -> None:
        super().__init__()
        self.embedding = nn.Embedding(shape.vocabulary, shape.embedding)
        self.input = nn.Linear(shape.embedding, 4 * shape.hidden)
        self.recurrent = nn.Linear(shape.hidden, 3 * shape.hidden, bias=False)
        self.forget = nn.Linear(shape.hidden, shape.hidden, bias=False)
        self.output = nn.Linear(shape.hidden, shape.output)
        self.width = shape.hidden

    def forward(self, forest: Forest) -> Tensor:
        """Encode tree by tree."""
        columns = {
            name: getattr(forest, name).tolist()
            for name in ("entry", "child_indptr", "children", "entry_indptr", "entry_tokens", "roots")
        }
        return torch.stack([self.output(self._mean_state(root, columns)) for root in columns["roots"]])

    def _mean_state(self, root: int, columns: dict[str, list[int]]) -> Tensor:
        """Mean of the states of all nodes below `root`; an explicit stack, since trees can be deep."""
        states: list[Tensor] = []
        done: list[tuple[Tensor, Tensor]] = []
        stack = [(root, False)]
        while stack:
            node, expanded = stack.pop()
            children = columns["children"][columns["child_indptr"][node] : columns["child_indptr"][node + 1]]
            if not expanded:
                stack.append((node, True))
                stack.extend((child, False) for child in reversed(children))
                continue
            below = done[len(done) - len(children) :]
            del done[len(done) - len(children) :]
            done.append(self._node(self._tokens(node, columns), below))
            states.append(done[-1][0])
        return torch.stack(states).mean(0)

    @staticmethod
    def _tokens(node: int, columns: dict[str, list[int]]) -> list[int]:
        entry = columns["entry"][node]
        return columns["entry_tokens"][columns["entry_indptr"][entry] : columns["entry_indptr"][entry + 1]]

    def _node(self, tokens: list[int], children: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
        projected = self.input(self.embedding(torch.tensor(tokens)).mean(0))
        gates, kept = projected[: 3 * self.width], torch.zeros(self.width)
        if children:
            gates = gates + self.recurrent(torch.stack([state for state, _ in children]).sum(0))
            forget = projected[3 * self.width :]
            kept = torch.stack([torch.sigmoid(forget + self.forget(h)) * c for h, c in children]).sum(0)
        inner, outer, candidate = gates.split(self.width)
        cell = torch.sigmoid(inner) * torch.tanh(candidate) + kept
        return torch.sigmoid(outer) * torch.tanh(cell), cell
