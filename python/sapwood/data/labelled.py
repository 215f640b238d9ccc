"""Trees that are no code as a data set: what the tree model learns from instead of functions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from sapwood.data.outcomes import bytes_of
from sapwood.data.positives import INDEPENDENT, Pairs
from sapwood.data.split import split_packages
from sapwood.errors import BadInputError
from sapwood.trees import read_trees

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sapwood.config import Config
    from sapwood.trees import Tree

FEWEST_GROUPS = 2
"""A pair needs another one that it is not alike."""


@dataclass(frozen=True)
class TreeSet:
    """Trees without equal ones, each in the split of its group.

    Shapes:
        texts (n,): the trees, under the name that functions have; groups (n,): the number of each one's group, its own
        where it has none; split (n,).
    """

    config: Config
    texts: list[Tree]
    groups: NDArray[np.int64]
    split: NDArray[np.str_]
    fingerprint: str
    equal: int
    """How many trees were left out as they equal an earlier one."""

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def languages(self) -> list[str]:
        """(n,): none, labels are their own."""
        return [""] * len(self.texts)

    def positions(self, split: str) -> NDArray[np.int64]:
        """Positions of the trees of a split."""
        return np.flatnonzero(self.split == split)

    def pairs(self, split: str) -> Pairs:
        """Pairs of trees of one group, at most `per_name` of each, drawn by the seed."""
        rng, most = np.random.default_rng(self.config.seed), self.config.data.positives.per_name
        found = [pair for members in self._members(split) for pair in _drawn(members, most, rng)]
        first, second = (np.array([pair[side] for pair in found], np.int64) for side in (0, 1))
        if self.config.data.permute_labels:
            second = rng.permutation(second)
        return Pairs(first, second, np.ones(len(found), np.float32), np.full(len(found), INDEPENDENT))

    def _members(self, split: str) -> Iterator[NDArray[np.int64]]:
        positions = self.positions(split)
        for group in np.unique(self.groups[positions]).tolist():
            yield positions[self.groups[positions] == group]


def load_trees(config: Config) -> TreeSet:
    """The trees of the file that `data.trees` names, equal ones once, whole groups in one split.

    Raises:
        PathMissingError: There is no such file.
        BadInputError: A line is no tree, or too few trees share a group.
    """
    file = str(config.data.trees)
    held = bytes_of(file)
    every = list(read_trees(held.splitlines()))
    # The same nodes twice in one group say nothing; in two groups they would be their own negatives.
    trees = list({(tuple(tree.labels), tuple(tree.parents)): tree for tree in reversed(every)}.values())[::-1]
    trees = [_with_group(tree, position) for position, tree in enumerate(trees)]
    names = [str(tree.group) for tree in trees]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    groups = np.array([numbers[name] for name in names], np.int64)
    if (np.bincount(groups) > 1).sum() < FEWEST_GROUPS:
        message = (
            f"there is nothing to learn from {len(trees)} different trees in {file}: fewer than {FEWEST_GROUPS} groups "
            'have two trees or more; give trees that are alike an equal "group"'
        )
        raise BadInputError(message)
    splits = split_packages(
        names,
        validation_fraction=config.data.validation_fraction,
        test_fraction=config.data.test_fraction,
        seed=config.seed,
    )
    return TreeSet(
        config=config,
        texts=trees,
        groups=groups,
        split=np.array([splits[name] for name in names]),
        fingerprint=hashlib.sha256(held).hexdigest(),
        equal=len(every) - len(trees),
    )


def _with_group(tree: Tree, position: int) -> Tree:
    """The tree with a group of its own where it has none."""
    return tree if tree.group is not None else tree._replace(group=f"\0{position}")


def _drawn(members: NDArray[np.int64], most: int, rng: np.random.Generator) -> Sequence[tuple[int, int]]:
    pairs = list(combinations(members.tolist(), 2))
    return [pairs[row] for row in np.sort(rng.permutation(len(pairs))[:most]).tolist()]
