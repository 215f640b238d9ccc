"""Names of the scopes of the whole standard library as Python's own `symtable` sees them.

The oracle is the `symtable` module of the interpreter that runs the tests, on that interpreter's library (its test
folders left out): for each function, lambda, comprehension and class the names that it binds or uses, and whether each
is a parameter, local, free or global.
"""

from __future__ import annotations

import symtable
import sysconfig
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from sapwood import _core
from sapwood.demo.corpus import LIBRARY_EXCLUDES

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARY = Path(sysconfig.get_path("stdlib"))
COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp", "genexpr"}
POSTPONED = "from __future__ import annotations"
"""With this, `symtable` leaves the names of annotations out; a name is none the less one. It is read without."""
IMPLICIT = {".0", "__class__"}
"""Names that the compiler adds: what a comprehension goes through, and the class that `super()` needs."""
KNOWN_DIFFERENCES = {
    # `type(mock).x = y` reads as the statement `type X = Y` of later Pythons to the grammar, `type` as a keyword.
    ("unittest/mock.py", "_check_signature"),
}
"""File and name of scopes that differ, each with its reason."""


class Scope(NamedTuple):
    """A scope as both sides describe it."""

    line: int
    name: str
    names: frozenset[tuple[str, str]]


def origin(symbol: symtable.Symbol) -> str:
    """Return where a name comes from, in our words."""
    if symbol.is_parameter():
        return "parameter"
    if symbol.is_global():
        return "global"
    return "free" if symbol.is_free() else "local"


def unmangled(name: str, classes: tuple[str, ...]) -> str:
    """Return a private name as it is written in its class."""
    prefix = f"_{classes[-1].lstrip('_')}__" if classes else "\0"
    return name.removeprefix(prefix[:-2]) if name.startswith(prefix) and not name.endswith("__") else name


def scopes(table: symtable.SymbolTable, classes: tuple[str, ...] = ()) -> Iterator[Scope]:
    """Yield the scopes of a table but its own, module-level, one."""
    for child in table.get_children():
        inside = (*classes, child.get_name()) if child.get_type() == "class" else classes
        named = ((unmangled(symbol.get_name(), inside), origin(symbol)) for symbol in child.get_symbols())
        names = frozenset((name, found) for name, found in named if name not in IMPLICIT)
        form = "comprehension" if child.get_name() in COMPREHENSIONS else child.get_name()
        yield Scope(child.get_lineno(), form, names)
        yield from scopes(child, inside)


def ours(path: str, text: str) -> Iterator[Scope]:
    """Yield the scopes that we find."""
    for line, name, names in _core.scope_names(text, "python", path):
        yield Scope(line, name, frozenset((each, found) for each, found in names if each not in IMPLICIT))


def sources() -> Iterator[tuple[str, str]]:
    """Yield path and text of the files that both sides can read."""
    index, report = _core.index_path(str(LIBRARY), excludes=list(LIBRARY_EXCLUDES))
    refused = {skipped["path"] for skipped in report["skipped"]} | set(report["syntax_errors"])
    for path in index.file_paths:
        if path not in refused:
            yield path, (LIBRARY / path).read_bytes().decode("utf-8").replace(POSTPONED, "pass")


def test_scopes_have_the_names_that_symtable_finds() -> None:
    """Same scopes, same names, from the same places, apart from the differences that are written down."""
    compared, new = 0, []
    for path, text in sources():
        theirs = Counter(scopes(symtable.symtable(text, path, "exec")))
        found = Counter(ours(path, text))
        compared += theirs.total()
        differing = {(path, scope.name) for scope in (theirs - found) | (found - theirs)}
        new.extend(sorted(differing - KNOWN_DIFFERENCES))
    assert not new, f"{len(new)} of {compared} differ, such as {new[:20]}"
    assert compared > 10_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(a, *, b): c = a; return b, d", {"a": "parameter", "b": "parameter", "c": "local", "d": "global"}),
        ("def f(): global a; a = 1", {"a": "global"}),
        ("def f(): [x for x in y if (z := x)]", {"y": "global", "z": "local"}),
    ],
)
def test_names_of_a_function(text: str, expected: dict[str, str]) -> None:
    first = next(iter(_core.scope_names(text, "python")))
    assert dict(first[2]) == expected
