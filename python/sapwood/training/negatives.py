"""Which other pairs of a batch are negatives of an anchor, and how much each of them counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from sapwood.data.containment import siblings, tree_distances

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from sapwood.data.containment import Places

    Ints = NDArray[np.int64]
    Rule = Callable[[Ints, Ints], NDArray[np.float32]]
    """Weights (p, q), at least 0, of q views as negatives of p views; both are given as positions of views."""
    Forbidden = Callable[[Ints], NDArray[np.bool_]]

_BLOCK = 1024
"""Anchors that are compared with all candidates at once."""


def every_negative(first: Ints, second: Ints) -> NDArray[np.float32]:
    """The rule of plain training: all count alike."""
    return np.ones((len(first), len(second)), np.float32)


@dataclass(frozen=True)
class Distant:
    """The nearer in the project, the more a negative counts, but those of one file or class are none.

    Shapes:
        places: of each view's function.
    """

    places: Places

    def __call__(self, first: Ints, second: Ints) -> NDArray[np.float32]:
        """1 / distance in the containment tree, 0 for siblings."""
        rows, columns = self.places.take(first), self.places.take(second)
        near = 1.0 / np.maximum(tree_distances(rows, columns), 1)
        return np.where(siblings(rows, columns), 0.0, near).astype(np.float32)


@dataclass(frozen=True)
class Apart:
    """Views of one cluster are no negatives of each other, as they may well do alike.

    Shapes:
        clusters (v,): of each view; -1 where it has none.
    """

    clusters: NDArray[np.int32]

    def __call__(self, first: Ints, second: Ints) -> NDArray[np.float32]:
        """1, or 0 within a cluster."""
        return (~self.share(first, second)).astype(np.float32)

    def share(self, first: Ints, second: Ints) -> NDArray[np.bool_]:
        """(p, q): whether two views are of one cluster."""
        rows, columns = self.clusters[first, None], self.clusters[None, second]
        together: NDArray[np.bool_] = (rows == columns) & (rows >= 0)
        return together


def negative_weights(rule: Rule, first: Ints, second: Ints, alike: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(p, p): how much j's second counts as a negative of i's first; 0: it is none.

    Scaled to mean 1 over the negatives that are left, so that a rule shifts attention and not the loss's scale. The
    diagonal, the positives, is 1.
    """
    weights = np.where(alike, 0.0, rule(first, second)).astype(np.float32)
    np.fill_diagonal(weights, 0.0)
    left = weights > 0.0
    weights *= left.sum() / max(float(weights.sum()), 1e-8)
    np.fill_diagonal(weights, 1.0)
    return weights


def removed_share(rule: Rule, first: Ints, second: Ints, alike: NDArray[np.bool_]) -> float:
    """Share of the negatives of plain training that a rule takes away, in [0, 1]."""
    plain = ~alike
    np.fill_diagonal(plain, False)
    removed = plain & (rule(first, second) == 0.0)
    return float(removed.sum()) / max(1, int(plain.sum()))


@dataclass(frozen=True)
class Mined:
    """Hard negatives of n anchors.

    Shapes:
        rows (n, k): pairs whose seconds are the nearest allowed ones, the nearest first; -1 where there are no more.

    Attributes:
        refused: how many of the k nearest of all anchors were taken for false negatives.
    """

    rows: Ints
    refused: int

    @property
    def count(self) -> int:
        """How many were mined."""
        return int((self.rows >= 0).sum())


def mine(
    anchors: Tensor, positives: Tensor, candidates: Ints, forbidden: Forbidden, *, per_anchor: int, margin: float
) -> Mined:
    r"""The nearest negatives by cosine, exactly, without those that are likely false.

    A candidate n of anchor a with positive p is taken for a false negative, and left out, where

    .. math:: \cos(a, n) > \cos(a, p) - m

    the rule TopK-MarginPos of `"NV-Retriever: Improving text embedding models with effective hard-negative mining"
    <https://arxiv.org/abs/2407.15831>`_ (Moreira et al., 2024).

    Args:
        anchors: (n, d) vectors of the firsts.
        positives: (n, d) vectors of their seconds.
        candidates: pairs whose seconds may be mined.
        forbidden: is given rows and says of each candidate whether it may not be mined for them, (rows, candidates).
        per_anchor: k.
        margin: m, in cosine; the larger, the more is refused.
    """
    anchors, positives = functional.normalize(anchors), functional.normalize(positives)
    limit = (anchors * positives).sum(1) - margin
    pool = positives[torch.from_numpy(candidates).to(positives.device)]
    most = min(per_anchor, len(candidates))
    rows, refused = [np.zeros((0, most), np.int64)], 0
    for start in range(0, len(anchors), _BLOCK):
        block = np.arange(start, min(start + _BLOCK, len(anchors)))
        banned = forbidden(block) | (block[:, None] == candidates[None, :])
        similar = anchors[start : start + _BLOCK] @ pool.t()
        similar = similar.masked_fill(torch.from_numpy(banned).to(similar.device), -torch.inf)
        false = similar > limit[start : start + _BLOCK, None]
        refused += int(false.sum(1).clamp(max=most).sum())
        nearest = similar.masked_fill(false, -torch.inf).topk(most)
        found = candidates[nearest.indices.cpu().numpy()]
        rows.append(np.where(nearest.values.isinf().cpu().numpy(), -1, found))
    return Mined(np.concatenate(rows), refused)


def compose(mined: Ints, sizes: Sequence[int], share: float, rng: np.random.Generator) -> list[Ints]:
    """Batches of `sizes`, in which pairs stand beside the negatives mined for them; each pair once.

    Up to `share` of a batch grows from a pair drawn at random along what was mined for it, for these, and so on,
    nearest first; pairs drawn at random fill it up. The last ones find least of what was mined for them, so that the
    order of the batches is drawn, too.

    Args:
        mined: (n, k) rows, see `Mined`.
        sizes: of the batches; their sum is n.
        share: in [0, 1].
        rng: draws.
    """
    left = dict.fromkeys(rng.permutation(len(mined)).tolist())
    neighbours = mined.tolist()
    batches = []
    for size in sizes:
        batch = _grown(neighbours, left, round(share * size))
        batch += [left.popitem()[0] for _ in range(size - len(batch))]
        batches.append(np.array(batch, np.int64))
    return [batches[number] for number in rng.permutation(len(batches))]


def _grown(neighbours: list[list[int]], left: dict[int, None], size: int) -> list[int]:
    """Takes `size` rows out of `left`, breadth first from its first one, and again where nothing is left to reach."""
    taken: list[int] = []
    reached = 0
    while len(taken) < size:
        if reached == len(taken):
            taken.append(next(iter(left)))
            del left[taken[-1]]
        for row in neighbours[taken[reached]]:
            if row in left and len(taken) < size:
                taken.append(row)
                del left[row]
        reached += 1
    return taken


def met(mined: Ints, batches: Sequence[Ints]) -> int:
    """How many of the mined negatives share a batch with their anchor."""
    batch_of = np.zeros(len(mined), np.int64)
    for number, batch in enumerate(batches):
        batch_of[batch] = number
    return int(((batch_of[mined] == batch_of[:, None]) & (mined >= 0)).sum())


def cluster(vectors: NDArray[np.float32], clusters: int, seed: int) -> NDArray[np.int32]:
    """(n,): the cluster of each vector's direction, by k-means (Lloyd, 1982) over mini-batches (Sculley, 2010).

    On one thread, as sums of several come in an order of chance.
    """
    from sklearn.cluster import MiniBatchKMeans
    from threadpoolctl import threadpool_limits

    unit = functional.normalize(torch.from_numpy(vectors)).numpy()
    count = min(clusters, len(np.unique(unit, axis=0)))
    with threadpool_limits(1):
        found = MiniBatchKMeans(count, random_state=seed, n_init=3).fit_predict(unit)
    labels: NDArray[np.int32] = found.astype(np.int32)
    return labels
