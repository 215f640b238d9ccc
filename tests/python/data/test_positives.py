"""Positives are functions of different packages that share a name and do not contradict each other."""

import numpy as np
import pytest

from sapwood.config import load_config
from sapwood.data.positives import match_functions, normalised_name

SETTINGS = load_config(None, []).data.positives
DOCUMENTED = "Parse header lines into fields."


def match(functions, seed=0, settings=SETTINGS):
    """Pairs of (name, docstring, package, split) rows."""
    names, docstrings, packages, splits = zip(*functions, strict=True)
    return match_functions(names, docstrings, packages, splits, settings=settings, seed=seed)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("pkg.mod.parse_header", "parseheader"),
        ("Reader.parseHeader", "parseheader"),
        ("_HTTPServer_close", "httpserverclose"),
        ("Class.__init__", ""),
        ("decorate.wrapper", ""),
        ("test_parse", ""),
    ],
)
def test_names_are_compared_without_case_and_separators(name, plain):
    assert normalised_name(name) == plain


@pytest.mark.parametrize(
    ("other", "matched"),
    [
        (("b.parseHeader", "Parse the header into a list of fields.", "b", "train"), True),
        (("b.parse_header", "", "b", "train"), True),
        (("b.parse_header", "Draw circles upon canvas.", "b", "train"), False),  # documented as something else
        (("a.other.parse_header", DOCUMENTED, "a", "train"), False),  # the same package
        (("b.parse_header", DOCUMENTED, "b", "test"), False),  # another split
        (("b.parse_body", DOCUMENTED, "b", "train"), False),
    ],
)
def test_who_matches(other, matched):
    pairs = match([("a.parse_header", DOCUMENTED, "a", "train"), other])
    assert len(pairs) == int(matched)


def test_agreeing_docstrings_weigh_more_than_a_name_alone():
    first = ("a.parse_header", DOCUMENTED, "a", "train")
    same = match([first, ("b.parse_header", DOCUMENTED, "b", "train")]).weights[0]
    undocumented = match([first, ("b.parse_header", "", "b", "train")]).weights[0]
    short_name = match([("a.close", "", "a", "train"), ("b.close", "", "b", "train")]).weights[0]
    assert same > undocumented > short_name > 0.0


def test_a_frequent_name_is_capped_to_its_best_pairs_by_a_seeded_choice():
    functions = [(f"p{number}.parse_header", "", f"p{number}", "train") for number in range(30)]
    functions += [(f"q{number}.parse_header", DOCUMENTED, f"q{number}", "train") for number in range(2)]
    pairs = match(functions)
    assert len(pairs) == SETTINGS.per_name
    assert (30, 31) in set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    again = match(functions)
    np.testing.assert_array_equal(pairs.first, again.first)
    assert match(functions, seed=1).second.tolist() != pairs.second.tolist()


def test_pairs_of_a_split_need_both_members():
    pairs = match([(f"p{number}.parse_header", "", f"p{number}", "train") for number in range(4)])
    kept = pairs.where(np.array([True, True, False, True]))
    assert set(kept.first.tolist()) | set(kept.second.tolist()) == {0, 1, 3}
