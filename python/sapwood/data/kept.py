"""Examples kept on the disk as Hugging Face data sets, and read back from memory-mapped Arrow files.

A folder holds one `DatasetDict` a table (`functions`, `pairs`, …), each with the splits that have rows, so that
`datasets.load_from_disk` alone reads any of them; `examples.json`, which is written last, says what they were made of
and has the size and checksum of every file. Texts stay in the files until they are asked for one by one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

import numpy as np

from sapwood import _core
from sapwood.data.split import SPLITS
from sapwood.dependencies import require
from sapwood.errors import BadInputError

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

    Columns = Mapping[str, Any]
    """Arrays or lists of one length by name, `split` among them."""

MANIFEST, FORMAT = "examples.json", 1
POSITION, SPLIT = "position", "split"
"""Columns of every table: a row's place among those of all splits, and its split."""
TEXTS: Final = frozenset({"texts", "docstrings"})
"""Fields that are long, and read one by one."""

Kind = TypeVar("Kind")


class Texts(Sequence[str]):
    """Texts in memory-mapped files, in the order that `rows` gives; each is read when it is asked for."""

    def __init__(self, column: pa.ChunkedArray, rows: np.ndarray[Any, np.dtype[np.int64]]) -> None:
        self._column = column
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self._text(row) for row in self._rows[place]]
        return self._text(self._rows[place])

    def __add__(self, other: Sequence[str]) -> list[str]:
        return [*self, *other]

    def _text(self, row: np.int64) -> str:
        return str(self._column[int(row)].as_py())


@dataclass(frozen=True)
class Kept:
    """A folder of examples whose files are whole."""

    folder: Path
    manifest: Mapping[str, Any]

    def instance(self, kind: type[Kind], table: str, split: str | None = None, **others: Any) -> Kind:
        """An instance of a dataclass whose fields are columns of a table; `others` gives the rest of its fields.

        Args:
            kind: The dataclass.
            table: Name of the table.
            split: Takes the rows of one split, None those of all.
            others: Fields that are no columns.
        """
        names = [field.name for field in fields(kind) if field.name not in others]  # type: ignore[arg-type]
        return kind(**{name: self.column(table, name, split) for name in names}, **others)

    def column(self, table: str, name: str, split: str | None = None) -> Any:
        """A column of a table, of one split or of all: an array, a list, or texts, as it was given."""
        rows = _Rows(self.folder / table, SPLITS if split is None else (split,))
        return rows.splits() if name == SPLIT else rows.column(name, self.manifest["tables"][table]["columns"][name])


class _Rows:
    """Rows of a table in the order of their positions."""

    def __init__(self, folder: Path, splits: Sequence[str]) -> None:
        import pyarrow as pa

        parts = [_mapped(folder / split) for split in splits]
        # A split without rows is not there, so that a table without any has no columns.
        held = [part for part in parts if part is not None]
        self._table = pa.concat_tables(held) if held else None
        positions = np.zeros(0, np.int64) if self._table is None else self._table[POSITION].to_numpy()
        self._order = np.argsort(positions, kind="stable")
        self._splits = np.repeat(np.array(splits), [0 if part is None else len(part) for part in parts])

    def splits(self) -> Any:
        """The split of each row."""
        return self._splits[self._order]

    def column(self, name: str, kind: str) -> Any:
        """A column as it was given: an array of a type, a list, or texts that stay where they are."""
        if self._table is None:
            return [] if kind in {"texts", "list"} else np.zeros(0, None if kind.startswith("<U") else kind)
        column = self._table[name]
        if kind == "texts":
            return Texts(column, self._order)
        if kind == "list":
            values = column.to_pylist()
            return [values[row] for row in self._order.tolist()]
        values = column.to_pylist() if kind.startswith("<U") else column.to_numpy()
        return np.array(values, None if kind.startswith("<U") else kind)[self._order]


def _mapped(folder: Path) -> pa.Table | None:
    """The rows of one split, memory-mapped: columns point into the files; None without any."""
    import pyarrow as pa

    if not folder.exists():
        return None
    state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    files = [folder / entry["filename"] for entry in state["_data_files"]]
    return pa.concat_tables([pa.ipc.open_stream(pa.memory_map(str(file))).read_all() for file in files])


def columns_of(instance: Any, without: Sequence[str] = ()) -> dict[str, Any]:
    """The fields of a dataclass that are columns of a table."""
    return {field.name: getattr(instance, field.name) for field in fields(instance) if field.name not in without}


def write_examples(folder: Path, tables: Mapping[str, Columns], about: Mapping[str, Any], card: str) -> None:
    """Writes tables into a folder, which is there as a whole or not at all, and takes the place of an earlier one.

    Raises:
        BadInputError: The folder holds something else.
        MissingDependencyError: `datasets` is not installed.
    """
    require("datasets")
    if folder.exists() and not (folder / MANIFEST).exists() and any(folder.iterdir()):
        message = f"{folder} holds something else than prepared examples; give another --output, or empty that folder"
        raise BadInputError(message)
    partial = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    try:
        described = {name: _write_table(partial / name, columns) for name, columns in tables.items()}
        (partial / "README.md").write_text(card, encoding="utf-8")
        files = {
            str(file.relative_to(partial)): {"bytes": file.stat().st_size, "sha256": _checksum(file)}
            for file in sorted(partial.rglob("*"))
            if file.is_file() and file.suffix != ".md"
        }
        manifest = {"format": FORMAT, **about, "tables": described, "files": files}
        _core.write_atomic(str(partial / MANIFEST), (json.dumps(manifest, indent=2) + "\n").encode())
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write_table(folder: Path, columns: Columns) -> dict[str, Any]:
    """Writes a table's splits; returns its rows by split, and what each column was."""
    import datasets

    datasets.disable_progress_bars()
    splits = np.asarray(columns[SPLIT], np.str_)
    values = {name: _values(column) for name, column in columns.items() if name != SPLIT}
    places = {split: np.flatnonzero(splits == split) for split in SPLITS}
    parts = {
        split: datasets.Dataset.from_dict(
            {POSITION: rows, **{name: _taken(column, rows) for name, column in values.items()}}
        )
        for split, rows in places.items()
        if len(rows)  # the library reads no split without rows
    }
    datasets.DatasetDict(parts).save_to_disk(str(folder))
    kinds = {name: _kind(name, column) for name, column in columns.items()}
    return {"rows": {split: len(rows) for split, rows in places.items()}, "columns": kinds}


def _values(column: Any) -> Any:
    return column.tolist() if isinstance(column, np.ndarray) and column.dtype.kind == "U" else column


def _taken(column: Any, rows: Any) -> Any:
    return column[rows] if isinstance(column, np.ndarray) else [column[row] for row in rows.tolist()]


def _kind(name: str, column: Any) -> str:
    """How a column is read back: the type of an array, a list, or texts."""
    if isinstance(column, np.ndarray):
        return "<U" if column.dtype.kind == "U" else str(column.dtype)
    return "texts" if name in TEXTS else "list"


def read_manifest(folder: Path, remedy: str) -> dict[str, Any] | None:
    """What a folder of examples says of itself, None where there is none.

    Raises:
        BadInputError: It is there, but unreadable or of another format; the message ends with `remedy`.
    """
    if not folder.exists():
        return None
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        known = manifest["format"] == FORMAT and isinstance(manifest["files"], dict)
    except (OSError, ValueError, KeyError, TypeError):
        known = False
    if not known:
        message = f"{folder} holds no prepared examples that this release can read; {remedy}"
        raise BadInputError(message)
    return manifest


def open_kept(folder: Path, manifest: Mapping[str, Any], remedy: str) -> Kept:
    """The examples of a folder, every file checked.

    Raises:
        BadInputError: A file is missing, truncated, or of another set; the message ends with `remedy`.
    """
    require("datasets")
    for name, known in manifest["files"].items():
        file = folder / name
        if not file.is_file():
            what = f"{file} is missing"
        elif file.stat().st_size != known["bytes"]:
            what = f"{file} has {file.stat().st_size} bytes instead of {known['bytes']}"
        elif _checksum(file) != known["sha256"]:
            what = f"{file} is of another set or was changed"
        else:
            continue
        message = f"the prepared examples are damaged: {what}; {remedy}"
        raise BadInputError(message)
    return Kept(folder, manifest)


def _checksum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def load_examples(folder: Path | str, table: str = "functions") -> datasets.DatasetDict:
    """A table of prepared examples with its splits, memory-mapped, as `datasets` gives it.

    Args:
        folder: What `sapwood data prepare` wrote.
        table: `functions`, `pairs`, `triplets`, `mutants`, `rewrites`, `views`, `files` or `outcomes`.

    Raises:
        BadInputError: The folder holds no such table, or is damaged.
        MissingDependencyError: `datasets` is not installed.
    """
    require("datasets")
    import datasets as library

    path, remedy = Path(folder), "prepare them again with: sapwood data prepare MODEL"
    manifest = read_manifest(path, remedy) or {"tables": {}, "files": {}}
    if table not in manifest["tables"]:
        known = ", ".join(manifest["tables"]) or "none"
        message = f"there is no table `{table}` in {path} (tables: {known}); {remedy}"
        raise BadInputError(message)
    open_kept(path, manifest, remedy)
    loaded = library.load_from_disk(str(path / table))
    if not isinstance(loaded, library.DatasetDict):
        message = f"{path / table} holds no splits; {remedy}"
        raise BadInputError(message)
    return loaded
