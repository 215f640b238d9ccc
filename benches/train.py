"""Training throughput of both models beside what a user would pick instead: same data, sizes and optimiser."""

from __future__ import annotations

from benches import train_trees
from benches.figures import Figures


def measure(*, with_peers: bool) -> Figures:
    """Time training steps, those of the peers where they are wanted."""
    figures = Figures()
    train_trees.add_figures(figures, with_peers=with_peers)
    figures.leave_out("sage_seeds_over_pyg", "PyG's loader needs compiled parts that a plain install lacks")
    return figures
