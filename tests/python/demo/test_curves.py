"""Loss curves are what the run told, each value at its place in epochs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sapwood.demo.clock import Clock, peak_megabytes
from sapwood.demo.curves import Recorder, draw_run
from sapwood.report.plots import Span

if TYPE_CHECKING:
    from pathlib import Path

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


def test_phases_stand_from_their_first_step_to_the_next_ones() -> None:
    recorder = Recorder()
    for epoch, phase in ((1, "siblings"), (2, "hard_negatives"), (3, "hard_negatives"), (4, "plain")):
        for step in (1, 2):
            recorder.take(STEP | {"epoch": epoch, "step": step, "phase": phase, "losses": {"loss": 1.0}})
    assert recorder.phases() == [
        Span("siblings", 0.0, 1.0),
        Span("hard negatives", 1.0, 3.0),
        Span("plain", 3.0, 4.0),
    ]


def test_plain_training_has_no_phases() -> None:
    recorder = Recorder()
    recorder.take(EVENTS[1])
    recorder.take(EVENTS[1] | {"phase": "plain"})
    assert recorder.phases() == []


def test_what_a_run_wrote_down_is_drawn(tmp_path: Path) -> None:
    phases = ["siblings", "plain"]
    events = [
        event | {"model": "tree-lstm", "phase": phases[event.get("epoch", 1) - 1]}
        for event in EVENTS
        if "nan" not in str(event)
    ]
    (tmp_path / "metrics.jsonl").write_text("".join(f"{json.dumps(event)}\n" for event in events))
    draw_run(tmp_path, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
