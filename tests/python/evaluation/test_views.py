"""What methods may see: no names, docstrings or comments that would give a counterpart away."""

from __future__ import annotations

from sapwood.evaluation import views

FUNCTION = '''
@decorated
def walk(self, root, *, deep=False):
    """Walk a tree."""
    # deep first
    for child in root.children:
        self.walk(child)  # again
    def inner():
        "Says nothing."
    try:
        return [walk(x) for x in root.rest]
    except OSError as problem:
        raise problem
'''


def test_own_name_docstrings_and_comments_are_hidden() -> None:
    text = views.masked(FUNCTION)
    assert text is not None
    assert "walk" not in text.lower()
    assert "#" not in text
    assert "Says" not in text
    assert "self.function(child)" in text


def test_layout_is_hidden() -> None:
    assert views.masked("def f(a):\n    return (a+\n      1)") == views.masked("def g(a): return a + 1")


def test_only_single_functions_are_masked() -> None:
    assert views.masked("def f(:") is None
    assert views.masked("x = 1") is None
    assert views.masked("def f(): pass\ndef g(): pass") is None


def test_a_function_of_its_docstring_alone_stays_code() -> None:
    assert views.masked('def f():\n    """All."""') == "def function():\n    pass\n"


def test_statements_have_lines_and_compound_ones_only_heads() -> None:
    text = "def f(a):\n    if a:\n        b = 1\n    else:\n        b = 2\n"
    text += "    try:\n        g(b)\n    finally:\n        h()\n"
    assert views.statements(text) == [
        (1, "def f(a):\n    pass"),
        (2, "if a:\n    pass"),
        (3, "b = 1"),
        (5, "b = 2"),
        (7, "g(b)"),
        (9, "h()"),
    ]


def test_match_and_with_have_heads() -> None:
    text = "match x.y:\n    case 1:\n        z()\nwith open(p) as f:\n    f.read()\n"
    assert views.statements(text) == [(1, "x.y"), (3, "z()"), (4, "with open(p) as f:\n    pass"), (5, "f.read()")]
