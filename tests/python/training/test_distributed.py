"""Several processes train what one would train with their batches put together, and end together."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from sapwood import _core
from sapwood.config import load_config
from sapwood.training import MODELS, train
from sapwood.training.distributed import ALONE, World

TOGETHER = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
EXACT = ["graphsage.model.dropout=0.0", "graphsage.fanouts=[-1,-1,-1]", "tree_lstm.epochs=2", "graphsage.epochs=2"]


def start(*arguments):
    """Two processes of the package under test, their output in one pipe."""
    command = [sys.executable, *TOGETHER, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finished(*arguments):
    """What two processes print until they end well."""
    process = start(*arguments)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    return output


@given(items=st.integers(0, 50), size=st.integers(1, 9))
def test_shares_cover_a_batch_in_order_and_are_even(items, size):
    shares = [World(rank, size).share(items) for rank in range(size)]
    assert np.concatenate([np.arange(items)[share] for share in shares]).tolist() == list(range(items))
    lengths = [share.stop - share.start for share in shares]
    assert max(lengths) - min(lengths) <= 1


def test_alone_nothing_is_exchanged():
    rows = torch.ones(2, 3, requires_grad=True)
    assert ALONE.gather(rows) is rows
    assert ALONE.of_writer(3.0) == 3.0
    assert ALONE.bytes_of_writer(b"x") == b"x"
    assert not ALONE.anywhere(False)
    ALONE.require_alike("index", "x")


def test_processes_agree():
    output = finished(str(Path(__file__).with_name("together.py")))
    assert "rank 0 of 2 agrees" in output
    assert "rank 1 of 2 agrees" in output


def records_of(workspace, model):
    """What was written down of the only run."""
    (run,) = (workspace / ".sapwood" / "runs" / "default" / model).iterdir()
    metrics = run / "metrics.jsonl"
    return [json.loads(line) for line in metrics.read_text().splitlines()] if metrics.exists() else []


def known(losses):
    """Those that are not None."""
    return {name: value for name, value in losses.items() if value is not None}


def indexed(sources, workspace):
    """A workspace over the sources."""
    engine = _core.Engine.create(str(sources), str(workspace))
    engine.index()
    return engine


@pytest.mark.parametrize("model", MODELS)
def test_two_processes_train_what_one_does_with_the_doubled_batch(sources, small, tmp_path, model):
    section = model.replace("-", "_")
    alone, together = tmp_path / "alone", tmp_path / "together"
    train(model, indexed(sources, alone), load_config(None, [*small, *EXACT, f"{section}.batch_size=8"]))
    versions = indexed(sources, together).versions
    settings = [*small, *EXACT, f"{section}.batch_size=4"]
    finished("-m", "sapwood.train", model, "--workspace", str(together), *settings)
    whole, found = (
        [known(record["losses"]) for record in records_of(workspace, model) if record["event"] == "step"]
        for workspace in (alone, together)
    )
    assert len(whole) == len(found) > 3
    for expected, losses in zip(whole, found, strict=True):
        assert losses == pytest.approx(expected, rel=1e-3, abs=1e-4)
    assert versions.aliases(model)["serving"] == "v0001"
    assert len(versions.list(model)) == 1


def children_of(process):
    """The processes that it started."""
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def saved(workspace, model):
    """Whether the run has a state to go on from."""
    return any((workspace / ".sapwood" / "runs").glob(f"default/{model}/*/state.safetensors"))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the processes of a run in /proc")
def test_when_a_process_is_killed_the_others_say_so_and_the_run_goes_on_to_the_same_bits(sources, small, tmp_path):
    model, whole, killed = "tree-lstm", tmp_path / "whole", tmp_path / "killed"
    versions = [indexed(sources, workspace).versions for workspace in (whole, killed)]
    settings = [*small, "tree_lstm.batch_size=4", "tree_lstm.epochs=8"]
    finished("-m", "sapwood.train", model, "--workspace", str(whole), *settings)
    process = start("-m", "sapwood.train", model, "--workspace", str(killed), *settings)
    while not saved(killed, model):
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(children_of(process)[-1], signal.SIGKILL)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1, output
    assert "--ckpt-path last" in output
    assert versions[1].list(model) == []
    finished("-m", "sapwood.train", model, "--workspace", str(killed), "--ckpt-path", "last")
    weights, resumed = (load_file(Path(of.path(model)) / "weights.safetensors") for of in versions)
    assert weights.keys() == resumed.keys()
    assert all(torch.equal(weights[name], resumed[name]) for name in weights)
