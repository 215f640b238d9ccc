"""Labels of the bugs head and the statement head: likely mistakes injected into functions, and where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sapwood import _core
from sapwood.data.split import TRAIN
from sapwood.data.stopping import go_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sapwood.data.dataset import Dataset
    from sapwood.data.stopping import HeedStop

VALIDATION_MUTANTS = 200
"""Enough to see whether the heads learn."""


@dataclass(frozen=True)
class Mutants:
    """Functions with one injected mistake each.

    Shapes:
        functions (m,): positions of the originals; texts, lines (m,): mutated texts and their changed lines, 1-based;
        kinds (m,): positions in `_core.BUG_KINDS`.
    """

    functions: NDArray[np.int64]
    texts: list[str]
    kinds: NDArray[np.int64]
    lines: list[list[int]]

    def __len__(self) -> int:
        return len(self.texts)


def mutate_functions(
    texts: Sequence[str],
    positions: NDArray[np.int64],
    seed: int,
    languages: Sequence[str],
    heed_stop: HeedStop = go_on,
) -> Mutants:
    """One mutant of each function at `positions` that offers a place for one, kinds as even as the code allows.

    `languages` has that of each of `texts`. A function without a mutant is no example of right code either: heads are
    taught of originals as often as of mutants, so that no language looks as if it were never wrong.
    """
    rng = np.random.default_rng(seed)
    counts = np.zeros(len(_core.BUG_KINDS), np.int64)
    functions, mutated, kinds, lines = [], [], [], []
    for position in positions.tolist():
        heed_stop()
        language = languages[position]
        # The kind with the fewest mutants so far comes first; chance decides between equals.
        for kind in np.lexsort((rng.random(len(counts)), counts)).tolist():
            mutant = _core.mutate(texts[position], _core.BUG_KINDS[kind], int(rng.integers(2**32)), language)
            if mutant is not None:
                counts[kind] += 1
                functions.append(position)
                mutated.append(mutant.source)
                kinds.append(kind)
                lines.append(list(mutant.lines))
                break
    return Mutants(np.array(functions, np.int64), mutated, np.array(kinds, np.int64), lines)


def mutants_of_split(dataset: Dataset, split: str, heed_stop: HeedStop = go_on) -> Mutants:
    """Mutants of functions of a split; with `data.permute_labels` each has kind and lines of another one."""
    if dataset.kept is not None:
        return dataset.kept.instance(Mutants, "mutants", split)
    rng = np.random.default_rng(dataset.config.seed)
    most = dataset.config.data.max_mutants
    most = most if split == TRAIN else min(most, VALIDATION_MUTANTS)
    chosen = rng.permutation(dataset.positions(split))[:most]
    mutants = mutate_functions(dataset.texts, chosen, dataset.config.seed, dataset.languages, heed_stop)
    if not dataset.config.data.permute_labels:
        return mutants
    order = rng.permutation(len(mutants))
    lines = [mutants.lines[row] for row in order.tolist()]
    return Mutants(mutants.functions, mutants.texts, mutants.kinds[order], lines)


def statement_targets(statement_lines: NDArray[np.int64], changed: Sequence[int]) -> NDArray[np.float32]:
    """1 for each statement of a text that a changed line belongs to: those that start last at or before it, else 0."""
    targets = np.zeros(len(statement_lines), np.float32)
    for line in changed:
        before = statement_lines[statement_lines <= line]
        if len(before):
            targets[statement_lines == before.max()] = 1.0
    return targets


def kind_targets(kinds: NDArray[np.int64]) -> NDArray[np.float32]:
    """(2m, 5): the kind of mistake in each of m mutants, then none in their originals."""
    targets = np.zeros((2 * len(kinds), len(_core.BUG_KINDS)), np.float32)
    targets[np.arange(len(kinds)), kinds] = 1.0
    return targets
