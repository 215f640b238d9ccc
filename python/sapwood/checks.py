"""The outcome of one check, as `doctor`, `preflight` and `monitor` make them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sapwood.errors import SapwoodError

Status = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it stands, and what to do about it."""

    name: str
    status: Status
    found: str
    """What is there, or what is wrong, in a few words."""
    fix: str = ""
    """What to do; empty where nothing is to be done."""
    error: SapwoodError | None = None
    """The failure that was met, where one was."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """The numbers behind it, for machines."""


def failed(checks: Iterable[Check]) -> list[Check]:
    """The checks that failed."""
    return [check for check in checks if check.status == "failed"]
