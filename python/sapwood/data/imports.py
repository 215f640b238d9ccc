"""Labels of the imports head: the modules that files import and that functions use."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sapwood.labels import Module

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class LabelRows:
    """Sparse label sets, one a row: `labels[indptr[r]:indptr[r + 1]]` of `width` labels."""

    indptr: NDArray[np.int64]
    labels: NDArray[np.int64]
    width: int

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @classmethod
    def of(cls, sets: Sequence[Iterable[int]], width: int) -> LabelRows:
        """One row a set."""
        rows = [sorted(set(labels)) for labels in sets]
        indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(row) for row in rows], dtype=np.int64)])
        return cls(indptr, np.array([label for row in rows for label in row], np.int64), width)

    def dense(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(len(rows), width) of zeros and ones."""
        targets = np.zeros((len(rows), self.width), np.float32)
        for position, row in enumerate(rows.tolist()):
            targets[position, self.labels[self.indptr[row] : self.indptr[row + 1]]] = 1.0
        return targets

    def take(self, rows: NDArray[np.int64]) -> LabelRows:
        """Other rows of the same labels, such as the shuffled ones of a permutation check."""
        return LabelRows.of([self.labels[self.indptr[row] : self.indptr[row + 1]] for row in rows.tolist()], self.width)


def import_vocabulary(modules_of_files: Iterable[Iterable[str]], most: int, fewest_files: int) -> list[str]:
    """The `most` modules that most files import, most frequent first, each imported by `fewest_files` or more."""
    counts = Counter(module for modules in modules_of_files for module in set(modules))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [module for module, files in ranked[:most] if files >= fewest_files]


def label_rows(modules: Sequence[Iterable[str]], families: Sequence[str], vocabulary: Sequence[Module]) -> LabelRows:
    """The labels of each row's modules, imported in a family of languages; a module outside the vocabulary has none."""
    numbers = {module: number for number, module in enumerate(vocabulary)}
    named = ([Module(family, name) for name in names] for names, family in zip(modules, families, strict=True))
    return LabelRows.of([[numbers[module] for module in row if module in numbers] for row in named], len(vocabulary))


def known_labels(families: Sequence[str], vocabulary: Sequence[Module]) -> NDArray[np.bool_]:
    """(n, I): the labels that a row of each family has or has not; of another language's modules nothing is known."""
    of_labels = np.array([module.family for module in vocabulary], np.str_)
    known: NDArray[np.bool_] = np.array(families, np.str_)[:, None] == of_labels[None, :]
    return known
