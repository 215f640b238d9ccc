"""Labels of the confidence head: whether code passes its tests, where that is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Outcomes:
    """Of each function the share of its tests that pass.

    Shapes:
        passed (n,): in [0, 1], 0 where nothing is known; known (n,).
    """

    passed: NDArray[np.float32]
    known: NDArray[np.bool_]

    @classmethod
    def unknown(cls, functions: int) -> Outcomes:
        """Those of a code base alone: it does not say what its tests gave."""
        return cls(np.zeros(functions, np.float32), np.zeros(functions, bool))
