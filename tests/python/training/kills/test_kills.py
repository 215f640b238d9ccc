"""A run that is killed at any moment and gone on with makes what the run makes that was not killed, bit for bit."""

import os
import shutil
import sys
from collections import Counter

import numpy as np
import pytest

from sapwood import _core
from sapwood.training import MODELS
from training.conftest import SMALL
from training.kills.runs import (
    ANY,
    PREPARATION,
    PUBLISHING,
    STATE_WRITE,
    STEP,
    VALIDATION,
    Outcome,
    Run,
    Timing,
    require_same,
    serving,
)

OFTEN = ["save_every_seconds=0.01", "checkpoint_every=4", "epochs=4"]
STAGES = (PREPARATION, STEP, VALIDATION, STATE_WRITE, PUBLISHING)
SEED = 20261122
KILLS = 26
"""Of each model, at least: more than fifty in all."""


@pytest.fixture(scope="module")
def server():
    with serving() as started:
        yield started


@pytest.fixture(scope="module")
def indexed(sources, tmp_path_factory):
    """A workspace that is copied for each run."""
    folder = tmp_path_factory.mktemp("indexed")
    _core.Engine.create(str(sources), str(folder)).index()
    return folder


@pytest.fixture(scope="module", params=MODELS)
def whole(request, server, indexed, tmp_path_factory):
    """A run that nobody kills, which saves its state after each epoch alone."""
    section = request.param.replace("-", "_")
    folder = shutil.copytree(indexed, tmp_path_factory.mktemp("whole") / "workspace")
    run = Run(server, folder, request.param, [*SMALL, f"{section}.epochs=4", f"{section}.save_every_seconds=0"])
    run.finish()
    return run


def killed(whole, indexed, folder, stages, seed):
    """A run that is killed once in each of the stages, and gone on with to its end."""
    section = whole.model.replace("-", "_")
    run = Run(
        whole.server, shutil.copytree(indexed, folder), whole.model, [*SMALL, *(f"{section}.{word}" for word in OFTEN)]
    )
    rng, usual = np.random.default_rng(seed), Timing.of(whole)
    for stage in stages:
        run.kill(stage, rng, usual)
    run.finish()
    assert not list((folder / ".sapwood" / "runs").rglob(".writing-*"))
    return run


def test_a_run_killed_in_each_of_its_stages(whole, indexed, tmp_path):
    run = killed(whole, indexed, tmp_path / "workspace", STAGES, SEED)
    # A run that ends before its turn comes is not killed.
    assert len(run.killed) >= 4, (run.killed, SEED)
    require_same(Outcome.of(run), Outcome.of(whole), SEED)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_runs_killed_at_many_random_times(whole, indexed, tmp_path, capsys):
    expected, kills, seeds = Outcome.of(whole), [], []
    while len(kills) < KILLS:
        # Others each time; what fails can be repeated by its seed.
        seed = int.from_bytes(os.urandom(4))
        run = killed(whole, indexed, tmp_path / str(len(seeds)), [ANY, *STAGES[:4], ANY, PUBLISHING], seed)
        require_same(Outcome.of(run), expected, seed)
        kills += run.killed
        seeds.append(seed)
    with capsys.disabled():
        sys.stdout.write(f"\n{whole.model}: {len(kills)} kills with the seeds {seeds}: {dict(Counter(kills))}\n")
    assert set(kills) == set(STAGES), kills
