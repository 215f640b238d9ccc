"""The rewrites as a user of the package calls them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sapwood
from sapwood.errors import BadInputError

TEXT = "def share(part, whole):\n    if whole == 0:\n        return 0\n    return part / whole\n"
PAGE = Path(__file__).parents[3] / "docs" / "rewrites.md"


def test_a_variant_says_where_its_lines_went():
    variant = sapwood.preserve(TEXT, "extract-temporary", seed=1)
    assert isinstance(variant, sapwood.Rewritten)
    assert variant.kind == "extract-temporary"
    assert (variant.changes, variant.lines) == ([((4, 4), (4, 5))], [4, 5])
    old, new = TEXT.splitlines(), variant.source.splitlines()
    assert (old[:3], len(new)) == (new[:3], 5)


def test_every_mistake_is_another_text_whose_other_lines_stay():
    made = [sapwood.mutate(TEXT, kind, seed=1) for kind in sapwood.MUTATION_KINDS]
    for mutant in filter(None, made):
        assert mutant.source != TEXT
        ((first, last), (new_first, new_last)), *more = mutant.changes
        assert not more
        old, new = TEXT.splitlines(), mutant.source.splitlines()
        assert (old[: first - 1], old[last:]) == (new[: new_first - 1], new[new_last:])
    assert len(list(filter(None, made))) >= 4


def test_what_a_language_does_not_offer_is_named():
    assert "extract-temporary" not in sapwood.preserving_kinds("java")
    with pytest.raises(BadInputError, match="`extract-temporary` is not offered for java"):
        sapwood.preserve("class A {}", "extract-temporary", 1, "java")


def test_the_page_names_every_kind():
    rows = re.findall(r"^\| `([a-z-]+)` ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [*sapwood.MUTATION_KINDS, *sapwood.PRESERVING_KINDS]
