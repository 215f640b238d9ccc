"""Charts: what is drawn is where its numbers are."""

import io
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from sapwood.terminal.chart import Chart, Curve, drawn


def lines(curve, width=20, height=4):
    return [row.plain for row in drawn(curve, width, height)]


def test_a_falling_line_goes_from_top_left_to_bottom_right():
    rows = lines(Curve([(x, 8.0 - x) for x in range(8)]))
    assert rows[0].strip()
    assert rows[0].startswith(rows[0].strip())
    assert rows[-1].endswith(rows[-1].strip())
    assert all(row.strip() for row in rows)


def test_points_stand_on_top_of_the_line():
    rows = lines(Curve([(0, 0.0), (10, 1.0)], points=[(0, 0.0), (10, 1.0)]))
    assert (rows[-1][0], rows[0][-1]) == ("◆", "◆")


def test_marks_are_rules_with_their_words_below():
    curve = Curve([(x, 1.0 + x % 2) for x in range(101)], marks=[(50, "phase 2")])
    assert any(row[10] == "┊" for row in lines(curve))
    shown = Console(file=io.StringIO(), width=60)
    shown.print(Chart(curve, 4))
    assert "phase 2" in shown.file.getvalue().splitlines()[-1]


@pytest.mark.parametrize(("values", "wide"), [([1, 10], False), ([1, 11], True), ([0, 11], False), ([], False)])
def test_values_of_several_sizes_are_drawn_on_a_logarithmic_scale(values, wide):
    assert Curve([(x, float(value)) for x, value in enumerate(values)]).is_wide is wide


def test_an_empty_curve_says_so():
    console = Console(file=io.StringIO(), width=40)
    console.print(Chart(Curve([]), 5))
    assert "nothing to draw yet" in console.file.getvalue()


numbers = st.floats(min_value=-1e100, max_value=1e100, allow_subnormal=False)
points = st.lists(st.tuples(st.integers(0, 10**9).map(float), numbers), max_size=60)


@settings(deadline=None)
@given(points, points, st.integers(1, 80), st.integers(2, 20))
def test_any_points_make_lines_of_the_size_asked_for(line, single, width, height):
    rows = lines(Curve(sorted(line), sorted(single)), width, height) if line or single else []
    assert all(len(row) == width for row in rows)
    assert len(rows) in {0, height}
    assert sum(row.count("◆") for row in rows) <= len(single)


def test_each_column_of_a_line_has_a_dot():
    rows = lines(Curve([(x, math.sin(x)) for x in range(7)]), width=40, height=6)
    assert all(any(row[column] != " " for row in rows) for column in range(40))
