"""Data flow as Python sees it: columns that fit together, in every language; what flows where is judged in Rust."""

from __future__ import annotations

import numpy as np
import pytest

import sapwood
from sapwood import _core
from sapwood.errors import BinaryFileError, UnknownLanguageError

TEXTS = {
    "c": "int f(int a) {\n  int b = a;\n  b += 1;\n  return b;\n}\n",
    "cpp": "int f(int a) {\n  int b = a;\n  b += 1;\n  return b;\n}\n",
    "go": "package p\n\nfunc f(a int) int {\n\tb := a\n\tb += 1\n\treturn b\n}\n",
    "java": "class A {\n  int f(int a) {\n    int b = a;\n    b += 1;\n    return b;\n  }\n}\n",
    "javascript": "function f(a) {\n  let b = a;\n  b += 1;\n  return b;\n}\n",
    "python": "def f(a):\n    b = a\n    b += 1\n    return b\n",
    "rust": "fn f(a: u32) -> u32 {\n    let mut b = a;\n    b += 1;\n    b\n}\n",
    "tsx": "function f(a: number) {\n  let b = a;\n  b += 1;\n  return b;\n}\n",
    "typescript": "function f(a: number): number {\n  let b = a;\n  b += 1;\n  return b;\n}\n",
}


def edges(flow, kind):
    """The edges of one kind, as (name, line) at both ends."""
    at = [(name, int(line)) for name, line in zip(flow.names, flow.lines, strict=True)]
    chosen = flow.kinds == _core.FLOW_KINDS.index(kind)
    return {(at[source], at[target]) for source, target in zip(flow.sources[chosen], flow.targets[chosen], strict=True)}


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_values_flow_alike_in_every_language(language):
    text = TEXTS[language]
    first = text[: text.index("b =") if "b =" in text else text.index("b :=")].count("\n")
    flow = sapwood.flow(text, language)
    changed, returned = first + 2, first + 3
    assert (("b", returned), ("b", changed)) in edges(flow, "last_write")
    assert (("b", changed), ("b", returned)) in edges(flow, "next_use")
    assert (("b", first + 1), ("a", first + 1)) in edges(flow, "computed_from")
    assert (("b", returned), ("b", first + 1)) not in edges(flow, "last_write")


def test_every_language_is_asked():
    assert sorted(TEXTS) == sorted(_core.LANGUAGES)


def test_columns_fit_together():
    text = "größe = 1\ndef f(x):\n    return [größe + x for x in x]\n"
    flow = sapwood.flow(text)
    assert [text[start:end] for start, end in zip(flow.starts, flow.ends, strict=True)] == flow.names
    assert len(flow) == len(flow.sources) == len(flow.targets) == len(flow.kinds) > 0
    assert max(flow.sources.max(), flow.targets.max()) < len(flow.names)
    assert np.array_equal(np.unique(np.concatenate([flow.sources, flow.targets])), np.arange(len(flow.names)))
    assert (np.diff(flow.starts.astype(int)) > 0).all()
    order = np.stack([flow.sources, flow.targets, flow.kinds], axis=1).tolist()
    assert order == sorted(order)
    columns = (flow.starts, flow.ends, flow.lines, flow.sources, flow.targets, flow.kinds)
    assert not any(column.flags.writeable for column in columns)


def test_a_text_without_variables_has_no_flow():
    assert (len(sapwood.flow("")), sapwood.flow("").names) == (0, [])


@pytest.mark.parametrize(
    ("text", "language", "error"), [("x = 1", "cobol", UnknownLanguageError), ("x\0", "python", BinaryFileError)]
)
def test_what_cannot_be_taken_is_a_typed_error(text, language, error):
    with pytest.raises(error):
        sapwood.flow(text, language)
