"""The file of a training state: safetensors, with its values as JSON in the header. No pickle."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from sapwood._core import write_atomic
from sapwood.errors import BadInputError, NewerFormatError, StorageError, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from torch import Tensor

FAMILY, FORMAT = "sapwood-training-state-", 2
"""What the header of a state file names as its format, and the only one that this release reads and writes."""
SUFFIX = ".safetensors"


def read_values(path: Path) -> dict[str, Any]:
    """The values of a state file alone; raises what `read_state` raises."""
    with _opened(path) as file:
        return _checked(path, file.metadata())


def read_state(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and values of a state file.

    Raises:
        BadInputError: It is another file.
        NewerFormatError: Another release wrote it.
        StorageError: It is damaged.
        SapwoodError: It cannot be read.
    """
    with _opened(path) as file:
        values = _checked(path, file.metadata())
        return {name: file.get_tensor(name) for name in file.keys()}, values  # noqa: SIM118 not a mapping


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The file, whose own errors become typed ones."""
    try:
        with safe_open(str(path), framework="pt") as file:
            yield file
    except OSError as error:
        raise unreadable(str(path), error) from None
    except SafetensorError as error:
        if path.suffix == SUFFIX:
            raise damaged(path, str(error)) from None
        raise BadInputError(_not_a_state(path)) from None


def _not_a_state(path: Path) -> str:
    return f"{path} is not a training state; give --ckpt-path `last`, a run folder or one of its state files"


def _checked(path: Path, header: dict[str, str] | None) -> dict[str, Any]:
    named = (header or {}).get("format", "")
    if not named.startswith(FAMILY):
        raise BadInputError(_not_a_state(path))
    if named != f"{FAMILY}{FORMAT}":
        message = (
            f"{path} was written by another release of sapwood: its format is {named.removeprefix(FAMILY)}, this one "
            f"reads {FORMAT}; go on with that release, or train afresh without --ckpt-path"
        )
        raise NewerFormatError(message)
    try:
        values: dict[str, Any] = json.loads((header or {})["values"])
    except (KeyError, ValueError) as error:
        raise damaged(path, f"its header cannot be read: {error}") from None
    return values


def damaged(path: Path, reason: str) -> StorageError:
    """The error of a state file that is not what was written, with the states beside it that may be whole."""
    folder = path.parent if path.parent.name == "checkpoints" else path.parent / "checkpoints"
    others = sorted(other for other in folder.glob(f"*{SUFFIX}") if other != path)
    fix = f"go on from an earlier one with --ckpt-path {others[-1]}, or " if others else ""
    return StorageError(f"the training state {path} is damaged ({reason}); {fix}train afresh without --ckpt-path")


def write_state(path: Path, tensors: dict[str, Tensor], values: dict[str, Any]) -> None:
    """Writes a state file atomically; a reader sees the one before or all of this one."""
    header = {"format": f"{FAMILY}{FORMAT}", "values": json.dumps(values)}
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_atomic(str(path), save(contiguous, header))
