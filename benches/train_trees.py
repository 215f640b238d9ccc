"""Training steps of the tree model beside one node at a time and beside DGL, in turn on the same trees."""

from __future__ import annotations

import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from benches import peers
from benches.cargo import example
from benches.forests import LARGEST, SMALLEST, kinds_alone, library_forest, plain_trees, product_gflop, tokens_of
from benches.recursive import RecursiveTreeLstm
from sapwood.models.tree_lstm import ForestTensors, TreeLstm, TreeLstmShape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor, nn

    from benches.figures import Figures
    from sapwood import _core

PAIRS = 32
SHAPE = TreeLstmShape(vocabulary=10_000)
ROUNDS = 5
STEPS = 8
"""Steps of ours in a round: one is too short to be timed beside one of the others."""
THREADS = (1, 2)
DGL = ("Bucketed", "Summed")
SAME_LOSS = 1e-3
PARTS = ("forward", "loss", "backward", "optimiser")
HOW = (
    f"128/256/512, 10,000 embeddings, {PAIRS} pairs, AdamW, functions of the standard library with {SMALLEST} to "
    f"{LARGEST} nodes, forests made beforehand; best of one and two threads on either side, median of {ROUNDS}, in turn"
)


@dataclass(frozen=True)
class _Times:
    """Seconds of a step by side and threads, in wall time and in processor time."""

    wall: dict[str, list[float]]
    processor: dict[str, list[float]]

    def best(self, *sides: str) -> float:
        """The least median of some sides on any number of threads."""
        found = [values for name, values in self.wall.items() if name.split(",")[0] in sides]
        return min(statistics.median(values) for values in found)

    def processor_time(self, *sides: str) -> float:
        """The least median of the processor time of some sides on one thread."""
        return min(statistics.median(self.processor[f"{side}, threads 1"]) for side in sides)


def add_figures(figures: Figures, *, with_peers: bool) -> None:
    """Time whole steps: forward, loss, backward, optimiser."""
    torch.set_flush_denormal(True)
    default = library_forest(2 * PAIRS)
    peak = example("product_peak", crate="sapwood-nn")["gflops"]
    figures.samples["product_gflops_one_thread"] = peak
    for key, what, forest in (
        ("tree_pairs", "kinds of nodes as the only vocabulary", kinds_alone(default)),
        ("tree_pairs_default", "the default vocabulary", default),
    ):
        with _dgl(figures, f"{key}_over_dgl", forest, with_peers=with_peers) as dgl:
            _add(figures, key, what, forest, dgl)
        _add_parts(figures, key, what, forest, peak)


def _add(figures: Figures, key: str, what: str, forest: _core.Forest, dgl: peers.Peer | None) -> None:
    times = _times(forest, dgl)
    ours = times.best("ours")
    figures.add(f"{key}_per_second", PAIRS / ours, f"pairs/s of ours with {what}")
    others: dict[str, tuple[tuple[str, ...], str]] = {"recursive": (("recursive",), "one node at a time")}
    if dgl is not None:
        others["dgl"] = (DGL, "DGL 2.1's prop_nodes_topo, the faster of two ways to gather children")
    for name, (variants, instead) in others.items():
        over = f"pairs/s of a training step with {what} over {instead}"
        figures.add(f"{key}_over_{name}", times.best(*variants) / ours, f"{over}; {HOW}")
        figures.add(
            f"{key}_over_{name}_processor_time",
            times.processor_time(*variants) / times.processor_time("ours"),
            f"{key}_over_{name} on one thread by processor time, which a busy machine distorts less",
        )
    figures.samples[key] = {
        "seconds": times.wall,
        "processor_seconds": times.processor,
        "nodes_a_pair": float(forest.tree_sizes.sum()) / PAIRS,
        "distinct_share": forest.unique_nodes / float(forest.tree_sizes.sum()),
    }


def _times(forest: _core.Forest, dgl: peers.Peer | None) -> _Times:
    """Rounds in which each side makes steps on each number of threads; the first round warms caches."""
    torch.manual_seed(0)
    ours, reference, tensors = TreeLstm(SHAPE), RecursiveTreeLstm(SHAPE), ForestTensors.of(forest)
    sides: dict[str, Callable[[int], tuple[float, float]]] = {
        "ours": _Step(ours, lambda: ours(tensors).outputs, STEPS).seconds,
        "recursive": _Step(reference, lambda: reference(forest), 1).seconds,
    }
    if dgl is not None:
        sides |= {gather: _dgl_step(dgl, gather) for gather in DGL}
    times = _Times({}, {})
    for round_number in range(ROUNDS + 1):
        for threads in THREADS:
            for name, seconds in sides.items():
                wall, processor = seconds(threads)
                if round_number:
                    times.wall.setdefault(f"{name}, threads {threads}", []).append(wall)
                    times.processor.setdefault(f"{name}, threads {threads}", []).append(processor)
    return times


class _Step:
    """Training steps of one model."""

    def __init__(self, model: nn.Module, encode: Callable[[], Tensor], steps: int) -> None:
        self.encode, self.steps = encode, steps
        self.optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)

    def seconds(self, threads: int) -> tuple[float, float]:
        """Wall and processor time of a step in the mean."""
        torch.set_num_threads(threads)
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(self.steps):
            self.optimiser.zero_grad()
            _loss(self.encode()).backward()  # type: ignore[no-untyped-call]
            self.optimiser.step()
        return (time.perf_counter() - wall) / self.steps, (time.process_time() - processor) / self.steps


def _loss(outputs: Tensor) -> Tensor:
    vectors = functional.normalize(outputs, dim=1)
    return functional.cross_entropy(vectors[0::2] @ vectors[1::2].t() / 0.07, torch.arange(PAIRS))


def _add_parts(figures: Figures, key: str, what: str, forest: _core.Forest, peak: float) -> None:
    """Add where the time of a step goes on one thread, and what share of the products' peak a pass comes to."""
    parts = _parts(forest)
    work = product_gflop(forest, SHAPE.embedding, SHAPE.hidden, SHAPE.output)
    figures.add(
        f"{key}_share_of_peak",
        work / (parts["forward"] + parts["backward"]) / peak,
        f"arithmetic of the products of a pass with {what}, in its time on one thread, over the speed of the same "
        "library's product of 512 by 256 and 256 by 768 on one thread",
    )
    figures.samples[key] |= {"seconds_of_parts_on_one_thread": parts, "gflop_a_step": work}


def _parts(forest: _core.Forest) -> dict[str, float]:
    """The median seconds of each part of a step on one thread."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model, tensors = TreeLstm(SHAPE), ForestTensors.of(forest)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    found: dict[str, list[float]] = {part: [] for part in PARTS}
    for _ in range(STEPS * ROUNDS):
        optimiser.zero_grad()
        marks = [time.perf_counter()]
        outputs = model(tensors).outputs
        marks.append(time.perf_counter())
        cut = outputs.detach().requires_grad_()
        _loss(cut).backward()  # type: ignore[no-untyped-call]
        marks.append(time.perf_counter())
        outputs.backward(cut.grad)
        marks.append(time.perf_counter())
        optimiser.step()
        marks.append(time.perf_counter())
        for values, start, end in zip(found.values(), marks, marks[1:], strict=False):
            values.append(end - start)
    return {name: statistics.median(values) for name, values in found.items()}


# DGL ----------------------------------------------------------------------------------------------------------------


@contextmanager
def _dgl(figures: Figures, key: str, forest: _core.Forest, *, with_peers: bool) -> Iterator[peers.Peer | None]:
    """DGL with the same trees and weights, in a process that waits between its turns; None where it is not wanted."""
    python = peers.environment("SAPWOOD_PEERS_DGL") if with_peers else None
    why = "needs --peers" if python is None else peers.lacks(python, "dgl")
    if python is None or why:
        figures.leave_out(key, why or "")
        yield None
        return
    torch.manual_seed(0)
    model = TreeLstm(SHAPE)
    with torch.no_grad():
        loss = float(_loss(model(ForestTensors.of(forest)).outputs))
    with TemporaryDirectory() as folder:
        _write(Path(folder) / "trees.npz", forest, model)
        with peers.running(python, "tree_lstm.py", str(Path(folder) / "trees.npz")) as dgl:
            for gather in DGL:
                found = dgl.ask(gather=gather, threads=1)["first_loss"]
                if abs(found - loss) > SAME_LOSS:
                    raise RuntimeError(f"DGL computes another function: its loss is {found}, ours {loss}")
            yield dgl


def _dgl_step(dgl: peers.Peer, gather: str) -> Callable[[int], tuple[float, float]]:
    def seconds(threads: int) -> tuple[float, float]:
        found = dgl.ask(gather=gather, threads=threads)
        return found["wall"], found["processor"]

    return seconds


def _write(path: Path, forest: _core.Forest, model: TreeLstm) -> None:
    """Write trees and weights as DGL's side reads them."""
    trees = plain_trees(forest)
    tokens = tokens_of(forest, trees)
    weights = {
        "embedding": model.embedding.weight,
        "input": model.cell.weight_x,
        "bias": model.cell.bias,
        "recurrent": model.cell.weight_h_iou,
        "forget": model.cell.weight_h_f,
        "output": model.output.weight,
        "output_bias": model.output.bias,
    }
    np.savez(
        path,
        allow_pickle=False,
        parents=np.concatenate([np.asarray(tree.parents, np.int64) for tree in trees]),
        tree_ends=np.cumsum([len(tree.nodes) for tree in trees]),
        tokens=np.concatenate([np.asarray(run, np.int64) for run in tokens]),
        offsets=np.cumsum([0, *(len(run) for run in tokens[:-1])]),
        **{f"weight.{name}": weight.detach().numpy() for name, weight in weights.items()},
    )
