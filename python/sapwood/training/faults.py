"""Numbers that are infinite or none: found before they reach the weights, and told with the batch that made them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch

from sapwood._core import write_atomic
from sapwood.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import nn

    from sapwood.data import Dataset
    from sapwood.training.batches import Draw, TextPairs, Views
    from sapwood.training.session import Session
    from sapwood.training.state import TrainingState

FILE = "not-finite.json"
"""What a run folder keeps of the batch that ended the run."""


@dataclass(eq=False)
class NotFinite(Exception):  # noqa: N818 named after what was found
    """Something is infinite or no number; a step that met it has changed no weight.

    Attributes:
        kind: What it is.
        names: Which ones of them.
    """

    kind: Literal["loss", "gradient", "validation loss", "weight"]
    names: tuple[str, ...]

    def __str__(self) -> str:
        shown = ", ".join(f"`{name}`" for name in self.names[:3])
        more = f" and {len(self.names) - 3} more" if len(self.names) > 3 else ""
        return f"the {self.kind} {shown}{more} is infinite or no number"


def require_finite_losses(losses: Mapping[str, float | None]) -> None:
    """Raises `NotFinite` naming the losses of a batch that are infinite or no number; None is none."""
    wrong = [name for name, value in losses.items() if value is not None and not math.isfinite(value)]
    if wrong:
        raise NotFinite("loss", tuple(wrong))


def require_finite_gradients(learner: nn.Module, norm: float) -> None:
    """Raises `NotFinite` naming the weights with such gradients, if their `norm` over all weights is not finite."""
    if math.isfinite(norm):
        return
    named = learner.named_parameters()
    wrong = [name for name, weight in named if weight.grad is not None and not bool(torch.isfinite(weight.grad).all())]
    # Finite gradients can be so large that only their norm is not.
    raise NotFinite("gradient", tuple(wrong) or ("norm",))


def require_finite_weights(learner: nn.Module) -> None:
    """Raises `NotFinite` naming the weights that are infinite or no numbers."""
    if wrong := weights_not_finite(learner):
        raise NotFinite("weight", tuple(wrong))


def weights_not_finite(learner: nn.Module) -> list[str]:
    """Names of the weights that hold something infinite or no number."""
    return [name for name, weight in learner.named_parameters() if not bool(torch.isfinite(weight).all())]


def rows_not_finite(dataset: Dataset) -> int:
    """How many of the index's feature rows hold something infinite or no number."""
    graph = dataset.index.input_graph
    wrong = np.flatnonzero(~np.isfinite(graph.feature_values))
    return len(np.unique(np.searchsorted(graph.feature_indptr, wrong, side="right")))


def functions_of(dataset: Dataset, views: Views, pairs: TextPairs, draw: Draw) -> list[dict[str, Any]]:
    """The pairs of a batch for people: of either text the function that it shows, with its file and line."""
    texts = zip(pairs.first[draw.rows].tolist(), pairs.second[draw.rows].tolist(), strict=True)
    rows = draw.rows.tolist()
    return [
        {"pair": row, "first": _place(dataset, views, first), "second": _place(dataset, views, second)}
        for row, (first, second) in zip(rows, texts, strict=True)
    ]


def _place(dataset: Dataset, views: Views, text: int) -> dict[str, Any]:
    function = int(views.functions[text])
    node, index = int(dataset.functions[function]), dataset.index
    return {
        "function": dataset.names[function],
        "file": index.file_paths[int(index.node_file[node])],
        "line": int(index.node_start_line[node]),
        "rewritten": text >= len(dataset),
    }


def write_batch(run: Path, found: NotFinite, epoch: int, step: int, pairs: list[dict[str, Any]]) -> Path:
    """Writes which batch it was into the run folder, and gives the file; epoch and step count from 1."""
    document = {"kind": found.kind, "names": found.names, "epoch": epoch, "step": step, "pairs": pairs}
    path = run / FILE
    write_atomic(str(path), (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode())
    return path


def end_of_run(
    session: Session, state: TrainingState, found: NotFinite, dataset: Dataset, pairs: list[dict[str, Any]]
) -> InternalError:
    """The error that ends a run: what was found where, what is kept, and what to do.

    Args:
        session: The run.
        state: As the last whole step left it, which is saved where it is good.
        found: What was found.
        dataset: Where the numbers came from.
        pairs: Of the batch that was at hand, see `functions_of`.
    """
    progress, wrong = state.progress, weights_not_finite(state.model)
    where = f"at epoch {progress.epoch + 1}, after step {progress.step}"
    if found.kind in ("loss", "gradient"):
        path = write_batch(session.run.path, found, progress.epoch + 1, progress.step + 1, pairs)
        where = f"at epoch {progress.epoch + 1}, step {progress.step + 1}, whose functions are in {path}"
        if not wrong and session.saved_steps != progress.steps_done:
            session.save(state)
    saved = (
        "no state was saved" if session.saved_steps is None else f"the state after step {session.saved_steps} is kept"
    )
    return InternalError(f"{found} {where}, and {saved}; {_way_out(session, dataset, wrong)}")


def _way_out(session: Session, dataset: Dataset, wrong: list[str]) -> str:
    """What to do, by what is wrong beside."""
    if rows := rows_not_finite(dataset):
        return f"{rows} feature rows of the index hold such numbers: index again with `sapwood index PATH`"
    section = session.model.replace("-", "_")
    smaller = f"{section}.learning_rate={session.recipe.learning_rate / 2:g}"
    if wrong and session.saved_steps is not None and session.resumed_from is not None:
        states = session.run.path / "checkpoints"
        return f"the weights of that state hold such numbers: go on from an earlier one in {states}, or train afresh"
    again = "" if session.saved_steps is None else " --ckpt-path last"
    return f"go on with smaller steps: `sapwood train {session.model}{again} {smaller}`"
