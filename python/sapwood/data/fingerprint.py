"""What tells two bodies of data apart."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sapwood.data.labelled import TreeSet
from sapwood.data.outcomes import bytes_of

if TYPE_CHECKING:
    from sapwood import _core
    from sapwood.config import Config
    from sapwood.data.dataset import Dataset


def data_fingerprint(dataset: Dataset | TreeSet) -> str:
    """Changes when an indexed byte does, or one of a file of labels or trees; settings are not part of it."""
    if isinstance(dataset, TreeSet):
        return dataset.fingerprint
    return fingerprint_of(dataset.index, dataset.config)


def fingerprint_of(index: _core.Index, config: Config) -> str:
    """The same, of an index and the settings that name the files."""
    file = config.data.outcomes
    if file is None:
        return index.fingerprint
    return f"{index.fingerprint}-{hashlib.sha256(bytes_of(file)).hexdigest()}"
