"""Processes: what they hold, and whether a number still means the one that it meant."""

import os
import subprocess
import sys
import time

import pytest

from sapwood import processes

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems tell less")


@linux
def test_memory_of_this_process_is_seen_from_within_and_from_without():
    block = bytearray(50_000_000)
    block[::4096] = b"x" * len(block[::4096])
    own, seen = processes.own_memory(), processes.memory_of(os.getpid())
    assert min(own.resident, seen.resident) > len(block)
    assert own.peak >= own.resident


def test_a_process_that_is_gone_is_not_alive_and_holds_nothing():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    now = time.time()
    assert processes.is_alive(child.pid, now)
    child.communicate()
    assert not processes.is_alive(child.pid, now)
    assert processes.memory_of(child.pid) == processes.Memory()


@linux
def test_a_number_that_was_given_to_a_later_process_is_another_process():
    assert processes.is_alive(os.getpid(), time.time())
    assert not processes.is_alive(os.getpid(), since=0.0)


@linux
def test_available_memory_is_within_that_of_a_limited_container(tmp_path, monkeypatch):
    free = processes.available_memory()
    assert free > 0
    for name, text in {
        "memory.max": "1000",
        "memory.current": "700",
        "memory.stat": "anon 5\ninactive_file 50\n",
    }.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(processes, "_CONTROL_GROUP", tmp_path)
    assert processes.available_memory() == 350
    (tmp_path / "memory.max").write_text("max")
    assert processes.available_memory() > 350
