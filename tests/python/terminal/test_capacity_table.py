"""Batch sizes on a terminal: a row each, what fits, and the words to use."""

import io

import pytest
from rich.console import Console

from sapwood.capacity import Curve, Point
from sapwood.terminal.capacity import curve_table, progress_line

GB = 10**9


def shown(curve):
    console = Console(file=io.StringIO(), width=100)
    console.print(curve_table(curve))
    return console.file.getvalue()


def curve(*points, room=3 * GB):
    return Curve("graphsage", 128, 1, reason="cpu", room=room, points=list(points), stopped="the time is used up")


def test_rows_stand_by_size_with_bars_and_the_advice_below():
    text = shown(
        curve(Point(128, 50.0, 1.0, GB, True), Point(256, 100.0, 1.0, 2 * GB, True), Point(64, 25.0, 1.0, None, True))
    )
    rows = [line.split()[0] for line in text.splitlines()[2:5]]
    assert rows == ["64", "128", "256"]
    assert [line.count("█") for line in text.splitlines()[2:5]] == [6, 12, 24]
    assert "use graphsage.batch_size=256 graphsage.accumulation=1" in text
    assert "about 307 pairs fit into 3.00 GB" in text


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (curve(), "nothing was measured"),
        (curve(Point(128, 50.0, 1.0, GB, True), Point(256, 0.0, 0.0, None, False)), "does not fit"),
        (curve(Point(8, 50.0, 1.0, GB, True), Point(16, 90.0, 1.0, GB + 1, True)), "about 256 pairs, or more, fit"),
    ],
)
def test_what_is_not_known_is_said(found, words):
    assert words in shown(found)


def test_a_line_tells_what_was_measured_last():
    assert progress_line(curve(Point(128, 50.0, 1.0, GB, True))) == "graphsage: batches of 128: 50.0 pairs/s"
    assert "no room" in progress_line(curve(Point(256, 0.0, 0.0, None, False)))
