"""How the learning rate goes over a run: warm-up, then along a cosine, down at plateaus, or constant."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sapwood.config import Recipe as Settings

FIRST = 0.02
"""Factor of the very first step of a warm-up, which would else move nothing."""
GAIN = 1e-4
"""Share of the best loss by which a better one is lower; anything less is a plateau (torch's default)."""


@dataclass
class Schedule:
    """The factor of the learning rate, which the settings may change when a run is continued.

    Attributes:
        settings: `schedule`, `warm_up`, `lowest_rate`, `plateau_patience` and `plateau_factor`.
        reduced: Factor of the plateaus so far.
        best: The lowest loss of an epoch that counted as a gain.
        stale: Epochs without one since then, or since the last reduction.
    """

    settings: Settings
    reduced: float = 1.0
    best: float | None = None
    stale: int = 0

    def factor(self, share: float) -> float:
        """Factor of the learning rate when `share` of the training is done, in (0, 1]."""
        settings = self.settings
        if share < settings.warm_up:
            return self.reduced * max(share / settings.warm_up, FIRST)
        if settings.schedule == "cosine":
            turned = min(1.0, (share - settings.warm_up) / (1.0 - settings.warm_up))
            return settings.lowest_rate + (1.0 - settings.lowest_rate) * 0.5 * (1.0 + math.cos(math.pi * turned))
        return self.reduced

    def judge(self, loss: float) -> None:
        """Takes the loss of an epoch; after more than `plateau_patience` stale ones a plateau lowers the rate.

        As `torch.optim.lr_scheduler.ReduceLROnPlateau` does, whose rates a warm-up would overwrite.
        """
        settings = self.settings
        if settings.schedule != "plateau":
            return
        gained = self.best is None or loss < self.best - GAIN * abs(self.best)
        self.best, self.stale = (loss, 0) if gained else (self.best, self.stale + 1)
        if self.stale > settings.plateau_patience:
            self.reduced, self.stale = max(self.reduced * settings.plateau_factor, settings.lowest_rate), 0

    def state_dict(self) -> dict[str, Any]:
        """What it remembers."""
        return {"reduced": self.reduced, "best": self.best, "stale": self.stale}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        self.reduced, self.best, self.stale = state["reduced"], state["best"], state["stale"]
