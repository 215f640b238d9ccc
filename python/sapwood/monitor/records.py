"""What another process appends to a file, read as it comes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Record = dict[str, Any]

_HEAD, _TAIL = 64_000, 8_000_000
"""Bytes that are read of a long file the first time, at its begin and at its end."""


class Records:
    """The JSON lines of a file, each once; a half line waits until it is whole, one that is no JSON is passed over."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._position = 0
        self._half = b""
        self._file = -1

    def new(self) -> Iterator[Record]:
        """The records since the last call; the first time those at the begin and at the end of a long file."""
        try:
            found = self.path.stat()
        except OSError:
            return
        size = found.st_size
        # A run that goes back to an earlier state puts another file in place.
        if size < self._position or found.st_ino != self._file:
            self._position, self._half, self._file = 0, b"", found.st_ino
        if self._position == 0 and size > _HEAD + _TAIL:
            yield from _parsed(self._read(_HEAD).split(b"\n")[:-1])
            self._position = size - _TAIL
            self._half = b"-"  # what was jumped into is no record
        *lines, self._half = (self._half + self._read(size - self._position)).split(b"\n")
        yield from _parsed(lines)

    def _read(self, count: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(self._position)
            read = file.read(count)
        self._position += len(read)
        return read


def _parsed(lines: list[bytes]) -> Iterator[Record]:
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record
