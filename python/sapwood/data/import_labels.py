"""What the imports head is taught: the modules of each function and file of a data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sapwood.data.imports import LabelRows, label_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from numpy.typing import NDArray

    from sapwood.data.dataset import Dataset


@dataclass(frozen=True)
class ImportLabels:
    """Modules, and which of them each function uses and each file imports."""

    modules: Sequence[str]
    functions: LabelRows
    files: LabelRows

    @classmethod
    def of(cls, dataset: Dataset, modules: Sequence[str]) -> Self:
        """The labels of a data set; with `data.permute_labels` each row has those of another one."""
        functions, files = (label_rows(rows, modules) for rows in (dataset.function_imports, dataset.file_imports))
        if dataset.config.data.permute_labels:
            rng = np.random.default_rng(dataset.config.seed)
            functions, files = (rows.take(rng.permutation(len(rows))) for rows in (functions, files))
        return cls(modules, functions, files)

    @property
    def counts(self) -> dict[str, int]:
        """How many modules there are."""
        return {"import_labels": len(self.modules)}

    def dense(self, functions: NDArray[np.int64], files: NDArray[np.int64]) -> NDArray[np.float32]:
        """(f + F, modules): zeros and ones of some functions, then of some files."""
        return np.concatenate([self.functions.dense(functions), self.files.dense(files)])
