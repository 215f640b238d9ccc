"""Trees that are no code: JSON lines of labels and parents, made into the same columns as trees of code.

A line is `{"id": "a", "labels": ["S", "NP", "dog"], "parents": [null, 0, 1]}`: a label a node, and the position of its
parent, null for the root. Nodes may stand in any order; children of one node are in the order of their positions.
Trees with an equal `"group"` are taught to be alike (`sapwood train tree-lstm data.trees=FILE`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sapwood import _core
from sapwood.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_KEYS = {"id", "labels", "parents"}
GROUP = "group"
_EXAMPLE = '{"id": "a", "labels": ["root", "leaf"], "parents": [null, 0]}'


class Tree(NamedTuple):
    """One tree.

    Attributes:
        id: what the line calls it.
        labels: a text a node.
        parents: the position of each node's parent, None for the root.
        group: what trees that are alike have in common, None where nothing is known.
    """

    id: str | int
    labels: list[str]
    parents: list[int | None]
    group: str | int | None = None

    @property
    def nodes(self) -> tuple[list[str], list[int | None]]:
        """Labels and parents."""
        return self.labels, self.parents


def read_trees(lines: Iterable[str | bytes]) -> Iterator[Tree]:
    """The tree of each line that isn't blank, in order.

    Raises:
        BadInputError: A line is no tree, with its number and what to mend.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _tree(number, line)


def tree_vocabulary(trees: Sequence[Tree], size: int = 10_000) -> _core.Vocabulary:
    """The `size` entries that the trees need most: whole labels, then their subtokens; the rest goes by its bytes.

    Raises:
        BadInputError: Labels and parents make no tree, with its position among the trees.
    """
    return _core.Vocabulary.of_trees([tree.nodes for tree in trees], size)


def tree_forest(trees: Sequence[Tree], vocabulary: _core.Vocabulary) -> _core.Forest:
    """The trees as one forest, equal subtrees once.

    Raises:
        BadInputError: Labels and parents make no tree, with its position among the trees.
    """
    return _core.labelled_forest([tree.nodes for tree in trees], vocabulary)


def tree_of(number: int, parsed: Any) -> Tree:
    """The tree that a parsed line holds.

    Raises:
        BadInputError: It holds none.
    """
    if not isinstance(parsed, dict) or parsed.keys() - {GROUP} != _KEYS:
        message = (
            f"line {number} is no tree; give id, labels, parents, perhaps a group, and nothing else, such as {_EXAMPLE}"
        )
        raise BadInputError(message)
    return _checked(number, parsed)


def _tree(number: int, line: str | bytes) -> Tree:
    try:
        parsed = json.loads(line)
    except (ValueError, RecursionError) as error:
        # The decoder counts lines too: from the start of this one.
        reason = f"{error.msg}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else error
        message = f"line {number} is not JSON ({reason}); send one object a line, such as {_EXAMPLE}"
        raise BadInputError(message) from None
    return tree_of(number, parsed)


def _checked(number: int, parsed: dict[str, Any]) -> Tree:
    name, labels, parents, group = parsed["id"], parsed["labels"], parsed["parents"], parsed.get(GROUP)
    if isinstance(group, bool) or not isinstance(group, str | int | None):
        message = f"line {number}: the group must be a text or a whole number, or left out"
        raise BadInputError(message)
    if isinstance(name, bool) or not isinstance(name, str | int):
        message = f"line {number}: the id must be a text or a whole number"
        raise BadInputError(message)
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        message = f"line {number}: labels must be a list of texts, one a node"
        raise BadInputError(message)
    if not isinstance(parents, list) or not all(map(_is_place, parents)):
        message = f"line {number}: parents must be a list of whole numbers, with null for the root"
        raise BadInputError(message)
    try:
        _core.check_tree(labels, parents)
    except BadInputError as error:
        message = f"line {number}: {error}"
        raise BadInputError(message) from None
    return Tree(name, labels, parents, group)


def _is_place(parent: object) -> bool:
    return parent is None or (isinstance(parent, int) and not isinstance(parent, bool) and abs(parent) < 2**63)
