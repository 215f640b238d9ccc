"""Keeps the losses that a training run tells, and draws those that one wrote down."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sapwood.report.plots import Curve, Span, draw_losses

if TYPE_CHECKING:
    from collections.abc import Mapping

Points = list[tuple[float, float]]
_VALIDATION: Final = "validation_"
_NO_LOSSES: Final = frozenset(
    {
        *("accuracy", "gradient_norm", "positive_distance", "negative_distance"),
        *("embedding_std", "alignment", "spread", "effective_rank"),
    }
)
"""What runs tell beside losses."""
_PLAIN: Final = "plain"


@dataclass(slots=True)
class Recorder:
    """Collects (epoch, loss) points from training events, by the name of the loss; events count epochs from 1.

    Validation stands where training was at that time, also where the budget ended it within an epoch.
    """

    training: dict[str, Points] = field(default_factory=dict)
    validation: dict[str, Points] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)
    position: float = 0.0
    begun: list[tuple[str, float]] = field(default_factory=list)

    def take(self, event: Mapping[str, Any]) -> None:
        """Look at one event."""
        if event["event"] == "step":
            self._step(event)
        elif event["event"] == "epoch":
            self._epoch(event)

    def _step(self, event: Mapping[str, Any]) -> None:
        self.last.update({key: event[key] for key in ("epoch", "pairs_per_second") if event.get(key) is not None})
        self.position = event["epoch"] - 1 + event["step"] / event["steps"]
        phase = event.get("phase", _PLAIN)
        if not self.begun or self.begun[-1][0] != phase:
            self.begun.append((phase, self.position - 1 / event["steps"]))
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

    def phases(self) -> list[Span]:
        """Give the phases of the curriculum; none where all was plain training."""
        if all(name == _PLAIN for name, _ in self.begun):
            return []
        ends = [start for _, start in self.begun[1:]] + [self.position]
        names = [(name.replace("_", " "), start) for name, start in self.begun]
        return [Span(name, start, end) for (name, start), end in zip(names, ends, strict=True)]

    def facts(self) -> dict[str, str]:
        """Tell how far it came and how fast."""
        facts = {"epochs begun": str(self.last["epoch"])} if "epoch" in self.last else {}
        if "pairs_per_second" in self.last:
            facts["rate at the end"] = f"{self.last['pairs_per_second']:.0f} pairs/s"
        return facts


def draw_run(run: str | Path, picture: str | Path) -> None:
    """Draw the losses of a run folder's `metrics.jsonl` as PNG, with the phases of its curriculum.

    A run that was continued has some steps twice; they are drawn twice.
    """
    recorder, title = Recorder(), ""
    with (Path(run) / "metrics.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            title = title or f"{event['model']}: loss over training"
            recorder.take(event)
    draw_losses(Path(picture), title, recorder.curves(), recorder.phases())


def _add(losses: dict[str, Points], at: float, values: Mapping[str, float | None]) -> None:
    for name, value in values.items():
        if name not in _NO_LOSSES and value is not None and isfinite(value):
            losses.setdefault("total" if name == "loss" else name, []).append((at, float(value)))
