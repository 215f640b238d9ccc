"""Hits on a terminal: a table where it fits, else blocks in which the legs stand apart and their words together."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from sapwood.terminal.hits import HitList, HitRow

WHY = "structure #2 (likeness 0.31: loop over range, append), words #1 (BM25 7.1: parse, header)"


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (200, f"1  mail.parse  mail.py:4  {WHY}"),
        (110, "mail.py:4 · structure #2 (likeness 0.31: loop over range, append) · words #1 (BM25 7.1: parse, header)"),
    ],
)
def test_why_is_shown_leg_by_leg(width, line):
    console = Console(file=io.StringIO(), width=width)
    console.print(HitList([HitRow("mail.parse", "mail.py:4", WHY)]))
    assert line in [shown.strip() for shown in console.file.getvalue().splitlines()]
