"""`sapwood monitor` beside runs: one view, all figures, a verdict with its exit code."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest

RECORD = {
    "model": "tree-lstm",
    "event": "step",
    "epoch": 2,
    "epochs": 4,
    "step": 5,
    "steps": 10,
    "steps_done": 15,
    "loss": 0.5,
    "losses": {"loss": 0.5, "gradient_norm": 1.5},
    "learning_rate": 0.001,
    "steps_per_second": 2.0,
    "pairs_per_second": 64.0,
    "seconds": 8.0,
    "seconds_left": 75.0,
}


@pytest.fixture
def folder(indexed):
    """A run that this process seems to make, with a history of eight epochs."""
    path = indexed / ".sapwood" / "runs" / "default" / "tree-lstm" / "20260101-000000"
    path.mkdir(parents=True)
    (path / "config.yaml").write_text("")
    (path / "lock").write_text(str(os.getpid()))
    (path / "metrics.jsonl").write_text(json.dumps({**RECORD, "time": time.time()}) + "\n")
    write_history(path, [3.0, 2.0, 1.5, 1.0])
    return path


def write_history(path, validation):
    records = [
        {"epoch": n, "steps": 10, "train_loss": 4.0 / n, "validation_loss": loss, "best": loss == min(validation[:n])}
        for n, loss in enumerate(validation, start=1)
    ]
    (path / "history.json").write_text(json.dumps(records))


def test_without_a_terminal_one_view_is_shown(run, folder, tmp_path):
    shown = run("monitor", folder, cwd=tmp_path)
    assert shown.code == 0, shown.err
    for words in ("tree-lstm", "running", "epoch 2/4 step 5/10", "64.0 pairs/s", "1 min 15 s left", "◆", "epoch 4, "):
        assert words in shown.out


def test_json_has_all_figures(run, folder, indexed):
    shown = run("monitor", "tree-lstm", "--json", cwd=indexed).json()
    assert (shown["run"], shown["state"], shown["steps_done"]) == (str(folder), "running", 15)
    assert len(shown["history"]) == 4


def test_a_healthy_run_is_0_and_an_unhealthy_one_1(run, folder, indexed):
    healthy = run("monitor", "--health-check", cwd=indexed)
    assert (healthy.code, "nothing is wrong" in healthy.out) == (0, True), healthy.out
    write_history(folder, [3.0, 1.0, 1.5, 1.6, 1.7])
    sick = run("monitor", folder, "--health-check", "--json", cwd=indexed)
    assert sick.code == 1
    assert [check["name"] for check in sick.json()["checks"] if check["status"] == "failed"] == ["overfitting"]
    assert "wrong: overfitting" in run("monitor", "--health-check", cwd=indexed).out


def test_warnings_alone_are_healthy(run, folder, indexed):
    write_history(folder, [3.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    shown = run("monitor", "--health-check", cwd=indexed)
    assert (shown.code, "nothing gained" in shown.out) == (0, True)


def test_a_run_that_is_not_there_is_wrong_use(run, indexed):
    shown = run("monitor", "nowhere", cwd=indexed)
    assert (shown.code, "sapwood train" in shown.err) == (2, True)


def test_a_run_without_any_record_is_shown_too(run, folder, indexed):
    for name in ("metrics.jsonl", "history.json"):
        (folder / name).unlink()
    assert "no step yet" in run("monitor", cwd=indexed).out
    assert run("monitor", "--health-check", cwd=indexed).code == 0


def test_a_terminal_gets_a_live_view_that_ctrl_c_ends_with_0(folder, indexed):
    main, terminal = pty.openpty()
    command = [sys.executable, "-m", "sapwood", "monitor"]
    child = subprocess.Popen(command, cwd=indexed, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    read_until(main, b"epoch 2/4")
    with (folder / "metrics.jsonl").open("a") as file:
        file.write(json.dumps({**RECORD, "step": 6, "time": time.time()}) + "\n")
    read_until(main, b"step 6/10")
    child.send_signal(signal.SIGINT)
    read_until(main, None)
    assert child.wait(60) == 0


def read_until(terminal, words):
    """Reads a terminal until it shows `words`, or to its end."""
    seen, deadline = b"", time.monotonic() + 60
    while words is None or words not in seen:
        assert time.monotonic() < deadline, seen
        if select.select([terminal], [], [], 1.0)[0]:
            try:
                read = os.read(terminal, 65536)
            except OSError:  # the other side is gone
                return
            if not read:
                return
            seen += read
