"""Splits by top-level package: code of one package never stands on both sides of a split."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

TRAIN, VALIDATION, TEST = "train", "validation", "test"
SPLITS = (TRAIN, VALIDATION, TEST)
FEWEST_PACKAGES = 3
"""One for each split."""


def packages_of(paths: Sequence[str]) -> list[str]:
    """The package of each file: its first folder, or its own name for a module that stands alone.

    Folders that all files share (`src`, a single package) are stepped into until there are enough packages to split.
    """
    parts = [path.rpartition(".")[0].split("/") for path in paths]
    deepest = max((len(names) for names in parts), default=0)
    for depth in range(1, deepest + 1):
        packages = ["/".join(names[:depth]) for names in parts]
        if len(set(packages)) >= FEWEST_PACKAGES:
            return packages
    return ["/".join(names) for names in parts]


def split_packages(
    packages: Sequence[str], *, validation_fraction: float, test_fraction: float, seed: int
) -> dict[str, str]:
    """The split of each package, by share of the entries of `packages`, one a function.

    Packages are drawn in a seeded order; one that would overfill a split goes to the next. With fewer than three
    packages all of them train, as there is nothing to hold out.
    """
    sizes = Counter(packages)
    names = sorted(sizes)
    if len(names) < FEWEST_PACKAGES:
        return dict.fromkeys(names, TRAIN)
    order = [names[position] for position in np.random.default_rng(seed).permutation(len(names))]
    splits = dict.fromkeys(names, TRAIN)
    for split, fraction in ((TEST, test_fraction), (VALIDATION, validation_fraction)):
        for name in _fill(order, sizes, fraction * len(packages)):
            splits[name] = split
            order.remove(name)
    return splits


def _fill(order: Sequence[str], sizes: Counter[str], room: float) -> list[str]:
    """Packages in order as long as they fit, at least the smallest one."""
    chosen, filled = [], 0
    for name in order:
        if filled + sizes[name] <= room * 1.1:
            chosen.append(name)
            filled += sizes[name]
        if filled >= room * 0.9:
            break
    return chosen or [min(order, key=lambda name: (sizes[name], name))]
