"""DGL's child-sum Tree-LSTM on trees of an .npz file (the first argument), in the manner of DGL's own example.

Each line of standard input is {"gather": name, "threads": n}: one training step is made, gathering the children of
nodes in that way, and a line of standard output says how long it took and what the loss was before the first step.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dgl
import numpy as np
import torch
from dgl import function
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Values = dict[str, Tensor]


def main() -> None:
    """Answer until standard input ends."""
    torch.set_flush_denormal(True)
    with np.load(Path(sys.argv[1])) as columns:
        trees = Trees(columns)
        steps = {gather.__name__: Step(TreeLstm(columns, gather), trees) for gather in (Bucketed, Summed)}
    for line in sys.stdin:
        wanted = json.loads(line)
        torch.set_num_threads(wanted["threads"])
        dgl.utils.set_num_threads(wanted["threads"])
        sys.stdout.write(json.dumps(steps[wanted["gather"]].measured()) + "\n")
        sys.stdout.flush()


class Trees:
    """All trees of a batch as one graph with edges from children to parents, made once."""

    def __init__(self, columns: Mapping[str, NDArray[Any]]) -> None:
        ends = columns["tree_ends"].tolist()
        self.graph = dgl.batch([_graph(columns["parents"][a:b]) for a, b in zip([0, *ends], ends, strict=False)])
        self.tokens = torch.from_numpy(columns["tokens"])
        self.offsets = torch.from_numpy(columns["offsets"])


def _graph(parent: NDArray[np.int64]) -> dgl.DGLGraph:
    """One tree; the parent of its root is -1."""
    children = np.flatnonzero(parent >= 0)
    return dgl.graph((torch.from_numpy(children), torch.from_numpy(parent[children])), num_nodes=len(parent))


class Bucketed(nn.Module):
    """The cell as in the example: children are stacked for all nodes with the same number of them."""

    def __init__(self, recurrent: Tensor, forget: Tensor) -> None:
        super().__init__()
        self.recurrent, self.forget = nn.Parameter(recurrent), nn.Parameter(forget)

    def forward(self, graph: dgl.DGLGraph) -> None:
        """Fills in the states of all nodes, children first."""
        nodes, width = graph.num_nodes(), self.forget.shape[0]
        for name, columns in {"h": width, "c": width, "u": 3 * width}.items():
            graph.ndata[name] = torch.zeros(nodes, columns)
        dgl.prop_nodes_topo(graph, self._message, self._reduce, apply_node_func=self._states)

    @staticmethod
    def _message(edges: Any) -> Values:
        return {"h": edges.src["h"], "c": edges.src["c"]}

    def _reduce(self, nodes: Any) -> Values:
        hidden, cells = nodes.mailbox["h"], nodes.mailbox["c"]
        forget = torch.sigmoid(nodes.data["f"].unsqueeze(1) + functional.linear(hidden, self.forget))
        return {"u": functional.linear(hidden.sum(1), self.recurrent), "c": (forget * cells).sum(1)}

    @staticmethod
    def _states(nodes: Any) -> Values:
        return states(nodes.data["x"] + nodes.data["u"], nodes.data["c"])


class Summed(nn.Module):
    """The cell with all that is summed over children as one message, which DGL adds up itself: no buckets."""

    def __init__(self, recurrent: Tensor, forget: Tensor) -> None:
        super().__init__()
        self.recurrent, self.forget = nn.Parameter(recurrent), nn.Parameter(forget)

    def forward(self, graph: dgl.DGLGraph) -> None:
        """Fills in the states of all nodes, children first."""
        nodes, width = graph.num_nodes(), self.forget.shape[0]
        for name, columns in {"h": width, "c": width, "s": 2 * width}.items():
            graph.ndata[name] = torch.zeros(nodes, columns)
        dgl.prop_nodes_topo(graph, self._message, function.sum("m", "s"), apply_node_func=self._states)

    def _message(self, edges: Any) -> Values:
        hidden = edges.src["h"]
        forget = torch.sigmoid(edges.dst["f"] + functional.linear(hidden, self.forget))
        return {"m": torch.cat([hidden, forget * edges.src["c"]], 1)}

    def _states(self, nodes: Any) -> Values:
        hidden, kept = nodes.data["s"].tensor_split(2, 1)
        return states(nodes.data["x"] + functional.linear(hidden, self.recurrent), kept)


def states(gates: Tensor, kept: Tensor) -> Values:
    """States from what enters the gates i, o and u, and what is kept of the children's cells."""
    inner, outer, candidate = torch.chunk(gates, 3, 1)
    cell = torch.sigmoid(inner) * torch.tanh(candidate) + kept
    return {"h": torch.sigmoid(outer) * torch.tanh(cell), "c": cell}


class TreeLstm(nn.Module):
    """Mean embeddings, the cell along the topological order, and a linear layer of the mean over a tree's states."""

    def __init__(self, columns: Mapping[str, NDArray[Any]], cell: Callable[[Tensor, Tensor], nn.Module]) -> None:
        super().__init__()
        weights = {name: torch.from_numpy(columns[name]) for name in columns if name.startswith("weight.")}
        self.embedding = nn.Parameter(weights["weight.embedding"])
        self.input = nn.Parameter(weights["weight.input"])
        self.bias = nn.Parameter(weights["weight.bias"])
        self.cell = cell(weights["weight.recurrent"], weights["weight.forget"])
        self.width = weights["weight.forget"].shape[0]
        self.output = nn.Parameter(weights["weight.output"])
        self.output_bias = nn.Parameter(weights["weight.output_bias"])

    def forward(self, trees: Trees) -> Tensor:
        """Vectors of all trees."""
        graph, width = trees.graph.local_var(), self.width
        inputs = functional.embedding_bag(trees.tokens, self.embedding, trees.offsets, mode="mean")
        projected = functional.linear(inputs, self.input, self.bias)
        graph.ndata["x"], graph.ndata["f"] = projected[:, : 3 * width], projected[:, 3 * width :]
        self.cell(graph)
        return functional.linear(dgl.mean_nodes(graph, "h"), self.output, self.output_bias)


class Step:
    """Training steps of one model."""

    def __init__(self, model: TreeLstm, trees: Trees) -> None:
        self.model, self.trees = model, trees
        # The fused step of this torch is for other devices.
        self.optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, foreach=True)
        self.first_loss: float | None = None

    def measured(self) -> dict[str, float | None]:
        """Make a step: its seconds, and the loss before the first."""
        wall, processor = time.perf_counter(), time.process_time()
        self._step()
        return {
            "wall": time.perf_counter() - wall,
            "processor": time.process_time() - processor,
            "first_loss": self.first_loss,
        }

    def _step(self) -> None:
        self.optimiser.zero_grad()
        vectors = functional.normalize(self.model(self.trees), dim=1)
        logits = vectors[0::2] @ vectors[1::2].t() / 0.07
        loss = functional.cross_entropy(logits, torch.arange(len(logits)))
        if self.first_loss is None:
            self.first_loss = loss.item()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()


if __name__ == "__main__":
    main()
