"""Positives are functions of different packages that share a name and do not contradict each other."""

import numpy as np
import pytest

from sapwood.config import load_config
from sapwood.data.positives import (
    CROSS_LANGUAGE,
    INDEPENDENT,
    hide_own_name,
    match_functions,
    match_languages,
    normalised_name,
    plain_docstring,
)

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


def match_families(functions, arities=(1, 1), settings=SETTINGS):
    """Pairs of (name, docstring, family, split) rows, whose functions have `arities` parameters."""
    names, docstrings, families, splits = zip(*functions, strict=True)
    return match_languages(names, docstrings, families, splits, arities.__getitem__, settings=settings, seed=0)


@pytest.mark.parametrize(
    ("first", "other", "arities", "matched"),
    [
        (("a.parse_header", DOCUMENTED), ("b.parseHeader", "Parse a header into fields.", "go", "train"), (1, 5), True),
        (("a.parse_header", DOCUMENTED), ("b.parseHeader", "Draw circles.", "go", "train"), (1, 1), False),
        (("a.parse_header", ""), ("b.parseHeader", "", "go", "train"), (1, 2), True),  # one counts the receiver
        (("a.parse_header", ""), ("b.parseHeader", "", "go", "train"), (1, 3), False),
        (("a.close", ""), ("b.close", "", "go", "train"), (1, 1), False),  # one word alone says too little
        (("a.close", "Close the open file."), ("b.close", "Close this file.", "go", "train"), (1, 1), True),
        (("a.parse_header", ""), ("b.parse_header", "", "python", "train"), (1, 1), False),  # one language
        (("a.parse_header", ""), ("b.parseHeader", "", "go", "test"), (1, 1), False),  # another split
    ],
)
def test_who_matches_across_languages(first, other, arities, matched):
    pairs = match_families([(*first, "python", "train"), other], arities)
    assert len(pairs) == int(matched)
    assert (pairs.sources == CROSS_LANGUAGE).all()


def test_a_frequent_name_needs_docstrings_across_languages():
    """What every collection has is no sign that two functions do alike."""
    crowd = [(f"a{number}.is_empty", "", "java", "train") for number in range(4)]
    assert len(match_families([*crowd, ("b.is_empty", "", "go", "train")], (0,) * 5)) == 0
    assert len(match_families([*crowd[:3], ("b.is_empty", "", "go", "train")], (0,) * 4)) == 3
    documented = [("c.is_empty", "Tells whether no item is left.", family, "train") for family in ("java", "go")]
    assert len(match_families([*crowd, *documented], (0,) * 6)) == 1


def test_a_longer_name_speaks_louder_across_languages():
    weights = [
        match_families([(f"a.{name}", "", "python", "train"), (f"b.{name}", "", "go", "train")]).weights[0]
        for name in ("parse_header", "parse_header_line")
    ]
    assert weights[1] > weights[0]


def test_the_weight_of_a_source_multiplies_its_pairs_and_none_switches_it_off():
    functions = [("a.parse_header", DOCUMENTED, "a", "train"), ("b.parse_header", DOCUMENTED, "b", "train")]
    whole = match(functions)
    assert (whole.sources == INDEPENDENT).all()
    half = match(functions, settings=SETTINGS.model_copy(update={"independent_weight": 0.5}))
    np.testing.assert_allclose(half.weights, whole.weights / 2)
    assert len(match(functions, settings=SETTINGS.model_copy(update={"independent_weight": 0.0}))) == 0


def test_what_marks_parts_of_comments_says_nothing():
    assert plain_docstring("Loads it. @param path {@link File}", "java").split() == ["Loads", "it.", "path", "File}"]
    assert plain_docstring("Loads @property", "python") == "Loads @property"


def test_a_hidden_name_is_a_name_in_every_language():
    assert (
        hide_own_name("function load(a) { return load(a) }", "m.load", "tsx")
        == "function method(a) { return method(a) }"
    )
    assert hide_own_name("fn load(a: u8) {}", "m.load", "rust") == "fn function(a: u8) {}"
