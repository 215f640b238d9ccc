"""Whether a run is well: each way in which training goes wrong, looked for in its figures.

All but `examine` are pure functions of figures that the run wrote down. A check fails where going on makes little sense
and warns where somebody should look; its evidence names epochs and numbers, its advice a setting.
"""

from __future__ import annotations

import math
from itertools import pairwise, takewhile
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from sapwood.checks import Check
from sapwood.formats import count, figure, size
from sapwood.monitor.runs import CONFIG

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sapwood.monitor.records import Record
    from sapwood.monitor.watch import Run

WINDOW = 3
"""Epochs that make a trend."""
STALE = 5
"""Epochs without a better validation loss that are worth a look."""
RISE, STEEP_RISE = 0.05, 0.2
"""Rise of the validation loss over its best that counts, as a share of it; and that says to stop."""
DIVERGING, EXPLODING = 0.1, 2.0
"""Rise of the training loss over some epochs, as a share; the last steps' mean as a multiple of the epoch before."""
RECENT = 20
"""Steps whose mean is compared."""
LEAST_STD, LEAST_DISTANCE, LEAST_RANK = 1e-3, 0.05, 2.0
"""Below these, vectors are a point or a line: std over texts, distance of unit vectors in [0, 2], effective rank."""
APART = 0.95
"""Positives this near to the distance of negatives are not told from them."""
LEAST_GRADIENT, GRADIENT_JUMP = 1e-6, 10.0
IMBALANCE = 20.0
"""One class this many times as frequent as another drowns it."""


class Epoch(NamedTuple):
    """A figure at the end of an epoch."""

    number: int
    value: float


class Loss(NamedTuple):
    """Both losses of an epoch."""

    epoch: int
    training: float
    validation: float


class Settings(NamedTuple):
    """The settings of a run's recipe, and how they are named on the command line."""

    section: str
    values: Mapping[str, Any]

    def advise(self, name: str, factor: float, default: float) -> str:
        """A setting as a word of the command line, `factor` times what it was."""
        value = self.values.get(name)
        return f"{self.section}.{name}={factor * (value if isinstance(value, int | float) else default):.3g}"


def examine(run: Run) -> list[Check]:
    """All checks of a run."""
    settings = settings_of(run)
    return [
        records(run),
        divergence(run.history, run.training, run.message if run.state == "failed" else "", settings),
        overfitting(run.history, settings),
        progress(run.history, settings),
        embeddings(run.history, run.start.get("counts", {}), settings),
        gradients(run.history, settings),
        class_balance(run.start.get("labels", {})),
    ]


def settings_of(run: Run) -> Settings:
    """What the run's folder says of its settings."""
    import yaml

    section = run.model.replace("-", "_")
    try:
        values = yaml.safe_load((run.path / CONFIG).read_text(encoding="utf-8"))[section]
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        values = {}
    return Settings(section, values)


def records(run: Run) -> Check:
    """Whether the process still tells how it goes, or said how it ended."""
    ago = f"last record {figure(run.silent)} s ago"
    figures = {"state": run.state, "pid": run.pid, "silent_seconds": round(run.silent, 1)}
    go_on = f"sapwood train {run.model} --ckpt-path {run.path}"
    match run.state:
        case "stalled":
            fix = f"look at process {run.pid}: does it use the processor, does the machine swap?"
            return Check("records", "failed", f"process {run.pid} lives but is silent, {ago}", fix, figures=figures)
        case "crashed":
            peak = "" if run.memory.peak is None else f", it held {size(run.memory.peak)} at most"
            fix = f"was it killed for memory? go on with {go_on}"
            found = f"process {run.pid} is gone without a word, {ago}{peak}"
            return Check("records", "failed", found, fix, figures=figures)
        case "failed":
            return Check("records", "failed", run.message, f"once that is mended: {go_on}", figures=figures)
        case _:
            return Check("records", "ok", run.state if run.state != "running" else ago, figures=figures)


def divergence(
    history: Sequence[Record], training: Sequence[tuple[float, float]], failure: str, settings: Settings
) -> Check:
    """Whether the training loss rises over the last epochs, jumps within one, or is no number any more.

    Args:
        history: Figures of the epochs.
        training: Training loss by steps done.
        failure: What the run said of its failure, empty without one.
        settings: Those of the recipe.
    """
    fix = f"lower the step: {settings.advise('learning_rate', 0.3, 0.001)} or {settings.advise('clip', 0.3, 1.0)}"
    if "no longer a number" in failure:
        return Check("divergence", "failed", failure.partition(";")[0], fix)
    if broken := not_finite(history):
        return Check("divergence", "failed", f"{broken} is no number", fix)
    epochs = _series(of_one_phase(history), "train_loss")
    last = epochs[-WINDOW - 1 :]
    if len(last) > WINDOW and _rises(last) and last[-1].value - last[0].value > DIVERGING * abs(last[0].value):
        found = f"training loss rose from {_at(last[0])} to {_at(last[-1])}"
        return Check("divergence", "failed", found, fix, figures={"train_loss": dict(last)})
    recent = _mean([loss for _, loss in training[-RECENT:]]) if len(training) >= RECENT else None
    if recent is not None and epochs and recent > EXPLODING * epochs[-1].value > 0.0:
        found = f"the last {RECENT} steps have a mean loss of {figure(recent)} after {_at(epochs[-1])}"
        return Check("divergence", "failed", found, fix, figures={"recent": recent, "train_loss": dict(epochs[-1:])})
    return Check("divergence", "ok", f"training loss {_at(epochs[-1])}" if epochs else "no epoch is done yet")


def overfitting(history: Sequence[Record], settings: Settings) -> Check:
    """Whether validation got worse since its best epoch while training went on to fall."""
    losses = _losses(of_one_phase(history))
    if len(losses) <= WINDOW:
        return Check("overfitting", "ok", f"{len(losses)} validated epochs, too few to tell")
    best, last = min(losses, key=lambda loss: loss.validation), losses[-1]
    since = [loss for loss in losses if loss.epoch > best.epoch]
    rise = _mean([loss.validation for loss in since[-WINDOW:]]) - best.validation if len(since) >= WINDOW else 0.0
    judged = {loss.epoch: loss.validation for loss in losses}
    figures = {"best_epoch": best.epoch, "rise": rise, "validation_loss": judged}
    if rise <= RISE * abs(best.validation) or last.training >= best.training:
        found = f"validation is best in epoch {best.epoch} ({figure(best.validation)})"
        return Check("overfitting", "ok", found, figures=figures)
    found = (
        f"since epoch {best.epoch} validation rose from {figure(best.validation)} to {figure(last.validation)} "
        f"while training fell from {figure(best.training)} to {figure(last.training)}"
    )
    fix = (
        f"learn from more code, or {settings.advise('weight_decay', 3.0, 0.01)}, {_patience(settings)}; "
        "the weights of the best epoch are those that are published"
    )
    steep = rise > STEEP_RISE * abs(best.validation)
    return Check("overfitting", "failed" if steep else "warning", found, fix, figures=figures)


def progress(history: Sequence[Record], settings: Settings) -> Check:
    """Whether training learns at all, and validation still gains."""
    phase = of_one_phase(history)
    training, judged = _series(phase, "train_loss"), _series(phase, "validation_loss") or _series(phase, "train_loss")
    figures = {"train_loss": dict(training)}
    if len(training) > WINDOW and min(epoch.value for epoch in training[1:]) >= training[0].value:
        found = f"training loss has never fallen below that of epoch {training[0].number}, {_at(training[-1])}"
        fix = f"try {settings.advise('learning_rate', 0.1, 0.001)} and {settings.advise('learning_rate', 3.0, 0.001)}"
        return Check("progress", "failed", found, fix, figures=figures)
    if not judged:
        return Check("progress", "ok", "no epoch is done yet")
    best = min(judged, key=lambda epoch: epoch.value)
    stale = judged[-1].number - best.number
    if stale >= STALE:
        found = f"nothing gained in {stale} epochs since {_at(best)}"
        return Check("progress", "warning", found, _patience(settings), figures={"best_epoch": best.number})
    return Check("progress", "ok", f"best is {_at(best)}", figures={"best_epoch": best.number})


def embeddings(history: Sequence[Record], counts: Mapping[str, int], settings: Settings) -> Check:
    """Whether the vectors of held-out texts have collapsed, to a point or a line, or tell pairs from others no more.

    Args:
        history: Figures of the epochs.
        counts: What the run learns from; few validation pairs cannot have a high rank.
        settings: Those of the recipe.
    """
    names = ("embedding_std", "effective_rank", "positive_distance", "negative_distance")
    series = {name: _series(history, f"validation_{name}") for name in names}
    last = {name: epochs[-1] for name, epochs in series.items() if epochs}
    if not last:
        return Check("embeddings", "ok", "not measured: nothing is held out, or no epoch is done")
    fix = (
        f"spread them: {settings.section}.regularisation.variance=0.1 or {settings.section}.regularisation"
        f".uniformity=0.1; {settings.advise('learning_rate', 0.3, 0.001)}"
    )
    figures = {name: epoch.value for name, epoch in last.items()}
    least = {"embedding_std": LEAST_STD, "negative_distance": LEAST_DISTANCE, "effective_rank": LEAST_RANK}
    if counts.get("validation_pairs", WINDOW) < WINDOW:
        del least["effective_rank"]
    dead = [name for name, limit in least.items() if name in last and last[name].value < limit]
    if dead:
        found = ", ".join(f"{name.replace('_', ' ')} {_at(last[name])}" for name in dead)
        return Check("embeddings", "failed", f"collapsed: {found}", fix, figures=figures)
    near, far = last.get("positive_distance"), last.get("negative_distance")
    if near and far and len(series["positive_distance"]) >= WINDOW and near.value >= APART * far.value:
        found = f"pairs are {figure(near.value)} apart, others {figure(far.value)}, in epoch {far.number}"
        return Check("embeddings", "failed", f"pairs are not told from others: {found}", fix, figures=figures)
    return _rank(series["effective_rank"], fix, figures)


def _rank(ranks: Sequence[Epoch], fix: str, figures: Record) -> Check:
    """Warns where the rank fell to less than half of what it was."""
    if not ranks:
        return Check("embeddings", "ok", "spread is measured without a rank", figures=figures)
    most, last = max(ranks, key=lambda epoch: epoch.value), ranks[-1]
    if 2.0 * last.value < most.value:
        return Check(
            "embeddings", "warning", f"effective rank fell from {_at(most)} to {_at(last)}", fix, figures=figures
        )
    return Check("embeddings", "ok", f"effective rank {_at(last)}", figures=figures)


def gradients(history: Sequence[Record], settings: Settings) -> Check:
    """Whether there are gradients, and none that are many times as long as before."""
    norms = _series(of_one_phase(history), "train_gradient_norm")
    if not norms:
        return Check("gradients", "ok", "not measured: no epoch is done")
    last, before = norms[-1], [epoch.value for epoch in norms[:-1]]
    figures = {"gradient_norm": dict(norms)}
    if last.value < LEAST_GRADIENT:
        fix = f"nothing is learned: are the weights of all losses 0, is everything frozen? see {settings.section}"
        return Check("gradients", "failed", f"mean norm {last.value:.1e} in epoch {last.number}", fix, figures=figures)
    if len(before) >= WINDOW - 1 and last.value > GRADIENT_JUMP * median(before):
        fix = f"lower the step: {settings.advise('learning_rate', 0.3, 0.001)}, {settings.advise('clip', 0.3, 1.0)}"
        found = f"mean norm {_at(last)}, {figure(median(before))} in the epochs before"
        return Check("gradients", "failed", found, fix, figures=figures)
    return Check("gradients", "ok", f"mean norm {_at(last)}", figures=figures)


def class_balance(labels: Mapping[str, Mapping[str, int]]) -> Check:
    """Warns of each head whose most frequent class is more than 20 times as frequent as its rarest."""
    uneven, fixes = [], []
    for head, counts in labels.items():
        classes = sorted(counts.values())
        if len(classes) > 1 and classes[-1] > IMBALANCE * classes[0]:
            uneven.append(f"{head} {count(classes[-1])}:{count(classes[0])}")
            fixes.append(_more_even(head, counts))
    if uneven:
        fix = f"above {IMBALANCE:.0f}:1 the rare class is hardly learned: {', '.join(fixes)}"
        return Check("class balance", "warning", ", ".join(uneven), fix, figures=dict(labels))
    found = ", ".join(f"{head} {count(len(counts))} classes" for head, counts in labels.items())
    return Check("class balance", "ok", found or "no head has classes", figures=dict(labels))


def _more_even(head: str, counts: Mapping[str, int]) -> str:
    """What makes the classes of a head more even."""
    if head != "imports":
        return f"index more code for {head}"
    least = math.ceil(max(counts.values()) / IMBALANCE)
    kept = sum(number >= least for number in counts.values())
    return f"data.imports.min_count={least} keeps {count(kept)} of {count(len(counts))} imports, or index more code"


def of_one_phase(history: Sequence[Record]) -> list[Record]:
    """The epochs of the phase of the curriculum that is under way: another phase has other losses."""
    same = takewhile(lambda record: record.get("phase") == history[-1].get("phase"), reversed(history))
    return list(same)[::-1]


def not_finite(history: Sequence[Record]) -> str:
    """The first figure that is no number, with its epoch; empty without any."""
    for record in history:
        for name, value in record.items():
            if isinstance(value, float) and not math.isfinite(value):
                return f"{name.replace('_', ' ')} in epoch {record.get('epoch')}"
    return ""


def _series(history: Sequence[Record], name: str) -> list[Epoch]:
    """A figure of all epochs that have it."""
    values = ((record.get("epoch", place), record.get(name)) for place, record in enumerate(history, start=1))
    return [Epoch(epoch, float(value)) for epoch, value in values if _is_finite(value)]


def _is_finite(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and math.isfinite(value)


def _losses(history: Sequence[Record]) -> list[Loss]:
    training, validation = (dict(_series(history, f"{split}_loss")) for split in ("train", "validation"))
    return [Loss(epoch, training[epoch], validation[epoch]) for epoch in sorted(training.keys() & validation.keys())]


def _mean(values: Sequence[float]) -> float:
    # Not that of `statistics`, which gives up on values near the largest.
    return sum(values) / len(values)


def _rises(epochs: Sequence[Epoch]) -> bool:
    return all(later.value > earlier.value for earlier, later in pairwise(epochs))


def _at(epoch: Epoch) -> str:
    return f"{figure(epoch.value)} in epoch {epoch.number}"


def _patience(settings: Settings) -> str:
    return f"{settings.section}.patience={WINDOW} stops sooner"
