"""`sapwood train` as a user meets it when something is wrong: a sentence, what to do, the exit code, nothing lost."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from sapwood import _core, cli
from sapwood.training import publish
from sapwood.training.run_folder import CONFIG, METRICS, STATE, RunFolder
from sapwood.training.state import TrainingState
from training.conftest import SMALL

SHORT = [*SMALL, "tree_lstm.epochs=1"]
LONG = [*SMALL, "tree_lstm.epochs=100000", "tree_lstm.patience=100000", "tree_lstm.save_every_seconds=0.05"]
LAST = ["--ckpt-path", "last"]


class Said:
    """What a command gave."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def error(self):
        """The sentence; checks that a hint and no traceback stands beside."""
        lines = self.err.splitlines()
        assert lines[-2].startswith("error: "), self.err
        assert lines[-1].startswith("hint: "), self.err
        assert "Traceback" not in self.err
        return " ".join(lines[-2:])


@pytest.fixture
def sapwood_train(engine, capsys):
    """`sapwood train` in this process, as `import torch` takes seconds."""

    def run(*words, model="tree-lstm"):
        capsys.readouterr()
        code = cli.run(["train", model, *map(str, words), "--workspace", str(Path(engine.workspace_path).parent)])
        return Said(code, *capsys.readouterr())

    return run


@pytest.fixture
def done(sapwood_train):
    """The folder of a run that has ended."""
    return Path(json.loads(sapwood_train(*SHORT, "--json").out)["run_dir"])


@pytest.mark.usefixtures("done")
def test_a_finished_run_that_is_gone_on_with_publishes_nothing_new(sapwood_train, engine):
    said = sapwood_train(*LAST)
    assert said.code == 0
    assert "v0001 was made of this state of the run before" in said.err
    assert [version["version"] for version in engine.versions.list("tree-lstm")] == ["v0001"]


def test_a_run_keeps_its_settings_and_takes_those_that_are_given(sapwood_train, done, engine):
    said = sapwood_train("tree_lstm.epochs=2", *LAST)
    assert (said.code, len(json.loads((done / "history.json").read_text()))) == (0, 2)
    assert engine.versions.show("tree-lstm")["version"] == "v0002"
    settings = (done / CONFIG).read_text()
    refused = sapwood_train("tree_lstm.batch_size=4", *LAST)
    assert refused.code == 2
    assert "tree_lstm.batch_size=8, not 4" in refused.error
    assert (done / CONFIG).read_text() == settings


def test_a_state_that_was_cut_anywhere_is_named(sapwood_train, done):
    good = (done / STATE).read_bytes()
    for length in (0, 7, 8, 100, 3000, len(good) // 2, len(good) - 1):
        (done / STATE).write_bytes(good[:length])
        said = sapwood_train(*LAST)
        assert (said.code, STATE in said.error, "is damaged" in said.error) == (1, True, True), length
    kept = done / "checkpoints" / "step-0000002.safetensors"
    kept.parent.mkdir()
    kept.write_bytes(good)
    assert f"--ckpt-path {kept}" in sapwood_train(*LAST).error
    assert sapwood_train("--ckpt-path", kept).code == 0
    assert [file.name for file in done.glob("checkpoints/before-return-*")]


def test_a_state_of_another_release_is_named(sapwood_train, done):
    good = (done / STATE).read_bytes()
    (done / STATE).write_bytes(good.replace(b"sapwood-training-state-2", b"sapwood-training-state-3"))
    said = sapwood_train(*LAST)
    assert said.code == 1
    assert "its format is 3, this one reads 2" in said.error


@pytest.mark.parametrize("settings", [b"a: [", b"nonsense: 3\n", b"\xff\xfe", None])
def test_settings_of_a_run_that_cannot_be_read_are_named(sapwood_train, done, settings):
    (done / CONFIG).unlink()
    if settings is not None:
        (done / CONFIG).write_bytes(settings)
    said = sapwood_train(*LAST)
    assert said.code == 2
    assert CONFIG in said.error
    assert "--config FILE" in said.error


def test_torn_metrics_are_mended(sapwood_train, done):
    with (done / METRICS).open("a") as file:
        file.write('{"event": "step", "steps_d')
    assert sapwood_train("tree_lstm.epochs=2", *LAST).code == 0
    records = [json.loads(line) for line in (done / METRICS).read_text().splitlines()]
    steps = [record["steps_done"] for record in records if record["event"] == "step"]
    assert steps == list(range(1, len(steps) + 1))


@pytest.mark.parametrize(
    ("path", "says"),
    [("nowhere", "no training state"), (__file__, "lies in no run folder"), (os.sep, "no training state")],
)
def test_a_path_without_a_state_is_named(sapwood_train, path, says):
    said = sapwood_train(*SHORT, "--ckpt-path", path)
    assert said.code == 2
    assert says in said.error


def test_a_run_of_the_other_model_is_named(sapwood_train, done):
    said = sapwood_train("--ckpt-path", done, model="graphsage")
    assert said.code == 2
    assert "sapwood train tree-lstm --ckpt-path" in said.error


@pytest.mark.usefixtures("done")
def test_an_index_of_other_sources_cannot_go_on(sapwood_train, engine, sources):
    added = sources / "added.py"
    added.write_text("def added(value):\n    value = value + 1\n    return value\n")
    try:
        engine.index()
        said = sapwood_train("tree_lstm.epochs=2", *LAST)
    finally:
        added.unlink()
        engine.index()
    assert said.code == 2
    assert "the sources or what is made of them changed since" in said.error
    assert sapwood_train("tree_lstm.epochs=2", *LAST).code == 0


@pytest.mark.parametrize("name", ["graph.safetensors"])
def test_a_damaged_index_ends_training_without_its_checks_too(sapwood_train, engine, name):
    file = Path(engine.workspace_path) / "index" / name
    good = file.read_bytes()
    other = good.replace(b'\\"format\\": 1', b'\\"format\\": 9', 1)
    for content in (b"", good[:100], good[: len(good) // 2], good[:-1], other):
        file.write_bytes(content)
        for skip in ([], ["--skip-validation"]):
            said = sapwood_train(*SHORT, *skip)
            assert said.code == 1, (len(content), skip)
            assert name in said.error
    assert not engine.versions.list("tree-lstm")


def test_without_its_checks_training_starts_at_once(sapwood_train, monkeypatch):
    monkeypatch.setattr("sapwood.preflight.examine_quickly", lambda *_: pytest.fail("it was checked"))
    assert sapwood_train(*SHORT, "--skip-validation").code == 0


def test_two_packages_leave_nothing_to_hold_out(capsys, tmp_path, sources):
    for number, package in enumerate(sorted(sources.iterdir())[:2]):
        (tmp_path / f"package{number}").mkdir()
        (tmp_path / f"package{number}" / "records.py").write_text((package / "records.py").read_text())
    _core.Engine.create(str(tmp_path)).index()
    measured = [*SHORT, "evaluation.before_publishing=true"]
    for model in ("tree-lstm", "graphsage"):
        assert cli.run(["train", model, *measured, "--workspace", str(tmp_path)]) == 0
    assert "loss" in capsys.readouterr().err


def test_more_threads_than_can_be_is_a_slip(sapwood_train):
    said = sapwood_train(*SHORT, "threads=100000")
    assert said.code == 2
    assert "give at most" in said.error


def start(engine, *words):
    """`sapwood train` in a process of its own, which has made its first step."""
    command = [sys.executable, "-m", "sapwood", "train", "tree-lstm", *LONG, *words]
    process = subprocess.Popen(
        [*command, "--workspace", str(Path(engine.workspace_path).parent)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    runs, deadline = Path(engine.workspace_path) / "runs" / "default" / "tree-lstm", time.monotonic() + 120
    while not list(runs.glob(f"*/{STATE}")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


def test_a_run_has_one_process_which_a_signal_ends_with_its_state_saved(engine, sapwood_train):
    process = start(engine)
    try:
        said = sapwood_train(*LAST)
        beside = sapwood_train(*SHORT, "experiment_name=beside")
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert said.code == 1
    assert re.search(rf"in use by process {process.pid} on \S+ since 20\d\d-", said.error)
    assert f"kill {process.pid}" in said.error
    assert beside.code == 0
    assert process.returncode == 130, err
    assert re.search(r"its last state after step \d+ is kept", err)
    assert "Traceback" not in err
    # The dead process holds nothing any more.
    assert "in use" not in sapwood_train("tree_lstm.epochs=1", *LAST).err


@contextmanager
def full_from(size):
    """The disk takes no file of more than `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [0, 1000, 20_000])
def test_a_full_disk_ends_a_fresh_run_with_a_sentence(sapwood_train, engine, size):
    with full_from(size):
        said = sapwood_train(*SHORT)
    assert said.code == 1
    assert "large" in said.error or "space" in said.error
    assert not engine.versions.list("tree-lstm")
    assert sapwood_train(*SHORT).code == 0


@pytest.mark.parametrize("what", ["log", "save", "write_history"])
def test_a_full_disk_keeps_the_state_of_before(sapwood_train, done, monkeypatch, what):
    before = (done / STATE).read_bytes()
    owner, name = (TrainingState, "save") if what == "save" else (RunFolder, what)
    whole = getattr(owner, name)

    def at_step(*given):
        record = given[1] if what == "log" else {"event": "step"}
        with full_from(10) if record["event"] == "step" else nullcontext():
            return whole(*given)

    monkeypatch.setattr(owner, name, at_step)
    said = sapwood_train("tree_lstm.epochs=2", *LAST)
    assert said.code == 1
    assert "File too large" in said.error
    assert "its last state after step 6 is kept" in said.err
    assert (done / STATE).read_bytes() == before
    monkeypatch.undo()
    assert sapwood_train("tree_lstm.epochs=2", *LAST).code == 0


@pytest.mark.parametrize("moment", ["publish", "write_vectors"])
def test_a_full_disk_while_publishing_is_made_good_for(sapwood_train, engine, monkeypatch, moment):
    whole = publish.version_files if moment == "publish" else publish.serve

    def full(*given):
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        return whole(*given)

    monkeypatch.setattr(publish, "version_files" if moment == "publish" else "serve", full)
    with full_from(10**9):
        said = sapwood_train(*SHORT)
    monkeypatch.undo()
    assert said.code == 1
    assert "File too large" in said.error
    assert "serving" not in engine.versions.aliases("tree-lstm")
    assert sapwood_train(*LAST).code == 0
    assert [version["version"] for version in engine.versions.list("tree-lstm")] == ["v0001"]
    assert engine.versions.aliases("tree-lstm")["serving"] == "v0001"
    assert engine.versions.read_vectors("tree-lstm") is not None
