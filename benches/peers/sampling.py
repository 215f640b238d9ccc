"""PyG's neighbour sampler on a graph of standard input, in the form that the example `sampler_bench` reads.

Arguments: batch, then fan-outs. Standard output is one JSON object: the seeds/s of the loader as its guide shows it,
and of the bare sampler without what the loader does for a model.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import warnings
from typing import TYPE_CHECKING

import numpy as np
import torch

warnings.simplefilter("ignore")  # torch_geometric warns about its own past while it is imported

from torch_geometric.data import Data  # noqa: E402
from torch_geometric.loader import NeighborLoader  # noqa: E402
from torch_geometric.sampler import NeighborSampler, NodeSamplerInput  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = 3
# A pass over all seeds would take the loader minutes.
BATCHES = 20


def main() -> None:
    """Time the loader and the bare sampler, each with one thread and with two; the best counts."""
    batch, *fanouts = map(int, sys.argv[1:])
    data = graph(sys.stdin.buffer.read())
    sampler = NeighborSampler(data, num_neighbors=fanouts)
    seeds = torch.arange(batch * BATCHES)
    loader = NeighborLoader(data, num_neighbors=fanouts, input_nodes=seeds, batch_size=batch)
    peers: dict[str, Callable[[], int]] = {
        "loader": lambda: sum(int(part.num_nodes) for part in loader),
        "sampler": lambda: sum(
            len(sampler.sample_from_nodes(NodeSamplerInput(None, part)).node) for part in torch.split(seeds, batch)
        ),
    }
    rates: dict[str, list[float]] = {}
    nodes = 0
    for threads in (1, 2):
        torch.set_num_threads(threads)
        for name, run in peers.items():
            run()
            rates[f"{name}, threads {threads}"] = []
            for _ in range(SAMPLES):
                start = time.perf_counter()
                nodes = run()
                rates[f"{name}, threads {threads}"].append(len(seeds) / (time.perf_counter() - start))
    best = max(statistics.median(values) for values in rates.values())
    found = {"seeds_per_second": best, "nodes_a_batch": nodes / BATCHES, "all_seeds_per_second": rates}
    json.dump(found, sys.stdout)


def graph(given: bytes) -> Data:
    """Senders by receiver as an edge index."""
    numbers = np.frombuffer(given, dtype="<u4").astype(np.int64)
    nodes = int(numbers[0])
    indptr, senders = numbers[2 : nodes + 3], numbers[nodes + 3 :]
    receivers = np.repeat(np.arange(nodes), np.diff(indptr))
    return Data(edge_index=torch.from_numpy(np.stack([senders, receivers])), num_nodes=nodes)


if __name__ == "__main__":
    main()
