"""Keeps the losses that a training run tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from sapwood.report.plots import Curve

if TYPE_CHECKING:
    from collections.abc import Mapping

Points = list[tuple[float, float]]
_VALIDATION: Final = "validation_"
_NO_LOSSES: Final = frozenset({"accuracy"})
"""What runs tell beside losses."""


@dataclass(slots=True)
class Recorder:
    """Collects (epoch, loss) points from training events, by the name of the loss; events count epochs from 1.

    Validation stands where training was at that time, also where the budget ended it within an epoch.
    """

    training: dict[str, Points] = field(default_factory=dict)
    validation: dict[str, Points] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)
    position: float = 0.0

    def take(self, event: Mapping[str, Any]) -> None:
        """Look at one event."""
        if event["event"] == "step":
            self._step(event)
        elif event["event"] == "epoch":
            self._epoch(event)

    def _step(self, event: Mapping[str, Any]) -> None:
        self.last.update({key: event[key] for key in ("epoch", "pairs_per_second") if event.get(key) is not None})
        self.position = event["epoch"] - 1 + event["step"] / event["steps"]
        _add(self.training, self.position, event.get("losses") or {})

    def _epoch(self, event: Mapping[str, Any]) -> None:
        values = {
            name.removeprefix(_VALIDATION): value for name, value in event.items() if name.startswith(_VALIDATION)
        }
        _add(self.validation, self.position, values)

    def curves(self) -> list[Curve]:
        """Give the curves, training before validation; the loss of a head without labels is zero and left out."""
        made = []
        for suffix, losses, is_validation in (
            ("training", self.training, False),
            ("validation", self.validation, True),
        ):
            for name, points in losses.items():
                epochs, values = zip(*points, strict=True)
                if any(values):
                    made.append(Curve(f"{name} ({suffix})", epochs, values, is_validation))
        return made

    def facts(self) -> dict[str, str]:
        """Tell how far it came and how fast."""
        facts = {"epochs begun": str(self.last["epoch"])} if "epoch" in self.last else {}
        if "pairs_per_second" in self.last:
            facts["rate at the end"] = f"{self.last['pairs_per_second']:.0f} pairs/s"
        return facts


def _add(losses: dict[str, Points], at: float, values: Mapping[str, float | None]) -> None:
    for name, value in values.items():
        if name not in _NO_LOSSES and value is not None and isfinite(value):
            losses.setdefault("total" if name == "loss" else name, []).append((at, float(value)))
