"""Python's own ways through the same bytes: the tree-sitter binding with a walk, and `ast` with a visitor.

Standard input names one file a line; standard output is one JSON object with the seconds of each pass.
"""

from __future__ import annotations

import ast
import json
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import tree_sitter_python
from tree_sitter import Language, Parser

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = 3


def main() -> None:
    """Read the files, then time each peer in turn."""
    warnings.simplefilter("ignore")
    texts = [Path(line).read_bytes() for line in sys.stdin.read().splitlines()]
    parser = Parser(Language(tree_sitter_python.language()))
    peers: dict[str, Callable[[], int]] = {
        "tree_sitter_walk": lambda: sum(walk(parser, text) for text in texts),
        "ast_visitor": lambda: sum(visit(text) for text in texts),
    }
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    nodes = {}
    for round_ in range(SAMPLES + 1):
        for name, run in peers.items():
            start = time.perf_counter()
            nodes[name] = run()
            if round_:
                seconds[name].append(time.perf_counter() - start)
    json.dump({"files": len(texts), "bytes": sum(map(len, texts)), "nodes": nodes, "seconds": seconds}, sys.stdout)


def walk(parser: Parser, text: bytes) -> int:
    """Kind and span of every node, with the cursor: the fastest walk that the binding has."""
    cursor = parser.parse(text).walk()
    nodes = 0
    while True:
        node = cursor.node
        if node is not None:
            _ = (node.kind_id, node.start_byte, node.end_byte)
            nodes += 1
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return nodes


class Counter(ast.NodeVisitor):
    """Kind and line of every node."""

    def __init__(self) -> None:
        self.nodes = 0

    def generic_visit(self, node: ast.AST) -> None:
        """Take the node and go on below it."""
        _ = (type(node).__name__, getattr(node, "lineno", 0))
        self.nodes += 1
        super().generic_visit(node)


def visit(text: bytes) -> int:
    """Python's own parser; a text that it refuses counts as nothing."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return 0
    counter = Counter()
    counter.visit(tree)
    return counter.nodes


if __name__ == "__main__":
    main()
