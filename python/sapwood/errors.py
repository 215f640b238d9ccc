"""Every error that a user can meet: one class each, with a stable `code` and a message that says what to do."""

from __future__ import annotations

from sapwood._core import (
    BadConfigError,
    BadInputError,
    BinaryFileError,
    CodeSyntaxError,
    DamagedIndexError,
    DamagedVersionError,
    EmptyFolderError,
    EnvironmentProblemError,
    InternalError,
    InterruptedRunError,
    LockedError,
    MissingDependencyError,
    NewerFormatError,
    NoIndexError,
    NoModelError,
    NotAFolderError,
    NotUtf8Error,
    NoWorkspaceError,
    ParseBudgetError,
    PathDeniedError,
    PathMissingError,
    SapwoodError,
    SchemaMismatchError,
    StaleIndexError,
    StorageError,
    TooLargeError,
    UnknownLanguageError,
    UnknownVersionError,
    VocabularyMismatchError,
)


class ConfigError(BadConfigError):
    """A setting is unknown, of the wrong type or out of range."""


class InterruptedRun(InterruptedRunError):  # noqa: N818 an interruption is nobody's mistake
    """Training was stopped on request; the run's state is saved and `--ckpt-path last` goes on with it."""


def unreadable(file: str, error: OSError) -> SapwoodError:
    """The typed error for a file that can't be read or written."""
    if isinstance(error, FileNotFoundError):
        return PathMissingError(f"{file} does not exist; check the path")
    if isinstance(error, IsADirectoryError):
        return BadInputError(f"{file} is a folder; give the path of a file")
    return PathDeniedError(f"cannot use {file}: {error.strerror}; check the path and its permissions")


__all__ = [
    "BadConfigError",
    "BadInputError",
    "BinaryFileError",
    "CodeSyntaxError",
    "ConfigError",
    "DamagedIndexError",
    "DamagedVersionError",
    "EmptyFolderError",
    "EnvironmentProblemError",
    "InternalError",
    "InterruptedRun",
    "InterruptedRunError",
    "LockedError",
    "MissingDependencyError",
    "NewerFormatError",
    "NoIndexError",
    "NoModelError",
    "NoWorkspaceError",
    "NotAFolderError",
    "NotUtf8Error",
    "ParseBudgetError",
    "PathDeniedError",
    "PathMissingError",
    "SapwoodError",
    "SchemaMismatchError",
    "StaleIndexError",
    "StorageError",
    "TooLargeError",
    "UnknownLanguageError",
    "UnknownVersionError",
    "VocabularyMismatchError",
]
