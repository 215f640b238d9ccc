"""Where the data sets are that some benches read; none is part of this repository."""

from __future__ import annotations

import os
from pathlib import Path

DATA_VARIABLE = "SAPWOOD_DATA"


def data_folder() -> Path:
    """The folder that SAPWOOD_DATA names, else `shared/data` beside this repository."""
    return Path(os.environ.get(DATA_VARIABLE, Path(__file__).parents[2] / "shared" / "data"))
