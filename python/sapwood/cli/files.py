"""Files that the user names: what can't be read is a typed error with its fix."""

from __future__ import annotations

import os
import re
import stat
import sys
from typing import TYPE_CHECKING, Final

from sapwood import _core
from sapwood.errors import (
    BadInputError,
    BinaryFileError,
    CodeSyntaxError,
    NotUtf8Error,
    UnknownLanguageError,
    unreadable,
)
from sapwood.terminal import output

if TYPE_CHECKING:
    from io import BufferedReader

_OPEN_ALREADY: Final = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")
"""Pipes under these names are held open by who made them (`<(command)` in a shell), so that they come to an end."""
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""Bytes that stand in no text, whatever its encoding."""


def opened(file: str) -> BufferedReader:
    """Opens a file to read its bytes.

    Raises:
        PathMissingError: There is none.
        PathDeniedError: It can't be read.
        BadInputError: It is a folder, a device, or a pipe, which nobody may ever write into.
    """
    try:
        # A pipe that nobody writes into is not waited for.
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise unreadable(file, error) from None
    try:
        _require_file(file, os.fstat(handle).st_mode)
        os.set_blocking(handle, True)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _require_file(file: str, mode: int) -> None:
    if stat.S_ISREG(mode) or file.startswith(_OPEN_ALREADY):
        return
    if stat.S_ISDIR(mode):
        message = f"{file} is a folder; give the path of a file"
    else:
        kind = "a pipe" if stat.S_ISFIFO(mode) else "a device"
        message = (
            f"{file} is {kind}, not a file; give the path of a file, or give - and send the text to standard input"
        )
    raise BadInputError(message)


def language_of(file: str, text: str) -> str:
    """Name of the language of a text from a file, or from standard input for `-`; a guess is said on standard error.

    Raises:
        CodeSyntaxError: There is no text.
        UnknownLanguageError: Neither its name nor its text tells.
    """
    name = "standard input" if file == "-" else file
    if not text.strip():
        message = f"{name} is empty; give at least a statement or an expression"
        raise CodeSyntaxError(message)
    found = _core.language_of(text, "" if file == "-" else file)
    if found is None:
        known = ", ".join(_core.LANGUAGES)
        message = (
            f"{name} does not read as code; give source code, or name its language with --language, one of {known}"
        )
        raise UnknownLanguageError(message)
    language, evidence = found
    if evidence == "reading":
        output.note(f"read {name} as {language}; --language names another")
    return language


def read_text(file: str) -> str:
    """The text of a file, or of standard input for `-`.

    Raises:
        BinaryFileError: It is no text.
        NotUtf8Error: It is a text, but not UTF-8.
        SapwoodError: As `opened`.
    """
    data = _read(file)
    name = "standard input" if file == "-" else file
    if b"\0" in data:
        raise _binary(name)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if _NO_TEXT.search(data):
            raise _binary(name) from None
        message = f"{name} is not UTF-8 from byte {error.start} on; convert it to UTF-8"
        raise NotUtf8Error(message) from None


def _binary(name: str) -> BinaryFileError:
    return BinaryFileError(f"{name} is no text but a binary file; give source code")


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    with opened(file) as source:
        return source.read()
