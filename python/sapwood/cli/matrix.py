"""A `.npy` matrix written row by row: it takes no more memory for more rows, and appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from sapwood.errors import unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class Matrix:
    """Rows of float32 on their way to a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.rows = 0
        self.columns = 0
        # numpy leaves room in the header for the number of rows to grow, so it can be written again at the end.
        self._write_header()

    def add(self, row: NDArray[np.float32]) -> None:
        """Writes one row."""
        if self.columns == 0:
            self._start(len(row))
        self._file.write(np.ascontiguousarray(row, dtype="<f4").tobytes())
        self.rows += 1

    def skip(self) -> None:
        """Writes a row of NaN."""
        self.rows += 1
        self._file.write(self._missing(1))

    def finish(self) -> None:
        """Writes the number of rows."""
        self._file.seek(0)
        self._write_header()

    def _start(self, columns: int) -> None:
        """Takes up the width that the first row has; rows skipped before it get it too."""
        self.columns = columns
        self._file.seek(0)
        self._write_header()
        self._file.write(self._missing(self.rows))

    def _missing(self, rows: int) -> bytes:
        return np.full((rows, self.columns), np.nan, dtype="<f4").tobytes()

    def _write_header(self) -> None:
        header = {"descr": "<f4", "fortran_order": False, "shape": (self.rows, self.columns)}
        np.lib.format.write_array_header_1_0(self._file, header)


@contextmanager
def writing(target: Path) -> Iterator[Matrix]:
    """A matrix that replaces `target` when the block ends well and leaves no trace when it doesn't.

    Raises:
        PathMissingError: The folder of `target` doesn't exist.
        PathDeniedError: It can't be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    except OSError as error:
        raise unreadable(str(target.parent), error) from None
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            matrix = Matrix(file)
            yield matrix
            matrix.finish()
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files for the owner alone; a result is an ordinary file.
        part.chmod(0o666 & ~_umask())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
