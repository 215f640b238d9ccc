"""JSON lines in, JSON lines out; what needs no model works without one."""

import json

import numpy as np

CODES = [
    {"id": "a", "language": "python", "code": "def f(x):\n    return x + 1\n"},
    {"id": "b", "code": "# only a comment"},
    {"id": 3, "code": "for i in y:\n    print(i)\n", "path": "pkg/mod.py"},
]
TEXT = "".join(json.dumps(code) + "\n" for code in CODES) + "not json\n"


def test_lines_are_answered_in_order_and_bad_ones_named(run):
    done = run("embed", "--model", "structure", stdin=TEXT)
    assert done.code == 1, "not every line has its answer"
    good, bad, other, none = done.lines()
    assert (good["id"], len(good["vector"]), good["version"]) == ("a", 4096, None)
    assert abs(np.linalg.norm(good["vector"]) - 1) < 1e-5
    assert (bad["id"], bad["error"]["code"]) == ("b", "syntax")
    assert other["id"] == 3
    assert (none["id"], none["error"]["code"]) == (None, "bad_input")
    assert none["error"]["message"] == "line 4 is not JSON (Expecting value, column 1); send one object a line"
    assert "2 lines could not be handled" in done.err


def test_a_file_and_standard_input_give_the_same(run, tmp_path):
    (tmp_path / "in.jsonl").write_text(TEXT)
    from_file = run("embed", "--model", "structure", "in.jsonl")
    assert from_file.out == run("embed", "--model", "structure", "-", stdin=TEXT).out


def test_a_matrix_has_the_same_numbers_in_input_order(run, tmp_path):
    lines = run("embed", "--model", "structure", stdin=TEXT).lines()
    done = run("embed", "--model", "structure", "--output", "out.npy", stdin=TEXT)
    matrix = np.load(tmp_path / "out.npy", allow_pickle=False)
    assert matrix.dtype == np.float32
    assert matrix.shape == (4, 4096)
    for row in (0, 2):
        np.testing.assert_array_equal(matrix[row], np.array(lines[row]["vector"], dtype=np.float32))
    for row in (1, 3):
        assert np.isnan(matrix[row]).all()
    assert [line["error"]["code"] for line in done.lines()] == ["syntax", "bad_input"]
    assert done.code == 1


def test_an_index_weighs_the_terms(run, indexed):
    alone = run("embed", "--model", "structure", stdin=TEXT).lines()[0]["vector"]
    weighed = run("embed", "--model", "structure", stdin=TEXT, cwd=indexed).lines()[0]["vector"]
    assert alone != weighed


def test_nothing_in_nothing_out(run):
    done = run("embed", "--model", "structure", stdin="")
    assert (done.code, done.out) == (0, "")
