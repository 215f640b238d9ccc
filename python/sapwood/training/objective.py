"""What both models are taught about pairs of vectors, and what is logged of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from sapwood.data import SOURCES
from sapwood.training.geometry import REGULARISERS, effective_rank, uniformity
from sapwood.training.losses import CONTRASTIVE, found_positives

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sapwood.config import Recipe as Settings
    from sapwood.training.state import Losses


@dataclass(frozen=True)
class PairVectors:
    """Vectors of pairs as a model gives them.

    Shapes:
        anchors, positives (p, d); excluded (p, p): pairs that may be alike and are no negatives of each other;
        negatives (p, p): how much the others count in the loss, all alike where there is None; measures ignore it.
    """

    anchors: Tensor
    positives: Tensor
    excluded: Tensor
    negatives: Tensor | None = None

    @property
    def every(self) -> Tensor:
        """(2p, d)."""
        return torch.cat([self.anchors, self.positives])

    def accuracies(self, sources: Tensor) -> dict[str, Tensor | None]:
        """Share of the pairs whose positive is nearest to its anchor: of all, and of each source that has some.

        `sources` (p,) has where each pair comes from, as positions in `SOURCES`.
        """
        found = found_positives(self.anchors.detach(), self.positives.detach(), self.excluded).float()
        of_source = (found[sources == number] for number in range(len(SOURCES)))
        return {"accuracy": found.mean()} | {
            f"accuracy_{name}": own.mean() if len(own) else None for name, own in zip(SOURCES, of_source, strict=True)
        }

    def distances(self) -> tuple[Tensor, Tensor]:
        """Euclidean distances of unit vectors, in [0, 2]: of the positives (p,), and of all negatives."""
        apart = torch.cdist(functional.normalize(self.anchors), functional.normalize(self.positives))
        same = torch.eye(len(apart), dtype=torch.bool, device=apart.device)
        return apart.diagonal(), apart[~(self.excluded | same)]


class PairLoss(nn.Module):
    """The contrastive loss of the settings, with the regularisers that have a weight there."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.contrastive = CONTRASTIVE[settings.loss](settings.temperature, settings.margin)
        self.weights = {name: weight for name, weight in settings.regularisation.model_dump().items() if weight}

    def forward(self, vectors: PairVectors, weights: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The sum, and each term without its weight by its name."""
        contrastive = self.contrastive(vectors.anchors, vectors.positives, weights, vectors.excluded, vectors.negatives)
        every = vectors.every if self.weights else vectors.anchors
        spread = {name: REGULARISERS[name](every) for name in self.weights}
        return contrastive + _weighted_sum(spread, self.weights), {"contrastive": contrastive, **spread}


def _weighted_sum(terms: Mapping[str, Tensor], weights: Mapping[str, float]) -> Tensor | float:
    return sum((weight * terms[name] for name, weight in weights.items()), start=0.0)


@torch.no_grad()
def geometry(batches: Sequence[PairVectors]) -> Losses:
    """How pairs of vectors lie in space, over all batches; nothing without any.

    Mean distances of unit vectors, in [0, 2]; `embedding_std` is the mean over the dimensions of the vectors as they
    are; `alignment` is the mean squared distance of the positives, and `spread` the uniformity (Wang and Isola, 2020).
    """
    if not batches:
        return {}
    every = torch.cat([vectors.every for vectors in batches])
    positive, negative = (torch.cat(found) for found in zip(*(vectors.distances() for vectors in batches), strict=True))
    return {
        "positive_distance": float(positive.mean()),
        "negative_distance": float(negative.mean()) if len(negative) else None,
        "embedding_std": float(every.std(0, correction=0).mean()),
        "alignment": float(positive.square().mean()),
        "spread": float(uniformity(every)),
        "effective_rank": float(effective_rank(every)),
    }
