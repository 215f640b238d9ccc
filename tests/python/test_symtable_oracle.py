"""Names of the scopes of the whole standard library as Python's own `symtable` sees them.

The oracle is the `symtable` module of the interpreter that runs the tests, on that interpreter's library (without its
test folders, and in the long form with them): for each function, lambda, comprehension and class the names that it
binds or uses, and whether each is a parameter, local, free or global.
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
OTHER_LANGUAGES = (".c", ".cpp", ".h", ".js", ".m")
POSTPONED = "from __future__ import annotations"
"""With this, `symtable` leaves the names of annotations out; a name is none the less one. It is read without."""
IMPLICIT = {".0", "__class__"}
"""Names that the compiler adds: what a comprehension goes through, and the class that `super()` needs."""
KNOWN_DIFFERENCES = {
    # `type(mock).x = y` reads as the statement `type X = Y` of later Pythons to the grammar, `type` as a keyword.
    ("test/test_contextlib.py", "__exit__"),
    ("test/test_urllib.py", "connect"),
    ("unittest/mock.py", "_check_signature"),
    ("unittest/test/testmock/testhelpers.py", "test_propertymock_bare"),
    ("unittest/test/testmock/testhelpers.py", "test_propertymock_returnvalue"),
    ("unittest/test/testmock/testhelpers.py", "test_propertymock_side_effect"),
    ("unittest/test/testmock/testmagicmethods.py", "test_descriptor_from_class"),
    ("unittest/test/testmock/testmock.py", "test_setting_call"),
    # `(name): int` declares nothing, parentheses make it an expression.
    ("test/test_grammar.py", "f2bad"),
    # What `:=` binds around a comprehension is no name of the comprehension here.
    ("test/test_named_expressions.py", "comprehension"),
    # Names are kept as they are written, not in the form NFKC that Python gives them.
    ("test/test_traceback.py", "f"),
    ("test/test_unicode_identifiers.py", "T"),
    ("test/test_unicode_identifiers.py", "test_non_bmp_normalized"),
}
"""File and name of scopes that differ, each with its reason."""

# What the library's authors wrote is read as it is.
pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")


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
        is_comprehension = child.get_name() in COMPREHENSIONS and ".0" in child.get_identifiers()
        form = "comprehension" if is_comprehension else child.get_name()
        yield Scope(child.get_lineno(), form, names)
        yield from scopes(child, inside)


def ours(path: str, text: str) -> Iterator[Scope]:
    """Yield the scopes that we find."""
    for line, name, names in _core.scope_names(text, "python", path):
        yield Scope(line, name, frozenset((each, found) for each, found in names if each not in IMPLICIT))


def sources(excludes: list[str]) -> Iterator[tuple[str, str]]:
    """Yield path and text of the files that both sides can read."""
    index, report = _core.index_path(str(LIBRARY), excludes=excludes)
    refused = {skipped["path"] for skipped in report["skipped"]} | {
        broken["path"] for broken in report["syntax_errors"]
    }
    for path in index.file_paths:
        if path not in refused and not path.endswith(OTHER_LANGUAGES):
            yield path, (LIBRARY / path).read_bytes().decode("utf-8").replace(POSTPONED, "pass")


def their_scopes(path: str, text: str) -> Counter[Scope] | None:
    """Return what `symtable` finds; None where the compiler refuses what the grammar can read."""
    try:
        return Counter(scopes(symtable.symtable(text, path, "exec")))
    except SyntaxError:
        return None


@pytest.mark.parametrize(
    "excludes",
    [list(LIBRARY_EXCLUDES), pytest.param(["site-packages/"], marks=pytest.mark.slow)],
    ids=["without tests", "whole"],
)
def test_scopes_have_the_names_that_symtable_finds(excludes: list[str]) -> None:
    """Same scopes, same names, from the same places, apart from the differences that are written down."""
    compared, new, refused = 0, [], []
    for path, text in sources(excludes):
        theirs = their_scopes(path, text)
        if theirs is None:
            refused.append(path)
            continue
        found = Counter(ours(path, text))
        compared += theirs.total()
        differing = {(path, scope.name) for scope in (theirs - found) | (found - theirs)}
        new.extend(sorted(differing - KNOWN_DIFFERENCES))
    assert len(refused) < 10, f"the compiler refuses {refused}"
    assert not new, f"{len(new)} of {compared} differ, such as {new[:20]}"
    assert compared > 10_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(a, *, b): c = a; return b, d", {"a": "parameter", "b": "parameter", "c": "local", "d": "global"}),
        ("def f(): global a; a = 1", {"a": "global"}),
        ("def f(): [x for x in y if (z := x)]", {"y": "global", "z": "local"}),
        ("def f(): del (a, [b])", {"a": "local", "b": "local"}),
        (
            "def f(p):\n match p:\n  case C(1, k=v, m=D.e): return v",
            {"C": "global", "D": "global", "p": "parameter", "v": "local"},
        ),
    ],
)
def test_names_of_a_function(text: str, expected: dict[str, str]) -> None:
    first = next(iter(_core.scope_names(text, "python")))
    assert dict(first[2]) == expected
