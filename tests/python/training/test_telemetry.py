"""What a run writes down of itself: how it goes, what it takes, and how it ended."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from sapwood.errors import InterruptedRun
from sapwood.monitor import RunWatch, examine, runs
from sapwood.training import train
from sapwood.training.telemetry import Rates

STEP = {
    *("loss", "losses", "learning_rate", "steps_per_second", "pairs_per_second", "functions_per_second"),
    *("epoch", "epochs", "step", "steps", "steps_done", "seconds", "seconds_left", "time"),
}


def records(run):
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def test_rates_are_those_of_the_last_steps():
    rates = Rates()
    assert set(rates.as_json().values()) == {0.0}
    for second in range(100):
        rates.add(float(second), SimpleNamespace(pairs=4, functions=12))
    assert rates.as_json() == {"steps_per_second": 1.0, "pairs_per_second": 4.0, "functions_per_second": 12.0}
    assert rates.seconds_a_step == 1.0


def test_every_event_of_a_run_is_written_with_its_time_and_memory(engine, config):
    events = []
    run = train("tree-lstm", engine, config, on_event=events.append).run_dir
    written = records(run)
    assert [record["event"] for record in written] == [event["event"] for event in events]
    assert written[-1]["event"] == "done"
    times = [record["time"] for record in written]
    assert times == sorted(times)
    if sys.platform.startswith("linux"):
        assert all(1_000_000 < record["rss"] <= record["peak_rss"] for record in written)
    (start,) = (record for record in written if record["event"] == "start")
    assert start["labels"]["bugs"]["none"] == start["counts"]["mutants"]
    for record in (record for record in written if record["event"] == "step"):
        assert record.keys() >= STEP
        assert record["losses"]["gradient_norm"] > 0.0


def test_a_run_is_seen_from_beside_it_as_it_was(engine, config):
    states, hosts = [], []

    def look(event):
        if event["event"] == "step":
            (run,) = Path(engine.workspace_path, "runs", "default", "tree-lstm").iterdir()
            states.append(RunWatch(run).now().state)
            hosts.append((run / runs.HOLDER).exists())

    result = train("tree-lstm", engine, config, on_event=look)
    assert (set(states), set(hosts)) == ({"running"}, {True})
    run = RunWatch(result.run_dir).now()
    assert (run.state, run.version, run.model) == ("finished", result.version, "tree-lstm")
    assert run.step["steps_done"] == len(run.training) == result.metrics["steps"]
    assert [loss for _, loss in run.validation] == [record["validation_loss"] for record in run.history]
    assert run.best["validation_loss"] == result.metrics["validation_loss"]
    assert {check.name: check.status for check in examine(run)}["records"] == "ok"


@pytest.mark.parametrize(
    ("failure", "expected", "event"),
    [(KeyboardInterrupt(), InterruptedRun, "interrupted"), (ValueError("broken"), ValueError, "failed")],
)
def test_how_a_run_ended_is_written_down(engine, config, monkeypatch, failure, expected, event):
    def fail(*_):
        raise failure

    monkeypatch.setattr("sapwood.training.tree_lstm.take_step", fail)
    with pytest.raises(expected):
        train("tree-lstm", engine, config)
    (run,) = Path(engine.workspace_path, "runs", "default", "tree-lstm").iterdir()
    assert records(run)[-1]["event"] == event
