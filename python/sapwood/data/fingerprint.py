"""What tells two bodies of data apart."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sapwood.data.outcomes import bytes_of

if TYPE_CHECKING:
    from sapwood.data.dataset import Dataset


def data_fingerprint(dataset: Dataset) -> str:
    """Changes when an indexed byte does, or one of a file of labels; settings are not part of it."""
    file = dataset.config.data.outcomes
    if file is None:
        return dataset.index.fingerprint
    return f"{dataset.index.fingerprint}-{hashlib.sha256(bytes_of(file)).hexdigest()}"
