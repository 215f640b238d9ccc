"""A text that can't be taken gets its reason, and the others their answers."""

import numpy as np
import pytest

from sapwood.answering import Answerer, each, readable
from sapwood.answers import Item
from sapwood.errors import BadInputError, NoWorkspaceError, SapwoodError, TooLargeError

BAD = [
    ("# nothing (yet)\n", "python", "syntax"),
    (")))((", "python", "syntax"),
    ("", "python", "syntax"),
    ("x = 1", "klingon", "unknown_language"),
    ("\0", "python", "binary"),
    ("\ud800", "python", "bad_input"),
    ("a" * 3_000_000, "python", "too_large"),
]


@pytest.mark.parametrize(("code", "language", "expected"), BAD, ids=[repr(code[:20]) for code, *_ in BAD])
def test_a_bad_text_has_a_typed_reason_with_a_fix(code, language, expected):
    reason = readable(Item("a", code, language))
    assert isinstance(reason, SapwoodError)
    assert reason.code == expected
    assert "\n" not in str(reason)


@pytest.mark.parametrize(
    "code", ["x =", "def f(:", "x + 1", "    return x", "import json\n", "def f():\n    pass\n", "é = '💡'"]
)
def test_any_source_text_can_be_read(code):
    assert readable(Item("a", code)) == Item("a", code)


def test_good_items_are_answered_together_and_bad_ones_in_place():
    asked = []

    def answer(items):
        asked.append([item.id for item in items])
        return [item.id.upper() for item in items]

    items = [Item("a", "1"), Item("b", "("), Item("c", "2")]
    first, second, third = each(items, answer)
    assert (first, third) == ("A", "C")
    assert isinstance(second, SapwoodError)
    assert asked == [["a", "c"]]


def test_one_item_that_spoils_a_batch_spoils_nothing_else():
    def answer(items):
        if any(item.id == "b" for item in items):
            message = "too large"
            raise TooLargeError(message)
        return [item.id.upper() for item in items]

    first, second, third = each([Item("a", "1"), Item("b", "2"), Item("c", "3")], answer)
    assert (first, third) == ("A", "C")
    assert isinstance(second, TooLargeError)


def test_structure_needs_nothing_and_does_not_depend_on_the_batch():
    codes = ["def f(x):\n    return x + 1\n", "for i in y:\n    print(i)\n", "z"]
    items = [Item(place, code) for place, code in enumerate(codes)]
    together = Answerer(None).embed(items, "structure")
    alone = [Answerer(None).embed([item], "structure")[0] for item in items]
    np.testing.assert_array_equal(together, alone)
    assert together[0].shape == (4096,)
    assert together[0].dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, rtol=1e-5)


def test_structure_sees_shape_and_not_the_names_that_a_text_binds():
    first, second, other = Answerer(None).embed(
        [
            Item(1, "def f(a):\n    b = a + 1\n    return b\n"),
            Item(2, "def g(x):\n    y = x + 1\n    return y\n"),
            Item(3, "class C:\n    pass\n"),
        ],
        "structure",
    )
    assert first @ second > 0.999
    assert first @ other < 0.5


def test_a_model_needs_a_workspace():
    with pytest.raises(NoWorkspaceError, match="sapwood index"):
        Answerer(None).embed([], "tree-lstm")


def test_an_unknown_model_is_named():
    with pytest.raises(BadInputError, match="tree-lstm"):
        Answerer(None).embed([], "transformer")
