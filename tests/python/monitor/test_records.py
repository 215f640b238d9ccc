"""Records are read as they are appended: each once, none by halves, and of a long file only its ends."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from sapwood.monitor import records
from sapwood.monitor.records import Records


def test_nothing_is_read_where_there_is_no_file(tmp_path):
    assert list(Records(tmp_path / "metrics.jsonl").new()) == []


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text())), st.lists(st.integers(0, 300)))
def test_however_a_writer_is_interrupted_each_record_is_read_once(tmp_path_factory, written, cuts):
    path = tmp_path_factory.mktemp("run") / "metrics.jsonl"
    text = "".join(json.dumps(record) + "\n" for record in written).encode()
    ends = [*sorted({min(cut, len(text)) for cut in cuts}), len(text)]
    follower, found, start = Records(path), [], 0
    for end in ends:
        with path.open("ab") as file:
            file.write(text[start:end])
        found += follower.new()
        start = end
    assert found == written


def test_what_is_no_record_is_passed_over(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b'{"a": 1}\n\x00\x00\x00\nhalf a li{"b": 2}\n[3]\n{"c": 4}\n')
    assert list(Records(path).new()) == [{"a": 1}, {"c": 4}]


def test_a_file_that_became_shorter_is_another_one(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"a": 1}\n{"b": 2}\n')
    follower = Records(path)
    assert len(list(follower.new())) == 2
    path.write_text('{"c": 3}\n')
    assert list(follower.new()) == [{"c": 3}]


def test_a_file_that_was_replaced_is_another_one_however_long(tmp_path):
    path, other = tmp_path / "metrics.jsonl", tmp_path / "other"
    path.write_text('{"a": 1}\n')
    follower = Records(path)
    assert list(follower.new()) == [{"a": 1}]
    other.write_text('{"b": 2}\n{"c": 3}\n')
    other.replace(path)
    assert list(follower.new()) == [{"b": 2}, {"c": 3}]


def test_of_a_long_file_the_begin_and_the_end_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "_HEAD", 200)
    monkeypatch.setattr(records, "_TAIL", 500)
    path = tmp_path / "metrics.jsonl"
    path.write_text("".join(json.dumps({"n": number}) + "\n" for number in range(10_000)))
    follower = Records(path)
    numbers = [record["n"] for record in follower.new()]
    assert numbers[0] == 0
    assert numbers[-1] == 9999
    assert 60 < len(numbers) < 80
    with path.open("a") as file:
        file.write('{"n": 10000}\n')
    assert [record["n"] for record in follower.new()] == [10_000]
