"""Loss curves are what the run told, each value at its place in epochs."""

from __future__ import annotations

from sapwood.demo.clock import Clock, peak_megabytes
from sapwood.demo.curves import Recorder

STEP = {"event": "step", "steps": 2}
EVENTS = [
    {"event": "start", "model": "tree-lstm"},
    STEP
    | {
        "epoch": 1,
        "step": 1,
        "losses": {"loss": 4.0, "pairs": 3.0, "confidence": 0.0, "accuracy": 0.5},
        "pairs_per_second": 9.6,
    },
    STEP | {"epoch": 1, "step": 2, "losses": {"loss": float("nan")}},
    {"event": "epoch", "epoch": 1, "train_loss": 3.0, "validation_loss": 3.5, "validation_accuracy": 0.1},
    STEP | {"epoch": 2, "step": 1, "losses": {"loss": 2.0}, "pairs_per_second": 20.4},
    {"event": "epoch", "epoch": 2, "train_loss": 2.0, "validation_loss": 3.25},
    {"event": "message", "message": "done"},
]


def test_curves_follow_the_events() -> None:
    recorder = Recorder()
    for event in EVENTS:
        recorder.take(event)
    curves = {curve.label: (list(curve.epochs), list(curve.losses)) for curve in recorder.curves()}
    assert curves == {
        "total (training)": ([0.5, 1.5], [4.0, 2.0]),
        "pairs (training)": ([0.5], [3.0]),
        "total (validation)": ([1.0, 1.5], [3.5, 3.25]),
    }
    assert recorder.facts() == {"epochs begun": "2", "rate at the end": "20 pairs/s"}


def test_a_run_without_steps_has_no_curves() -> None:
    recorder = Recorder()
    recorder.take({"event": "start"})
    assert recorder.curves() == []
    assert recorder.facts() == {}


def test_steps_of_the_same_name_add_up() -> None:
    clock = Clock()
    for name in ("train", "ask", "train"):
        with clock.step(name):
            pass
    assert list(clock.seconds) == ["train", "ask"]
    assert clock.total == sum(clock.seconds.values())


def test_peak_memory_is_of_a_plausible_size() -> None:
    peak = peak_megabytes()
    assert peak is None or 10 < peak < 100_000
