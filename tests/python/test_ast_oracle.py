"""Functions, classes and imports of the whole standard library as Python's own `ast` sees them.

The oracle is the `ast` module of the interpreter that runs the tests, on that interpreter's library: without its test
folders, and in the long form with them. Nothing here is taken from our own code: qualified names, line spans and bound
names are derived anew.
"""

from __future__ import annotations

import ast
import re
import sysconfig
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from sapwood import _core
from sapwood.demo.corpus import LIBRARY_EXCLUDES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIBRARY = Path(sysconfig.get_path("stdlib"))
KNOWN_DIFFERENCES: frozenset[Definition] = frozenset()
"""What only one side finds, on any Python; none is known. A reason stands beside whatever is added."""
INSTALLED = ["site-packages/"]
"""What lies in the library's folder and is none of it."""
REFUSED_BY_US = frozenset(
    {
        # Not UTF-8, the one encoding that is read; the first three declare theirs, `ast` has read the last as Latin-1.
        "test/encoded_modules/module_iso_8859_1.py",
        "test/encoded_modules/module_koi8_r.py",
        "test/test_source_encoding.py",
        "test/tokenizedata/badsyntax_pep3120.py",
        # The grammar knows no attribute that begins a line of its own without indentation, within parentheses.
        "test/test_compile.py",
        # `from __future__ import *`, which Python refuses later than in its parser.
        "test/test_future_stmt/badsyntax_future8.py",
    }
)
"""Files that only we refuse, each with its reason."""
READ_BY_US = frozenset(
    {
        # Python 2, of which the grammar still knows `print` and `exec`.
        "lib2to3/tests/data/bom.py",
        "lib2to3/tests/data/crlf.py",
        "lib2to3/tests/data/different_encoding.py",
        "lib2to3/tests/data/false_encoding.py",
        "lib2to3/tests/data/py2_test_grammar.py",
        # They declare encodings that do not exist, and are UTF-8.
        "test/tokenizedata/bad_coding.py",
        "test/tokenizedata/bad_coding2.py",
    }
)
"""Files that only `ast` refuses, each with its reason."""
COMPARED = ("function", "class", "import")
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)

# What the library's authors wrote is read as it is.
pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")


class Definition(NamedTuple):
    """A node as both sides describe it; an import is one of the names that a statement binds, and spans that alone."""

    file: str
    kind: str
    name: str
    start_line: int
    end_line: int


class Library(NamedTuple):
    """The indexed library: definitions of the files that both sides can read, and what they cannot."""

    ours: Counter[Definition]
    theirs: Counter[Definition]
    refused_by_us: set[str]
    refused_by_ast: set[str]


def module_name(path: str) -> str:
    """`a/b.py` is the module `a.b`, `a/__init__.py` the module `a`."""
    stem = re.sub(r"\.py[iw]?$", "", path)
    return stem.removesuffix("/__init__").replace("/", ".")


def bound_names(statement: ast.Import | ast.ImportFrom, path: str) -> list[tuple[str, ast.alias]]:
    """The names that an import binds, each with where it is written; `*` for all of a module.

    Left out, as in our index: imports from `__future__`, which only speak to the compiler, and relative ones that lead
    out of the indexed folder.
    """
    if isinstance(statement, ast.Import):
        return [(alias.asname or alias.name.partition(".")[0], alias) for alias in statement.names]
    if statement.module == "__future__" or statement.level > path.count("/") + 1:
        return []
    return [(alias.asname or alias.name, alias) for alias in statement.names]


def headers(definition: ast.AST) -> Iterator[ast.AST]:
    """What of a function, class or lambda runs where it is defined: all but its body and its parameters' names."""
    body = getattr(definition, "body", None)
    for child in ast.iter_child_nodes(definition):
        if child is not body and not (isinstance(body, list) and child in body):
            yield child


def within(roots: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Every node of a scope, with the definitions in it and their headers, but not what is in their bodies."""
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(headers(node) if isinstance(node, SCOPES) else ast.iter_child_nodes(node))


def definitions(tree: ast.Module, path: str) -> Iterator[Definition]:
    """Every definition and import of a file, named by the functions and classes around it.

    Lambdas have numbers, by their place in the source within what is around them.
    """
    scopes: list[tuple[Iterable[ast.AST], str]] = [(tree.body, module_name(path))]
    while scopes:
        roots, owner = scopes.pop()
        nodes = list(within(roots))
        lambdas = [node for node in nodes if isinstance(node, ast.Lambda)]
        for number, node in enumerate(sorted(lambdas, key=lambda node: (node.lineno, node.col_offset)), 1):
            name = f"{owner}.<lambda{number}>"
            yield Definition(path, "function", name, node.lineno, node.end_lineno or 0)
            scopes.append(([node.body], name))
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{owner}.{node.name}"
                kind = "class" if isinstance(node, ast.ClassDef) else "function"
                yield Definition(path, kind, name, node.lineno, node.end_lineno or 0)
                scopes.append((node.body, name))
            elif isinstance(node, ast.Import | ast.ImportFrom):
                for bound, alias in bound_names(node, path):
                    yield Definition(path, "import", f"{owner}.{bound}", alias.lineno, alias.end_lineno or 0)


def of_index(index: _core.Index) -> Iterator[Definition]:
    """Every definition and import of our index."""
    columns = zip(
        index.node_kind.tolist(),
        index.node_file.tolist(),
        index.node_names,
        index.node_start_line.tolist(),
        index.node_end_line.tolist(),
        strict=True,
    )
    for number, file, name, start, end in columns:
        kind = _core.NODE_KINDS[number]
        if kind in COMPARED:
            yield Definition(index.file_paths[file], kind, name, start, end)


@pytest.fixture(
    scope="module",
    params=[list(LIBRARY_EXCLUDES), pytest.param(INSTALLED, marks=pytest.mark.slow)],
    ids=["without tests", "whole"],
)
def library(request: pytest.FixtureRequest) -> Library:
    index, report = _core.index_path(str(LIBRARY), excludes=request.param)
    theirs: Counter[Definition] = Counter()
    refused_by_ast = set()
    for path in index.file_paths:
        try:
            theirs.update(definitions(ast.parse((LIBRARY / path).read_bytes()), path))
        except SyntaxError:
            refused_by_ast.add(path)
    refused_by_us = {skipped["path"] for skipped in report["skipped"]} | {
        broken["path"] for broken in report["syntax_errors"]
    }
    unread = refused_by_us | refused_by_ast
    ours = Counter(found for found in of_index(index) if found.file not in unread)
    theirs = Counter({found: count for found, count in theirs.items() if found.file not in unread})
    return Library(ours, theirs, refused_by_us, refused_by_ast)


@pytest.mark.parametrize("kind", COMPARED)
def test_the_index_finds_what_ast_finds(library: Library, kind: str) -> None:
    """Same kinds, qualified names and lines, as often, apart from the differences that are written down."""
    ours, theirs = (
        Counter({d: n for d, n in side.items() if d.kind == kind}) for side in (library.ours, library.theirs)
    )
    differing = set(ours - theirs) | set(theirs - ours)
    new = sorted(differing - KNOWN_DIFFERENCES)
    assert not new, f"{len(new)} of {len(theirs)} differ, such as {new[:10]}"
    assert len(theirs) > 1000


def test_files_that_cannot_be_parsed_are_named(library: Library) -> None:
    """A file that `ast` refuses is named in the report; what only one side refuses is written down."""
    assert library.refused_by_ast - library.refused_by_us <= READ_BY_US
    assert library.refused_by_us - library.refused_by_ast <= REFUSED_BY_US
