"""Preflight: what would spoil a run is found before it."""

import os

import pytest

from sapwood import _core, preflight
from sapwood.checks import failed
from sapwood.config import load_config


@pytest.fixture
def engine(indexed):
    return _core.Engine.open(str(indexed))


def test_few_functions_are_a_warning_and_no_failure(engine):
    checks = {check.name: check for check in preflight.examine_quickly(engine, "tree-lstm", load_config())}
    assert checks["index"].status == "warning"
    assert not failed(checks.values())


def test_without_an_index_nothing_is_tried(project):
    checks = preflight.examine(_core.Engine.create(str(project)), "tree-lstm", load_config())
    assert [check.name for check in failed(checks)] == ["index"]
    assert "sapwood index" in failed(checks)[0].fix
    assert "first batch" not in [check.name for check in checks]


def test_earlier_runs_of_the_same_experiment_are_found(engine):
    config = load_config(overrides=["experiment_name=night"])
    folder = preflight.Path(engine.workspace_path, "runs", "night", "tree-lstm", "20260101-000000")
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("")
    runs = {check.name: check.found for check in preflight.examine_quickly(engine, "tree-lstm", config)}
    assert "20260101-000000" in runs["earlier runs"]
    others = {check.name: check.found for check in preflight.examine_quickly(engine, "graphsage", config)}
    assert others["earlier runs"] == "none yet"


def test_a_missing_package_fails_with_its_command(engine, monkeypatch):
    monkeypatch.setattr(preflight, "missing", lambda: ["torch"])
    (failure,) = failed(preflight.examine(engine, "graphsage", load_config()))
    assert ("torch" in failure.found, "scripts/quickstart" in failure.fix) == (True, True)


@pytest.mark.parametrize(
    ("peak", "room", "status"),
    [(None, 100, "ok"), (50, None, "ok"), (60, 100, "ok"), (80, 100, "warning"), (95, 100, "failed")],
)
def test_memory_is_what_a_step_took_and_the_best_weights(peak, room, status):
    check = preflight.memory(peak, room, state_bytes=40)
    assert (check.status, bool(check.fix)) == (status, status != "ok")


@pytest.mark.parametrize(("needed", "status"), [(80, "ok"), (81, "warning"), (101, "failed")])
def test_a_run_that_does_not_fit_on_the_disk_fails(needed, status):
    check = preflight.disk(needed, free=100)
    assert (check.status, bool(check.fix)) == (status, status != "ok")


@pytest.mark.parametrize(
    ("lives", "state", "status", "words"),
    [
        (True, True, "warning", "stop process"),
        (False, True, "ok", "crashed, --ckpt-path last goes on"),
        (False, False, "ok", "crashed"),
    ],
)
def test_the_last_run_is_told_with_how_it_ended(engine, lives, state, status, words):
    folder = preflight.Path(engine.workspace_path, "runs", "default", "tree-lstm", "20260101-000000")
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("")
    (folder / "lock").write_text(str(os.getpid() if lives else 2**22 + 1))
    if state:
        (folder / "state.safetensors").write_bytes(b"")
    checks = {check.name: check for check in preflight.examine_quickly(engine, "tree-lstm", load_config())}
    check = checks["earlier runs"]
    assert (check.status, words in f"{check.found} {check.fix}") == (status, True), check
