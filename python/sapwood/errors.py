"""Every error that a user can meet: one class each, with a stable `code` and a message that says what to do."""

from __future__ import annotations

from sapwood._core import SapwoodError


class ConfigError(SapwoodError):
    """A setting is unknown, of the wrong type or out of range."""

    code = "bad_config"


class MissingDependencyError(SapwoodError):
    """A package that this task needs is not installed."""

    code = "missing_dependency"


class InterruptedRun(SapwoodError):  # noqa: N818 an interruption is no mistake of anyone
    """The run was stopped on request; its state is saved."""

    code = "interrupted"


__all__ = ["ConfigError", "InterruptedRun", "MissingDependencyError", "SapwoodError"]
