"""Ctrl-C while something runs that can be continued."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sapwood.terminal import output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


@contextmanager
def stop_on_interrupt(what_then: str = "saving the state of the run") -> Iterator[Callable[[], bool]]:
    """While this lasts, the first Ctrl-C asks for a stop, which does `what_then`, and the second one stops at once."""
    asked = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        output.note(f"stopping: {what_then} (Ctrl-C again stops at once)")

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)
