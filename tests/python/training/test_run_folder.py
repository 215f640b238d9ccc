"""Run folders keep runs apart, find the last one, and let one process train in each."""

import json
import os

import pytest

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


def test_metrics_are_json_lines_and_history_one_document(tmp_path):
    with new_run(tmp_path) as run:
        run.log({"event": "step", "losses": {"loss": 0.5}}, 1)
        run.log({"event": "epoch", "losses": {"train_loss": 0.5}}, 1)
        run.write_history([{"epoch": 1}])
    lines = (run.path / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["step", "epoch"]
    assert json.loads((run.path / "history.json").read_text()) == [{"epoch": 1}]
    assert list((run.path / "tensorboard").iterdir())


def test_folders_of_experiments_and_models_differ(tmp_path):
    config = load_config(None, ["experiment_name=wide"])
    assert runs_of(config, str(tmp_path), "graphsage") == tmp_path / "runs" / "wide" / "graphsage"
