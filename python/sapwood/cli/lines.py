"""JSON lines in: what has arrived is taken together, so that a stream is answered at once and a file in batches."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from sapwood import _core
from sapwood.answers import Item
from sapwood.errors import BadInputError, NotUtf8Error, SapwoodError, TooLargeError, UnknownLanguageError
from sapwood.trees import Tree, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 64
"""Lines answered together at most."""
LIMIT = 16 * 2**20
"""Bytes of a line at most."""
_CHUNK = 2**20
_KEYS = {"id", "language", "code", "path"}


class Source(Protocol):
    """What `sys.stdin.buffer` and an opened file have in common."""

    def read1(self, size: int, /) -> bytes:
        """What has arrived, `size` bytes at most; empty at the end."""


class Refused(Exception):  # noqa: N818 it carries an error, it isn't one
    """A line that holds no item."""

    def __init__(self, name: object, error: SapwoodError) -> None:
        super().__init__(str(error))
        self.name = name
        """The line's id, None where it has none."""
        self.error = error


def batches(source: Source) -> Iterator[list[Item | Tree | Refused]]:
    """The items of each line that isn't blank, in order, up to `BATCH` of what has arrived at a time."""
    batch: list[Item | Tree | Refused] = []
    for number, line, more in _lines(source):
        if line is None or line.strip():
            batch.append(_item(number, line))
        if batch and (len(batch) == BATCH or not more):
            yield batch
            batch = []
    if batch:
        yield batch


def _lines(source: Source) -> Iterator[tuple[int, bytes | None, bool]]:
    """Number and bytes of each line, None for one that is too long, and whether more lines have arrived."""
    number, rest, too_long = 0, b"", False
    while chunk := source.read1(_CHUNK):
        *lines, tail = chunk.split(b"\n")
        for place, line in enumerate(lines):
            number += 1
            yield number, None if too_long else rest + line, place + 1 < len(lines)
            rest, too_long = b"", False
        too_long = too_long or len(rest) + len(tail) > LIMIT
        rest = b"" if too_long else rest + tail
    if rest or too_long:
        yield number + 1, None if too_long else rest, False


def _item(number: int, line: bytes | None) -> Item | Tree | Refused:
    try:
        parsed = _parsed(number, line)
        return _labelled(number, parsed) if "labels" in parsed else _checked(number, parsed)
    except Refused as refused:
        return refused


def _labelled(number: int, parsed: dict[str, Any]) -> Tree:
    try:
        return tree_of(number, parsed)
    except BadInputError as error:
        raise Refused(parsed.get("id"), error) from None


def _parsed(number: int, line: bytes | None) -> dict[str, Any]:
    if line is None:
        raise Refused(None, TooLargeError(f"line {number} is longer than {LIMIT} bytes; send less code in one line"))
    try:
        parsed = json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise Refused(
            None, NotUtf8Error(f"line {number} is not UTF-8 from byte {error.start} on; send UTF-8")
        ) from None
    except (ValueError, RecursionError) as error:
        raise Refused(
            None, BadInputError(f"line {number} is not JSON ({_reason(error)}); send one object a line")
        ) from None
    if not isinstance(parsed, dict):
        raise Refused(None, BadInputError(f'line {number} is no JSON object; send {{"id": …, "code": …}}'))
    return parsed


def _reason(error: ValueError | RecursionError) -> str:
    """What is wrong with a line of JSON, without the number that the decoder gives it: it is always the first."""
    return f"{error.msg}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)


def _checked(number: int, parsed: dict[str, Any]) -> Item:
    name = parsed.get("id")
    if name is None or isinstance(name, bool) or not isinstance(name, str | int):
        raise Refused(
            None, BadInputError(f'line {number} has no "id"; give each line a text or a whole number as its id')
        )
    if not isinstance(parsed.get("code"), str):
        raise Refused(name, BadInputError(f'line {number} has no "code"; give the source as a text'))
    if unknown := sorted(parsed.keys() - _KEYS):
        raise Refused(
            name, BadInputError(f"line {number} has the unknown key {unknown[0]!r}; known: id, language, code, path")
        )
    language, path = parsed.get("language"), parsed.get("path")
    if not isinstance(language, str | None) or not isinstance(path, str | None):
        raise Refused(
            name, BadInputError(f'line {number}: "language" and "path" must be texts; leave out what is unknown')
        )
    return Item(name, parsed["code"], language or _language(number, name, parsed["code"], path), path)


def _language(number: int, name: str | int, code: str, path: str | None) -> str:
    found = _core.language_of(code, path or "")
    if found is None:
        known = ", ".join(_core.LANGUAGES)
        message = (
            f'the code of line {number} does not read as code; send source code, or give its "language", one of {known}'
        )
        raise Refused(name, UnknownLanguageError(message))
    return found[0]
