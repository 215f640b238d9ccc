"""A run seen from beside it: its state by its process and its last words, its figures by its records."""

import json
import os
import socket
import subprocess
import sys
import time

import pytest

from sapwood.checks import failed
from sapwood.monitor import RunWatch, examine, watch

DEAD = 2**22 + 1
"""No process has this number."""


def state_of(folder):
    return RunWatch(folder.path).now().state


def test_a_run_whose_process_writes_is_running(folder, make_step):
    folder.write(make_step(1))
    assert state_of(folder) == "running"


@pytest.mark.parametrize(
    ("event", "state"), [("done", "finished"), ("interrupted", "interrupted"), ("failed", "failed")]
)
def test_the_last_word_of_a_run_says_how_it_ended(folder, make_step, event, state):
    folder.write(make_step(1), {"event": event, "message": "the disk is full", "time": time.time() + 1})
    assert state_of(folder) == state


def test_a_run_that_is_continued_runs_though_it_ended_before(folder, make_step):
    folder.write(make_step(1), {"event": "interrupted", "time": time.time() - 100})
    folder.lock()
    assert state_of(folder) == "running"


def test_a_run_whose_process_is_gone_without_a_word_crashed(folder, make_step):
    folder.write(make_step(1))
    folder.lock(DEAD)
    run = RunWatch(folder.path).now()
    assert run.state == "crashed"
    (check,) = failed(examine(run))
    assert "gone without a word" in check.found
    assert f"--ckpt-path {folder.path}" in check.fix


def test_a_process_that_was_killed_is_noticed(folder, make_step):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    folder.lock(child.pid)
    folder.write(make_step(1))
    following = RunWatch(folder.path)
    assert following.now().state == "running"
    child.kill()
    child.communicate()
    assert following.now().state == "crashed"


@pytest.mark.parametrize(("host", "state"), [("another machine", "running"), (socket.gethostname(), "crashed")])
def test_a_process_of_another_machine_is_judged_by_its_records(folder, make_step, host, state):
    folder.write(make_step(1))
    folder.lock(DEAD)
    (folder.path / "holder.json").write_text(json.dumps({"pid": DEAD, "host": host}))
    assert state_of(folder) == state


@pytest.mark.parametrize(
    ("record", "silent", "state"),
    [
        ({"steps_per_second": 2.0}, 61, "stalled"),
        ({"steps_per_second": 2.0}, 59, "running"),
        ({"steps_per_second": 0.1}, 199, "running"),  # slow steps may take their time
        ({"steps_per_second": 0.1}, 201, "stalled"),
        ({"event": "message", "message": "computes the vectors"}, 899, "running"),
        ({"event": "message", "message": "computes the vectors"}, 901, "stalled"),
    ],
)
def test_a_run_stalls_when_it_is_silent_for_long(folder, make_step, record, silent, state):
    folder.write(make_step(1, time=time.time() - silent, **record))
    os.utime(folder.path / "lock", (time.time() - 5000,) * 2)
    with pytest.MonkeyPatch.context() as patch:
        # This process is younger than the lock claims to be.
        patch.setattr(watch, "is_alive", lambda *_: True)
        run = RunWatch(folder.path).now()
    assert run.state == state
    assert bool(failed(examine(run))) == (state == "stalled")


def test_figures_come_from_the_newest_records(folder, make_step):
    following = RunWatch(folder.path)
    assert following.now().as_json()["state"] == "running"
    folder.write({"event": "start", "counts": {"functions": 7}, "labels": {"bugs": {"none": 2, "x": 1}}, "time": 1.0})
    folder.write(*(make_step(number) for number in range(1, 16)))
    folder.write_history({"epoch": 1, "steps": 10, "train_loss": 1.2, "validation_loss": 0.8, "best": True})
    run = following.now()
    shown = run.as_json()
    json.dumps(shown, allow_nan=False)
    assert (shown["epoch"], shown["step"], shown["steps_done"]) == (2, 5, 15)
    assert shown["per_second"] == {"steps": 2.0, "pairs": 64.0, "functions": 160.0}
    assert shown["share_done"] == pytest.approx(15 / 40)
    assert shown["best"] == {"epoch": 1, "validation_loss": 0.8}
    assert shown["counts"] == {"functions": 7}
    assert run.validation == [(10.0, 0.8)]
    assert [x for x, _ in run.training] == list(range(1, 16))
    folder.write(make_step(16), {"event": "done", "version": "v0003", "time": time.time() + 1})
    assert following.now().as_json()["version"] == "v0003"


def test_phases_begin_where_their_first_step_is(folder, make_step):
    phases = ["siblings"] * 2 + ["hard negatives"] * 2
    folder.write(*(make_step(number, phase=phase) for number, phase in enumerate(phases, start=1)))
    run = RunWatch(folder.path).now()
    assert run.phases == [(1, "siblings"), (3, "hard negatives")]
    assert run.phase == "hard negatives"


def test_memory_is_that_of_the_process_while_it_lives_and_as_logged_afterwards(folder, make_step):
    folder.write(make_step(1))
    if sys.platform.startswith("linux"):
        assert RunWatch(folder.path).now().memory.resident > 5_000_000
    folder.lock(DEAD)
    memory = RunWatch(folder.path).now().memory
    assert (memory.resident, memory.peak) == (5_000_000, 7_000_000)


def test_a_history_that_is_being_replaced_leaves_the_old_one(folder, make_step):
    folder.write(make_step(1))
    folder.write_history({"epoch": 1, "steps": 1})
    following = RunWatch(folder.path)
    assert len(following.now().history) == 1
    (folder.path / "history.json").write_text('[{"epoch": 1, "st')
    assert len(following.now().history) == 1


def test_watching_writes_nothing(folder, make_step):
    folder.write(make_step(1))
    before = {path: path.stat().st_mtime_ns for path in folder.path.rglob("*")}
    examine(RunWatch(folder.path).now())
    assert {path: path.stat().st_mtime_ns for path in folder.path.rglob("*")} == before


def test_advice_starts_from_the_settings_of_the_run(folder, make_step):
    folder.write(make_step(1))
    folder.write_history(*({"epoch": n, "steps": 1, "train_loss": 2.0 + n} for n in range(1, 6)))
    fixes = " ".join(check.fix for check in failed(examine(RunWatch(folder.path).now())))
    assert "tree_lstm.learning_rate=0.003" in fixes
