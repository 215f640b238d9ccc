"""How numbers are written for people; machines get them whole.

Counts have their thousands apart (`16,520`), shares and other measures three significant digits (`0.980`, `2.33`).
"""

from __future__ import annotations


def count(value: float) -> str:
    """A whole number with its thousands apart: `16,520`."""
    return f"{value:,.0f}"


def figure(value: float) -> str:
    """A measured number with three significant digits: `0.980`, `2.33`, `312`; from a thousand on a whole one."""
    return f"{value:#.3g}".rstrip(".") if abs(value) < 999.5 else count(value)


def metric(name: str, value: float) -> str:
    """A figure of a training run: steps are counted, all others are measured."""
    return count(value) if name == "steps" else figure(value)


def size(value: float) -> str:
    """A number of bytes in the unit that keeps it readable: `84 bytes`, `12.3 kB`, `12.6 MB`."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= factor:
            return f"{figure(value / factor)} {unit}"
    return f"{count(value)} bytes"


def share(value: float) -> str:
    """A number between 0 and 1 with three decimals, so that a column of them is even: `0.028`."""
    return f"{value:.3f}"


def percent(value: float | None) -> str:
    """A probability as `52.50 %`; `unknown` where there is none."""
    return "unknown" if value is None else f"{100 * value:.2f} %"


def counted(name: str, value: float) -> str:
    """A name and its count: `functions 1,500`."""
    return f"{name} {count(value)}"


def what_and_fix(message: str) -> tuple[str, str]:
    """The parts of a failure's message: what is wrong, and what to do about it, which stands after the last semicolon.

    Names in the first part may hold semicolons of their own; what to do is empty where there is nothing.
    """
    what, mark, fix = message.rpartition("; ")
    return (what, fix) if mark else (message, "")
