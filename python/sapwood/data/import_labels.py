"""What the imports head is taught: the modules of each function and file of a data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sapwood.data.imports import LabelRows, known_labels, label_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from numpy.typing import NDArray

    from sapwood.data.dataset import Dataset
    from sapwood.labels import Module


@dataclass(frozen=True)
class ImportLabels:
    """Modules, which of them each function uses and each file imports, and the families of these."""

    modules: Sequence[Module]
    functions: LabelRows
    files: LabelRows
    families: tuple[Sequence[str], Sequence[str]]

    @classmethod
    def of(cls, dataset: Dataset, modules: Sequence[Module]) -> Self:
        """The labels of a data set; with `data.permute_labels` each row has those of another one."""
        functions = label_rows(dataset.function_imports, dataset.families, modules)
        files = label_rows(dataset.file_imports, dataset.file_families, modules)
        if dataset.config.data.permute_labels:
            rng = np.random.default_rng(dataset.config.seed)
            functions, files = (rows.take(rng.permutation(len(rows))) for rows in (functions, files))
        return cls(modules, functions, files, (dataset.families, dataset.file_families))

    @property
    def counts(self) -> dict[str, int]:
        """How many modules there are."""
        return {"import_labels": len(self.modules)}

    def dense(self, functions: NDArray[np.int64], files: NDArray[np.int64]) -> NDArray[np.float32]:
        """(f + F, modules): zeros and ones of some functions, then of some files."""
        return np.concatenate([self.functions.dense(functions), self.files.dense(files)])

    def known(self, functions: NDArray[np.int64], files: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(f + F, modules): where something is known of them: a function says nothing of another language's modules."""
        of_functions, of_files = self.families
        families = [of_functions[position] for position in functions.tolist()]
        return known_labels(families + [of_files[position] for position in files.tolist()], self.modules)
