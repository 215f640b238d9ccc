"""How a caller stops work that takes a while."""

from __future__ import annotations

from collections.abc import Callable

HeedStop = Callable[[], None]
"""Is called between two items of long work; it raises `InterruptedRun` where the caller asked to stop."""


def go_on() -> None:
    """Nobody asks to stop."""
