"""A run folder as a training process writes it."""

import json
import os
import time

import pytest


def step(number, *, steps=10, **others):
    """The record of a step, the `number`th of all."""
    return {
        "model": "tree-lstm",
        "event": "step",
        "epoch": (number - 1) // steps + 1,
        "epochs": 4,
        "step": (number - 1) % steps + 1,
        "steps": steps,
        "steps_done": number,
        "loss": 4.0 / number,
        "losses": {"loss": 4.0 / number, "gradient_norm": 1.5},
        "learning_rate": 0.001,
        "steps_per_second": 2.0,
        "pairs_per_second": 64.0,
        "functions_per_second": 160.0,
        "seconds_left": 75.0,
        "seconds": number / 2,
        "time": time.time(),
        "rss": 5_000_000,
        "peak_rss": 7_000_000,
        **others,
    }


class Folder:
    """A run folder that a test writes to as a process would."""

    def __init__(self, path):
        self.path = path
        path.mkdir(parents=True)
        (path / "config.yaml").write_text("tree_lstm:\n  learning_rate: 0.01\n")

    def write(self, *records):
        with (self.path / "metrics.jsonl").open("a") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)

    def write_history(self, *records):
        (self.path / "history.json").write_text(json.dumps(records))

    def lock(self, pid=None):
        (self.path / "lock").write_text(str(os.getpid() if pid is None else pid))


@pytest.fixture
def folder(tmp_path):
    """The folder of a run of this process."""
    made = Folder(tmp_path / "runs" / "default" / "tree-lstm" / "20260101-000000")
    made.lock()
    return made


@pytest.fixture
def make_step():
    """`step`."""
    return step


@pytest.fixture
def make_folder(tmp_path):
    """Makes run folders below `runs`."""
    return lambda name: Folder(tmp_path / "runs" / name)
