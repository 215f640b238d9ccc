"""The labels of the imports head, in the file of a version that says what its columns stand for."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_PYTHON = "python"


class Module(NamedTuple):
    """A module as files of one family of languages import it: `path` of JavaScript is not that of Go."""

    family: str
    name: str

    def __str__(self) -> str:
        """Its name, with the family of one that is not Python's."""
        return self.name if self.family == _PYTHON else f"{self.name} ({self.family})"


def modules_to_json(modules: Sequence[Module]) -> bytes:
    """The modules in order, those of a family side by side: an object of lists, or one list where all are Python's."""
    groups = {family: [module.name for module in group] for family, group in groupby(modules, lambda of: of.family)}
    return json.dumps(groups.get(_PYTHON, []) if set(groups) <= {_PYTHON} else groups).encode()


def modules_of_json(file: bytes) -> list[Module]:
    """Reads what `modules_to_json` wrote.

    Raises:
        ValueError: It is no JSON.
        TypeError: Something else is in it.
    """
    read = json.loads(file)
    groups = read if isinstance(read, dict) else {_PYTHON: read}
    modules = [Module(family, name) for family, names in groups.items() for name in names]
    if not all(isinstance(module.name, str) for module in modules):
        message = "the labels of the imports head must be names of modules"
        raise TypeError(message)
    return modules
