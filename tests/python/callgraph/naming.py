"""Names of the scopes of a project's sources, as `sapwood graph export` gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import CodeType

COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}


def module_name(path: Path, root: Path) -> str:
    """Return the dotted name of a source file; `pkg/__init__.py` is `pkg`."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def name_scopes(code: CodeType, name: str) -> Iterator[tuple[CodeType, str]]:
    """Yield each code object below and including `code` with the name of its scope.

    A comprehension has the name of the scope that it stands in. Lambdas are numbered in the order of the source.
    """
    yield code, name
    own = list(_own_scopes(code))
    lambdas = sorted((inner for inner in own if inner.co_name == "<lambda>"), key=_start)
    numbers = {id(inner): number for number, inner in enumerate(lambdas, 1)}
    for inner in own:
        number = numbers.get(id(inner))
        yield from name_scopes(inner, f"{name}.<lambda{number}>" if number else f"{name}.{inner.co_name}")
    for comprehension in _comprehensions(code):
        yield comprehension, name


def _inner(code: CodeType) -> Iterator[CodeType]:
    return (constant for constant in code.co_consts if hasattr(constant, "co_consts"))


def _comprehensions(code: CodeType) -> Iterator[CodeType]:
    for inner in _inner(code):
        if inner.co_name in COMPREHENSIONS:
            yield inner
            yield from _comprehensions(inner)


def _own_scopes(code: CodeType) -> Iterator[CodeType]:
    """Yield the functions, lambdas and classes of a scope, those inside its comprehensions included."""
    for scope in (code, *_comprehensions(code)):
        yield from (inner for inner in _inner(scope) if inner.co_name not in COMPREHENSIONS)


def _start(code: CodeType) -> tuple[int, int]:
    """Return line and column at which the body of a lambda starts."""
    spans = [(line, column) for line, _, column, end in code.co_positions() if line and column is not None and end]
    return min(spans)
