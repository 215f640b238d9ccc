"""Keeps the losses that a training run tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

from sapwood.report.plots import Curve

if TYPE_CHECKING:
    from collections.abc import Mapping

Points = list[tuple[float, float]]


@dataclass(slots=True)
class Recorder:
    """Collects (epoch, loss) points from training events, by the name of the loss."""

    training: dict[str, Points] = field(default_factory=dict)
    validation: dict[str, Points] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)

    def take(self, event: Mapping[str, Any]) -> None:
        """Look at one event."""
        if event["event"] == "step":
            self._step(event)
        elif event["event"] == "epoch":
            self._epoch(event)

    def _step(self, event: Mapping[str, Any]) -> None:
        self.last.update({key: event[key] for key in ("epoch", "pairs_per_second") if event.get(key) is not None})
        steps = event.get("steps_per_epoch") or event.get("steps")
        if event.get("step") is None or not steps:
            return
        at = (float(event["epoch"]) - 1) + (event["step"] % steps or steps) / steps
        _add(self.training, "total", at, event.get("loss"))
        for name, loss in (event.get("losses") or {}).items():
            _add(self.training, name, at, loss)

    def _epoch(self, event: Mapping[str, Any]) -> None:
        self.last["epoch"] = event["epoch"]
        _add(self.validation, "total", float(event["epoch"]), event.get("validation_loss"))
        for name, loss in (event.get("validation_losses") or {}).items():
            _add(self.validation, name, float(event["epoch"]), loss)

    def curves(self) -> list[Curve]:
        """Give the curves, training before validation; a loss that is the total alone is not repeated."""
        made = []
        for suffix, losses, is_validation in (
            ("training", self.training, False),
            ("validation", self.validation, True),
        ):
            for name, points in losses.items():
                epochs, values = zip(*points, strict=True)
                made.append(Curve(f"{name} ({suffix})", epochs, values, is_validation))
        return made

    def facts(self) -> dict[str, str]:
        """Tell how far it came and how fast."""
        facts = {"epochs begun": str(self.last["epoch"])} if "epoch" in self.last else {}
        if "pairs_per_second" in self.last:
            facts["rate at the end"] = f"{self.last['pairs_per_second']:.0f} pairs/s"
        return facts


def _add(losses: dict[str, Points], name: str, at: float, loss: float | None) -> None:
    if loss is not None and isfinite(loss):
        losses.setdefault(name, []).append((at, float(loss)))
