"""Ctrl-C, and a system that shuts down, while something runs that can be continued."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sapwood.terminal import output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Ctrl-C, the end of the session or of the machine, and a terminal that is closed."""


@contextmanager
def stop_on_interrupt(what_then: str = "saving the state of the run") -> Iterator[Callable[[], bool]]:
    """While this lasts, the first of the signals asks for a stop, which does `what_then`; the second stops at once.

    What is ignored already, as by `nohup`, stays so.
    """
    asked = threading.Event()
    heeded = [number for number in _SIGNALS if signal.getsignal(number) != signal.SIG_IGN]

    def ask(_signal: int, _frame: FrameType | None) -> None:
        asked.set()
        for number in heeded:
            signal.signal(number, signal.default_int_handler)
        output.note(f"stopping: {what_then} (Ctrl-C again stops at once)")

    before = [(number, signal.signal(number, ask)) for number in heeded]
    try:
        yield asked.is_set
    finally:
        for number, handler in before:
            signal.signal(number, handler)
