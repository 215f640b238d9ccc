"""The two pictures of a report: how the losses fell, and where functions lie."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator
from PIL import Image
from sklearn.manifold import TSNE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

INCHES: Final = (10.0, 6.0)
DOTS_AN_INCH: Final = 144
COLOURS: Final = 48
COLOURED_PACKAGES: Final = 12
MAP_DIMENSIONS: Final = 64
"""Leading components of whitened vectors that the map is made of; the rest is mostly noise."""
_DECADE: Final = 10.0
_SMOOTH_FROM: Final = 40
_MARKERS: Final = ("o", "^", "s")
_STYLE: Final[dict[Any, Any]] = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "font.size": 11,
    "grid.alpha": 0.3,
    "svg.hashsalt": "sapwood",
}


@dataclass(frozen=True, slots=True)
class Curve:
    """One loss of one model over training.

    Attributes:
        label: what the legend calls it.
        epochs: position of each value, in epochs.
        losses: the values, finite.
        is_validation: whether it was measured on held-back packages.
    """

    label: str
    epochs: Sequence[float]
    losses: Sequence[float]
    is_validation: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A phase of training.

    Attributes:
        label: its name.
        start: where it begins, in epochs.
        end: where it ends.
    """

    label: str
    start: float
    end: float


def draw_losses(path: Path, title: str, curves: Sequence[Curve], phases: Sequence[Span] = ()) -> None:
    """Draw loss curves of one model as PNG: training thin, validation with markers; log scale past one decade.

    Phases are marked above the curves, every other one on a grey ground.
    """
    with mpl.rc_context(_STYLE):
        figure, axes = _figure()
        colours: dict[str, str] = {}
        for curve in curves:
            if curve.losses:
                _draw_curve(axes, curve, colours)
        axes.set(title=title, xlabel="epoch", ylabel="loss (no unit)")
        _scale(axes, [loss for curve in curves for loss in curve.losses])
        _mark(axes, phases)
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
        _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    """Write a picture in few colours, which takes a third of the bytes of one in all that edges are smoothed with."""
    drawn = BytesIO()
    figure.savefig(drawn, metadata={"Software": None})
    Image.open(drawn).convert("RGB").quantize(COLOURS).save(path, optimize=True)


def _figure() -> tuple[Figure, Axes]:
    figure = Figure(figsize=INCHES, dpi=DOTS_AN_INCH, layout="constrained")
    return figure, figure.subplots()


def _mark(axes: Axes, phases: Sequence[Span]) -> None:
    for number, phase in enumerate(phases):
        axes.axvspan(phase.start, phase.end, color="0.5", alpha=0.12 * (number % 2), linewidth=0)
        middle = 0.5 * (phase.start + phase.end)
        axes.text(middle, 0.98, phase.label, transform=axes.get_xaxis_transform(), ha="center", va="top", color="0.35")


def _draw_curve(axes: Axes, curve: Curve, colours: dict[str, str]) -> None:
    name = curve.label.split(" (")[0]
    colour = colours.setdefault(name, f"C{len(colours)}")
    if curve.is_validation:
        axes.plot(curve.epochs, curve.losses, "o--", color=colour, markersize=5, label=curve.label)
        return
    if len(curve.losses) > _SMOOTH_FROM:
        axes.plot(curve.epochs, curve.losses, color=colour, alpha=0.25, linewidth=0.8)
        axes.plot(curve.epochs, _smooth(curve.losses), color=colour, label=curve.label)
        return
    axes.plot(curve.epochs, curve.losses, ".-", color=colour, label=curve.label)


def _smooth(losses: Sequence[float]) -> NDArray[np.float64]:
    """Average over a centred window of a twentieth of the curve, narrower towards both ends."""
    sums = np.cumsum(np.concatenate([[0.0], np.asarray(losses, dtype=np.float64)]))
    places = np.arange(len(losses))
    reach = np.minimum(len(losses) // 40, np.minimum(places, places[::-1]))
    starts, ends = places - reach, places + reach + 1
    smoothed: NDArray[np.float64] = (sums[ends] - sums[starts]) / (ends - starts)
    return smoothed


def _scale(axes: Axes, losses: Sequence[float]) -> None:
    if losses and min(losses) > 0 and max(losses) / min(losses) > _DECADE:
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(LogLocator(subs=(2.0, 5.0)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("{x:g}")
    else:
        axes.set_ylim(bottom=0.0 if losses and min(losses) >= 0 else None)


def lay_out(vectors: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Place vectors in the plane by t-SNE (van der Maaten and Hinton 2008), cosine distance, (n, 2).

    Takes the leading components of whitened vectors. Fewer than 4 vectors are placed by their first two components.
    """
    leading = np.ascontiguousarray(vectors[:, :MAP_DIMENSIONS])
    if len(leading) < 4:
        return leading[:, :2]
    perplexity = min(30.0, (len(leading) - 1) / 3)
    places: NDArray[np.float32] = TSNE(
        perplexity=perplexity, metric="cosine", init="random", max_iter=500, random_state=seed
    ).fit_transform(leading)
    return places


def draw_map(path: Path, title: str, places: NDArray[np.float32], packages: Sequence[str]) -> None:
    """Draw functions in the plane as PNG, the most frequent packages coloured, all others grey."""
    counts = Counter(packages)
    shown = [name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))][:COLOURED_PACKAGES]
    labels = np.asarray(packages)
    with mpl.rc_context({**_STYLE, "axes.grid": False}):
        figure, axes = _figure()
        rest = ~np.isin(labels, shown)
        if rest.any():
            others = f"{len(counts) - len(shown)} others ({int(rest.sum())})"
            axes.scatter(places[rest, 0], places[rest, 1], s=8, c="0.8", linewidths=0, label=others)
        for number, name in enumerate(shown):
            chosen = labels == name
            axes.scatter(
                places[chosen, 0],
                places[chosen, 1],
                s=20,
                color=f"C{number % 10}",
                marker=_MARKERS[number // 5 % len(_MARKERS)],
                linewidths=0,
                alpha=0.85,
                label=f"{name} ({counts[name]})",
            )
        axes.set(title=title, xlabel="t-SNE, first axis (no unit)", ylabel="t-SNE, second axis (no unit)")
        axes.set(xticks=[], yticks=[])
        axes.legend(
            loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, title="package (functions)", markerscale=1.5
        )
        figure.savefig(path, metadata={"Software": None})
