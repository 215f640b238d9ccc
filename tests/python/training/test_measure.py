"""Steps of rising batch sizes are measured until memory, speed or time say stop."""

import json
import time

import pytest
import torch

from sapwood.capacity import SHARE, Point
from sapwood.training import MODELS, measure
from sapwood.training.measure import Request, why_stop
from sapwood.training.rehearsal import Stage


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(measure, "_SECONDS", 0.01)


def found(engine, config, model, seconds=60.0):
    told = []
    request = Request(model, engine.workspace_path, config.model_dump(mode="json"), 8, time.time() + seconds)
    measure.measure(request, lambda one: told.append(json.loads(json.dumps(one))))
    return told


@pytest.mark.parametrize("model", MODELS)
def test_each_size_has_its_rate_and_memory(engine, config, model):
    ready, *points, stopped = found(engine, config, model)
    assert ready["pairs"] > 16
    measured = [Point(**one["point"]) for one in points]
    assert [point.batch_size for point in measured][:2] == [8, 16]
    assert all(point.fits and point.pairs_per_second > 0 for point in measured)
    assert all(point.functions_per_second >= 2 * point.pairs_per_second for point in measured if model == "tree-lstm")
    assert stopped["stopped"]


def test_a_batch_without_room_ends_it(engine, config, monkeypatch):
    take = Stage.take

    def without_room(stage, step):
        if step.pairs > 8:
            message = "CUDA out of memory. Tried to allocate 20.00 GiB"
            raise torch.OutOfMemoryError(message)
        return take(stage, step)

    monkeypatch.setattr(Stage, "take", without_room)
    _, first, second, stopped = found(engine, config, "tree-lstm")
    assert (first["point"]["fits"], second["point"]["fits"]) == (True, False)
    assert "memory" in stopped["stopped"]


def test_other_failures_are_not_taken_for_want_of_memory(engine, config, monkeypatch):
    def broken(*_):
        message = "a kernel is broken"
        raise RuntimeError(message)

    monkeypatch.setattr(Stage, "take", broken)
    with pytest.raises(RuntimeError, match="kernel"):
        found(engine, config, "tree-lstm")


def points_of(*rates, peaks=(None,) * 9, fits=True):
    sizes = [8 * 2**power for power in range(len(rates))]
    return [Point(size, rate, rate, peak, fits) for size, rate, peak in zip(sizes, rates, peaks, strict=False)]


@pytest.mark.parametrize(
    ("points", "free", "seconds", "device", "words"),
    [
        ([], 10**9, 60.0, "cpu", ""),
        (points_of(10.0, 20.0), 10**9, 60.0, "cpu", ""),
        (points_of(10.0, 4.9), 10**9, 60.0, "cpu", "slower"),
        (points_of(10.0, 5.1), 10**9, 60.0, "cpu", ""),
        (points_of(10.0), 10**9, 4.0, "cpu", "time"),
        (points_of(10.0, peaks=(1,), fits=False), 10**9, 60.0, "cpu", "does not fit"),
        (points_of(10.0, 10.0, peaks=(100, 200)), 400 / SHARE - 1, 60.0, "cpu", "too much of the memory"),
        (points_of(10.0, 10.0, peaks=(100, 200)), 400 / SHARE + 1, 60.0, "cpu", ""),
        (points_of(10.0, 10.0, peaks=(100, 200)), 300, 60.0, "cuda:0", ""),
    ],
)
def test_a_larger_batch_is_tried_where_that_makes_sense(points, free, seconds, device, words):
    larger = 16 if len(points) < 2 else 32
    reason = why_stop(points, larger, free, seconds, device)
    assert (words in reason, bool(reason)) == (True, bool(words))
