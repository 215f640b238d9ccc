"""Runs programs that may do anything: `python -I benches/sandbox.py`, one JSON object a line in, one word a line out.

Each line holds `code` (which defines `f`), `input` (its arguments as written) and `output` (the value as written); the
answer is `same`, `different`, `raised` or `endless`. Memory, time, files and processes are limited: a program can end
this process, and who started it goes on with the next program in a new one.
"""

from __future__ import annotations

import builtins
import json
import os
import resource
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

SECONDS_A_PROGRAM = 1.0
MEMORY = 1 << 30


class Endless(BaseException):
    """A program took too long; no handler of its own must catch that."""


def main() -> None:
    """Answer each line until there is none."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    quiet()
    limit()
    signal.signal(signal.SIGALRM, stop)
    for line in sys.stdin:
        answers.write(f"{outcome(json.loads(line))}\n")


def quiet() -> None:
    """Keep what programs print and read away from the answers and questions."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


def limit() -> None:
    """No more memory than a gigabyte, no file written, no process started."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def stop(_signal: int, _frame: FrameType | None) -> None:
    """End the program that runs."""
    raise Endless


def outcome(program: dict[str, str]) -> str:
    """Whether the function gives the value that is expected."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS_A_PROGRAM)
    try:
        names: dict[str, Any] = {"__name__": "program", "__builtins__": builtins}
        exec(program["code"], names)  # noqa: S102 - what this file is for
        result = eval(f"f({program['input']})", names)  # noqa: S307
        expected = eval(program["output"], {})  # noqa: S307
        is_same = type(result) is type(expected) and result == expected and repr(result) == repr(expected)
    except Endless:
        return "endless"
    except BaseException:  # noqa: BLE001 - a program may raise anything
        return "raised"
    else:
        return "same" if is_same else "different"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main()
