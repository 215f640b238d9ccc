"""A curve keeps its shape in bounded memory."""

import math

from sapwood.monitor.series import MOST, Series


def test_a_long_curve_keeps_its_shape():
    series = Series()
    for step in range(100_000):
        series.add(step, step / 100_000)
    assert MOST / 2 <= len(series.points) <= MOST
    assert all(abs(y - x / 100_000) < 1e-3 for x, y in series.points)
    assert series.points[0][0] < 50
    assert series.points[-1][0] > 99_900


def test_a_run_that_went_back_is_drawn_once():
    series = Series()
    for step in [1, 2, 3, 4, 3, 4, 5]:
        series.add(step, float(len(series.points)))
    assert [x for x, _ in series.points] == [1, 2, 3, 4, 5]
    assert series.points[2] == (3, 4.0)


def test_what_is_no_number_is_left_out():
    series = Series()
    series.add(1, math.nan)
    assert series.points == []
