"""The advice on batch sizes: what is fast, what fits, and what follows for the settings."""

import json
import sys
import time
from dataclasses import asdict

import pytest

from sapwood import capacity
from sapwood.capacity import Curve, Point, next_peak, sizes
from sapwood.config import load_config
from sapwood.errors import BadInputError
from sapwood.processes import is_alive

GB = 10**9


def point(size, rate, peak=None, *, fits=True):
    return Point(size, rate, 2.5 * rate, peak, fits=fits)


def curve(*points, batch_size=32, accumulation=1, room=None):
    return Curve("tree-lstm", batch_size, accumulation, room=room, points=list(points))


@pytest.mark.parametrize(
    ("rates", "batch_size", "accumulation", "recommended"),
    [
        ({16: 50, 32: 96, 64: 100}, 32, 1, (32, 1)),  # that of the settings is fast enough
        ({16: 50, 32: 94, 64: 100}, 32, 1, (64, 1)),
        ({16: 50, 32: 80, 64: 100, 128: 99}, 32, 1, (64, 1)),  # the nearest fast one
        ({32: 100, 64: 60, 128: 50}, 128, 1, (32, 4)),  # as many pairs a step as before
        ({32: 100, 64: 60}, 64, 2, (32, 4)),
        ({32: 100}, 32, 3, (32, 3)),
        ({}, 32, 1, None),
    ],
)
def test_the_advice_is_the_fast_size_nearest_to_the_settings(rates, batch_size, accumulation, recommended):
    found = curve(
        *(point(size, rate) for size, rate in rates.items()), batch_size=batch_size, accumulation=accumulation
    )
    assert found.recommended() == recommended
    words = (
        [f"tree_lstm.batch_size={recommended[0]}", f"tree_lstm.accumulation={recommended[1]}"] if recommended else []
    )
    assert found.overrides() == words
    load_config(overrides=words)


def test_a_batch_without_room_is_made_of_several_that_have_it():
    found = curve(point(256, 0.0, fits=False), point(128, 0.0, fits=False), point(64, 40.0), batch_size=256)
    assert found.recommended() == (64, 4)
    assert found.largest == 64


def test_the_largest_batch_follows_from_how_memory_grows():
    points = [point(size, 100.0, GB + size * 10**6) for size in (64, 32, 128)]
    assert curve(*points, room=3 * GB).largest == 1400
    assert curve(*points, room=100 * GB).largest == 16 * 128, "so far the growth is believed"
    assert curve(*points, room=None).largest is None
    assert curve(points[0], room=10 * GB).largest is None
    assert curve(*points, room=GB).largest == 128, "what was measured fits, whatever was free at the begin"


def test_the_next_peak_follows_the_last_ones():
    points = [point(size, 100.0, GB + size * 10**6) for size in (32, 64)]
    assert next_peak(points, 128) == GB + 128 * 10**6
    assert next_peak(points[:1], 128) is None
    assert next_peak([point(32, 1.0), point(64, 1.0)], 128) is None


@pytest.mark.parametrize(
    ("configured", "doubled", "halved"),
    [
        (32, [32, 64, 128, 256, 512, 1024, 2048, 4096], [16, 8]),
        (24, [24, 48], [12]),
        (5000, [5000], [2500]),
        (2, [2], []),
    ],
)
def test_sizes_begin_with_that_of_the_settings(configured, doubled, halved):
    larger, smaller = sizes(configured)
    assert (larger[: len(doubled)], smaller[: len(halved)]) == (doubled, halved)
    assert max(larger) <= max(capacity.LARGEST, configured)


def test_the_machine_is_a_device_with_memory():
    pytest.importorskip("torch")
    cpu = capacity.devices()[-1]
    assert cpu.device == "cpu"
    assert cpu.memory is None or cpu.memory > GB


FOUND = {
    "point": json.dumps({"point": asdict(point(32, 50.0))}),
    "stopped": json.dumps({"stopped": "enough"}),
}


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Measures with a script in place of the process that does: it says who it is, some of `FOUND`, and does more."""

    def measure(*words, last="", seconds=30.0, on_point=lambda _: None):
        ready = 'print(json.dumps({"device": "cpu", "reason": str(os.getpid()), "pairs": 9, "room": None}), flush=True)'
        lines = ["import json, os, time", ready, *(f"print({FOUND[word]!r}, flush=True)" for word in words), last]
        monkeypatch.setattr(capacity, "_command", lambda _: [sys.executable, "-c", "\n".join(lines)])
        return capacity.measure("tree-lstm", tmp_path, load_config(), seconds, on_point)

    return measure


def is_gone(curve):
    return not is_alive(int(curve.reason), time.time())


def test_what_is_measured_is_told_as_it_comes(measured):
    shown = []
    found = measured("point", "stopped", on_point=lambda curve: shown.append(len(curve.points)))
    assert (found.pairs, found.stopped, shown) == (9, "enough", [0, 1])


def test_a_process_that_takes_too_long_is_ended_with_what_is_known(measured):
    before = time.monotonic()
    found = measured("point", last="time.sleep(600)", seconds=3.0)
    assert time.monotonic() - before < 60.0
    assert (len(found.points), found.stopped) == (1, "the time is used up")
    assert is_gone(found)


def test_ctrl_c_ends_it_with_what_is_known(measured):
    def interrupt(curve):
        if curve.points:
            raise KeyboardInterrupt

    found = measured("point", last="time.sleep(600)", on_point=interrupt)
    assert (len(found.points), found.stopped) == (1, capacity.INTERRUPTED)
    assert is_gone(found)


def test_a_process_that_is_killed_leaves_what_is_known(measured):
    found = measured("point", last="os.kill(os.getpid(), 9)")
    assert (len(found.points), "want of memory" in found.stopped) == (1, True)


def test_a_process_that_breaks_says_why(measured):
    with pytest.raises(BadInputError, match="broken"):
        measured("point", last="raise ValueError('broken')")
