"""Rewrites of real files: Python itself still takes each, and they change the lines that they say."""

from __future__ import annotations

import difflib
import os
import warnings
from pathlib import Path

import pytest

from sapwood import _core

LIBRARY = Path(os.__file__).parent
MOVES_LINES = {"swap-branches", "reorder-statements"}
"""What changes places carries the lines between along, which are then changed but not new."""


def sources(every: int) -> list[str]:
    files = sorted(LIBRARY.glob("*.py")) + sorted(LIBRARY.glob("*/*.py"))
    texts = [file.read_text(encoding="utf-8", errors="ignore") for file in files[::every] if "test" not in str(file)]
    return [text for text in texts if compiles(text)]


def compiles(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "text", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def rewritten(every: int, seeds: int):
    for text in sources(every):
        for kind in _core.MUTATION_KINDS + _core.PRESERVING_KINDS:
            rewrite = _core.mutate if kind in _core.MUTATION_KINDS else _core.preserve
            for seed in range(seeds):
                made = rewrite(text, kind, seed)
                if made is not None:
                    yield kind, text, made


def new_lines(before: str, after: str) -> set[int]:
    blocks = difflib.SequenceMatcher(None, before.split("\n"), after.split("\n"), autojunk=False).get_opcodes()
    return {line + 1 for tag, _, _, first, last in blocks if tag != "equal" for line in range(first, last)}


def check(every: int, seeds: int) -> None:
    seen = set()
    for kind, text, made in rewritten(every, seeds):
        assert compiles(made.source), f"{kind}: lines {made.lines}"
        if kind not in MOVES_LINES:
            assert new_lines(text, made.source) <= set(made.lines), kind
        seen.add(kind)
    assert seen == set(_core.MUTATION_KINDS + _core.PRESERVING_KINDS)


def test_python_takes_every_rewrite_of_a_sample():
    check(every=20, seeds=1)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_python_takes_every_rewrite():
    check(every=2, seeds=2)
