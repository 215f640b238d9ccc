"""From batches to better weights: AdamW by groups of weights, and its step over one or several batches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from sapwood.training.batches import mean_losses
from sapwood.training.distributed import ALONE
from sapwood.training.faults import require_finite_gradients, require_finite_losses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn
    from torch.optim import Optimizer

    from sapwood.config import Recipe as Settings
    from sapwood.training.batches import Counted, Draw
    from sapwood.training.distributed import World
    from sapwood.training.state import Losses, TrainingState


def adamw(learner: nn.Module, base: tuple[str, ...], settings: Settings) -> torch.optim.AdamW:
    """AdamW over all weights; embeddings, biases, scales of norms and temperatures are not decayed.

    The fused step keeps a large embedding cheap.

    Args:
        learner: The model with its losses.
        base: How the names of the weights begin that learn at `base_rate` times the learning rate.
        settings: Rates and decay; `set_rates` gives them to each group at each step.
    """
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, weight in learner.named_parameters():
        decays = weight.ndim > 1 and "embedding" not in name
        groups.setdefault((name.startswith(base), decays), []).append(weight)
    described = [
        {"params": weights, "is_base": is_base, "decays": decays} for (is_base, decays), weights in groups.items()
    ]
    optimiser = torch.optim.AdamW(described, lr=settings.learning_rate, fused=True)
    set_rates(optimiser, settings, 1.0)
    return optimiser


def freeze(learner: nn.Module, base: tuple[str, ...]) -> None:
    """Leaves the weights of the base as they are, whatever is trained on top of them."""
    for name, weight in learner.named_parameters():
        if name.startswith(base):
            weight.requires_grad_(False)


def set_rates(optimiser: Optimizer, settings: Settings, factor: float) -> None:
    """Learning rate and weight decay of each group by the settings, so that a continued run takes those it is given."""
    for group in optimiser.param_groups:
        group["lr"] = settings.learning_rate * (settings.base_rate if group["is_base"] else 1.0) * factor
        group["weight_decay"] = settings.weight_decay if group["decays"] else 0.0


@dataclass(frozen=True)
class Step:
    """The batches of one step of the optimiser, at least one."""

    batches: Sequence[Counted]

    @property
    def pairs(self) -> int:
        """Pairs of all of them."""
        return sum(batch.pairs for batch in self.batches)

    @property
    def functions(self) -> int:
        """Texts that the model reads for all of them."""
        return sum(batch.functions for batch in self.batches)


def in_steps(draws: Sequence[Draw], accumulation: int) -> list[Sequence[Draw]]:
    """What each step of the optimiser is made of: up to `accumulation` batches, whole ones."""
    return [draws[start : start + accumulation] for start in range(0, len(draws), accumulation)]


def take_step(
    learner: nn.Module, state: TrainingState, step: Step, settings: Settings, share: float, world: World = ALONE
) -> Losses:
    """Moves the weights by the mean gradient over the pairs of some batches, clipped to the norm `clip`.

    Negatives are those of their own batch, so that several small batches are not one large one to a contrastive loss.

    Args:
        learner: Gives the losses of a batch, the sum under `loss`.
        state: Its optimiser and schedule; only whole steps are ever saved.
        step: The batches.
        settings: Rates and the norm.
        share: How much of the training is done.
        world: The processes that take this step together.

    Returns:
        The losses, each the mean over the pairs of the batches that have one, and beside them `gradient_norm`, as it
        was before clipping: None where gradients of fp16 had no room, so that the weights stayed as they were.

    Raises:
        NotFinite: A loss or a gradient; the weights are as before.
    """
    learner.train()
    set_rates(state.optimiser, settings, state.rate_factor(share))
    state.optimiser.zero_grad(set_to_none=True)
    taken: list[tuple[dict[str, Any], int]] = []
    for batch in step.batches:
        losses, _ = learner(batch)
        state.scaler.scale(losses["loss"] * (batch.pairs / step.pairs)).backward()
        taken.append((losses, batch.pairs))
    world.average_gradients(learner.parameters())
    losses_of_step = mean_losses(taken)
    require_finite_losses(losses_of_step)
    return losses_of_step | {"gradient_norm": _move(learner, state, settings.clip)}


def _move(learner: nn.Module, state: TrainingState, clip: float) -> float | None:
    """Clips the gradients, makes the step, and gives their norm."""
    scaler, weights = state.scaler, list(learner.parameters())
    scaler.unscale_(state.optimiser)
    norm = torch.nn.utils.get_total_norm([weight.grad for weight in weights if weight.grad is not None])
    # A scaler that finds an overflow makes no step, and tries the next one with half the scale, down to 1.
    may_overflow = scaler.is_enabled() and scaler.get_scale() >= 2.0
    if not may_overflow:
        require_finite_gradients(learner, float(norm))
    torch.nn.utils.clip_grads_with_norm_(weights, clip, norm)
    scaler.step(state.optimiser)
    scaler.update()
    return float(norm) if math.isfinite(norm) else None
