"""Files that the user names: what can't be read is a typed error with its fix."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sapwood import _core
from sapwood.errors import NotUtf8Error, UnknownLanguageError, unreadable
from sapwood.terminal import output

if TYPE_CHECKING:
    from io import BufferedReader


def opened(file: str) -> BufferedReader:
    """Opens a file to read its bytes.

    Raises:
        PathMissingError: There is none.
        PathDeniedError: It can't be read.
        BadInputError: It is a folder.
    """
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise unreadable(file, error) from None


def language_of(file: str, text: str) -> str:
    """Name of the language of a text from a file, or from standard input for `-`; a guess is said on standard error.

    Raises:
        UnknownLanguageError: Neither its name nor its text tells.
    """
    found = _core.language_of(text, "" if file == "-" else file)
    name = "standard input" if file == "-" else file
    if found is None:
        message = f"nothing tells the language of {name}; name it with --language, one of {', '.join(_core.LANGUAGES)}"
        raise UnknownLanguageError(message)
    language, evidence = found
    if evidence == "reading":
        output.note(f"read {name} as {language}; --language names another")
    return language


def read_text(file: str) -> str:
    """The text of a file, or of standard input for `-`.

    Raises:
        PathMissingError: There is no such file.
        PathDeniedError: It can't be read.
        BadInputError: It is a folder.
        NotUtf8Error: It is no UTF-8 text.
    """
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise unreadable(file, error) from None
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        message = f"{file} is not UTF-8 from byte {error.start} on; convert it to UTF-8"
        raise NotUtf8Error(message) from None
