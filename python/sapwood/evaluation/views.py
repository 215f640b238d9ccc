"""What of a function every method may see when answers are compared.

Counterparts are known by their name and docstring, so both are hidden from every method alike; otherwise the table
would measure name matching.
"""

from __future__ import annotations

import ast

from sapwood.data import PYTHON, hide_own_name
from sapwood.data.positives import HIDDEN_NAME


def masked(text: str, language: str = PYTHON, name: str = "") -> str | None:
    """Rewrite one function without its name, docstrings and comments; None where it does not parse.

    Python also loses its layout. Of other languages the dotted name must be given; there documentation stands before a
    function, and no method reads comments.
    """
    return _masked_python(text) if language == PYTHON else hide_own_name(text, name, language)


def _masked_python(text: str) -> str | None:
    function = _function(text)
    if function is None:
        return None
    own_name = function.name
    for node in ast.walk(function):
        _rename(node, own_name)
        _drop_docstring(node)
    return ast.unparse(function) + "\n"


def _function(text: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return None
    found = body[0] if len(body) == 1 else None
    return found if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef) else None


def _rename(node: ast.AST, name: str) -> None:
    for field in ("name", "id", "attr"):
        if getattr(node, field, None) == name:
            setattr(node, field, HIDDEN_NAME)


def _drop_docstring(node: ast.AST) -> None:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    if ast.get_docstring(node, clean=False) is not None:
        node.body = node.body[1:] or [ast.Pass()]


def statements(text: str) -> list[tuple[int, str]]:
    """List the statements of Python text as (first line, text); of a compound one only its head.

    Text of another Python than the running one has none.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    found = (node for node in ast.walk(tree) if isinstance(node, ast.stmt))
    heads = ((node.lineno, _head(node)) for node in found)
    return sorted((line, ast.unparse(head)) for line, head in heads if head is not None)


def _head(node: ast.stmt) -> ast.stmt | None:
    match node:
        case ast.Try() | ast.TryStar():
            return None
        case ast.Match(subject=subject):
            return ast.copy_location(ast.Expr(subject), node)
        case _ if hasattr(node, "body"):
            kept = dict(ast.iter_fields(node)) | {"body": [ast.Pass()], "orelse": []}
            head: ast.stmt = type(node)(**{field: kept[field] for field in node._fields})
            return ast.fix_missing_locations(ast.copy_location(head, node))
        case _:
            return node
