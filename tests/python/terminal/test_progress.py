"""Progress: one line now and then where nobody watches, rate and time left where somebody does."""

import io
import json

import pytest
from rich.console import Console

from sapwood.terminal import progress

STEP = {
    "event": "step",
    "model": "tree-lstm",
    "epoch": 2,
    "epochs": 12,
    "step": 40,
    "steps": 100,
    "loss": 1.25,
    "losses": {"code": 1.0, "statements": 0.5},
    "pairs_per_second": 312.4,
    "seconds_left": 75.0,
}


def test_a_step_says_where_it_is_and_how_long_it_takes():
    line = progress.step_line(STEP)
    assert line == (
        "tree-lstm epoch 2/12 step 40/100 · loss 1.25 (code 1.00, statements 0.500) · 312/s · 1 min 15 s left"
    )


def test_an_epoch_says_in_one_line_of_a_terminal_how_it_went():
    losses = {"train_loss": 0.7971, "train_code": 1.0, "validation_loss": 0.4741, "validation_accuracy": 0.979}
    event = {"event": "epoch", "model": "tree-lstm", "epoch": 10, "epochs": 12, "loss": 0.4741, "losses": losses}
    line = progress.step_line(event)
    assert line == "tree-lstm epoch 10/12 · validation loss 0.474, training 0.797 · accuracy 0.979"
    assert len(line) <= 80


def test_what_is_not_known_is_left_out():
    assert progress.step_line({"event": "step", "step": 1}) == "step 1/?"


@pytest.mark.parametrize(("seconds", "shown"), [(4.4, "4 s"), (61, "1 min 01 s"), (3700, "1 h 01 min")])
def test_durations_are_for_people(seconds, shown):
    assert progress.step_line({"event": "step", "seconds_left": seconds}) == f"{shown} left"


def test_steps_are_throttled_and_epochs_are_not(capsys):
    with progress.training(Console(file=io.StringIO())) as on_event:
        for step in range(1000):
            on_event({**STEP, "step": step})
        for epoch in range(3):
            on_event({"event": "epoch", "epoch": epoch, "epochs": 3, "loss": 1.0})
        on_event({"event": "message", "message": "trains on cpu"})
        on_event({"event": "checkpoint", "path": "state"})
    lines = capsys.readouterr().err.splitlines()
    assert len([line for line in lines if "step" in line]) == 1
    assert len([line for line in lines if line.startswith("epoch")]) == 3
    assert lines[-1] == "trains on cpu"


@pytest.mark.parametrize("shown", [progress.training, progress.indexing])
def test_a_terminal_gets_a_live_line(shown):
    screen = io.StringIO()
    with shown(Console(file=screen, force_terminal=True, width=100)) as update:
        if shown is progress.training:
            update(STEP)
        else:
            assert update(3, 10, 1_000_000) is True
    text = screen.getvalue()
    for words in ["312/s", "1 min 15 s left", "loss 1.25"] if shown is progress.training else ["3/10 files", "MB/s"]:
        assert words in text


def test_a_narrow_terminal_still_says_how_long_it_takes():
    screen = io.StringIO()
    with progress.training(Console(file=screen, force_terminal=True, width=50)) as update:
        update({**STEP, "losses": dict.fromkeys(["code", "imports", "bugs", "accuracy"], 1.0)})
    assert "1 min 15 s left" in screen.getvalue()


def test_debugging_writes_every_event_down(capsys):
    with progress.debugging() as update:
        for step in range(3):
            update({"event": "step", "step": step, "losses": {"code": 1.5}})
    lines = capsys.readouterr().err.splitlines()
    assert [json.loads(line.strip().partition(" ")[2])["step"] for line in lines] == [0, 1, 2]
    assert all(float(line.split()[0]) >= 0.0 for line in lines)
