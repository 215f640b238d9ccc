"""Run folders keep runs apart, find the last one, and let one process train in each."""

import json
import os

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from sapwood.config import load_config
from sapwood.errors import BadInputError, LockedError
from sapwood.training.run_folder import STATE, RunFolder, last_run, new_run, run_at, runs_of


def test_runs_of_one_second_get_folders_of_their_own(tmp_path):
    assert len({new_run(tmp_path).path for _ in range(3)}) == 3


def test_last_run_is_the_newest_with_a_state(tmp_path):
    assert last_run(tmp_path) is None
    for number, name in enumerate(["b", "a", "c"]):
        (tmp_path / name).mkdir()
        if name != "c":
            (tmp_path / name / STATE).write_bytes(b"")
            os.utime(tmp_path / name / STATE, (number, number))
    assert last_run(tmp_path).path.name == "a"


def test_a_path_names_a_folder_or_a_state_in_it(tmp_path):
    run = new_run(tmp_path)
    run.write_config(load_config())
    run.state.write_bytes(b"")
    kept = run.checkpoint("step-0000010")
    kept.write_bytes(b"")
    for path, state in ((run.path, run.state), (run.state, run.state), (kept, kept)):
        folder, found = run_at(path)
        assert (folder.path, found) == (run.path, state)
    with pytest.raises(BadInputError, match="no training state"):
        run_at(tmp_path / "nowhere")


def test_a_run_has_one_holder_and_a_dead_ones_lock_is_taken_over(tmp_path):
    run = new_run(tmp_path)
    (run.path / "lock").write_text(str(os.getppid()))  # left behind; the process of that number is another one now
    with run:
        assert (run.path / "lock").read_text() == str(os.getpid())
        with pytest.raises(LockedError, match=str(os.getpid())), RunFolder(run.path):
            pass
    with RunFolder(run.path):
        pass


RECORDS = [
    {"event": "start", "epochs": 2, "time": 1.0, "rss": 5},
    {
        "event": "step",
        "steps_done": 1,
        "loss": 0.5,
        "losses": {"loss": 0.5, "bugs": None},
        "learning_rate": 0.1,
        "rss": 7,
    },
    {"event": "epoch", "steps_done": 1, "epoch": 1, "best": True, "loss": 0.5, "losses": {"train_loss": 0.5}},
]


def test_metrics_are_json_lines_and_history_one_document(tmp_path):
    with new_run(tmp_path) as run:
        for record in RECORDS:
            run.log(record)
        run.write_history([{"epoch": 1}])
    lines = (run.path / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == RECORDS
    assert json.loads((run.path / "history.json").read_text()) == [{"epoch": 1}]


def test_tensorboard_has_the_names_and_values_of_the_metrics(tmp_path):
    with new_run(tmp_path) as run:
        for record in RECORDS:
            run.log(record)
    drawn = EventAccumulator(str(run.path / "tensorboard")).Reload()
    found = {
        tag: [(event.step, round(event.value, 6)) for event in drawn.Scalars(tag)] for tag in drawn.Tags()["scalars"]
    }
    assert found == {
        "step/loss": [(1, 0.5)],
        "step/learning_rate": [(1, 0.1)],
        "step/rss": [(1, 7.0)],
        "epoch/loss": [(1, 0.5)],
        "epoch/train_loss": [(1, 0.5)],
    }


def test_folders_of_experiments_and_models_differ(tmp_path):
    config = load_config(None, ["experiment_name=wide"])
    assert runs_of(config, str(tmp_path), "graphsage") == tmp_path / "runs" / "wide" / "graphsage"
