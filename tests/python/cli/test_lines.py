"""JSON lines: whatever a line holds, the others are read."""

import io
import json

import pytest

from sapwood.answers import Item
from sapwood.cli import lines
from sapwood.cli.lines import Refused, batches


class Trickle:
    """A source whose bytes arrive in given pieces."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)

    def read1(self, _size):
        return self.pieces.pop(0) if self.pieces else b""


def read(text):
    data = text if isinstance(text, bytes) else text.encode()
    return [entry for batch in batches(io.BytesIO(data)) for entry in batch]


def test_items_come_in_order_with_their_defaults():
    text = '{"id": "a", "code": "x"}\n\n{"id": 2, "code": "", "language": "rust", "path": "p.rs"}'
    assert read(text) == [Item("a", "x"), Item(2, "", "rust", "p.rs")]


@pytest.mark.parametrize(
    ("line", "name", "code"),
    [
        ("{", None, "bad_input"),
        ("[]", None, "bad_input"),
        ("[" * 100_000, None, "bad_input"),
        ('{"code": "x"}', None, "bad_input"),
        ('{"id": true, "code": "x"}', None, "bad_input"),
        ('{"id": "a"}', "a", "bad_input"),
        ('{"id": "a", "code": 3}', "a", "bad_input"),
        ('{"id": "a", "code": "x", "lang": "python"}', "a", "bad_input"),
        ('{"id": "a", "code": "x", "path": 3}', "a", "bad_input"),
        (b'{"id": "a", "code": "\xff"}', None, "not_utf8"),
    ],
)
def test_a_line_without_an_item_says_where_and_why(line, name, code):
    data = line if isinstance(line, bytes) else line.encode()
    before, refused, after = read(b'{"id": 1, "code": ""}\n' + data + b'\n{"id": 2, "code": ""}\n')
    assert (before.id, after.id) == (1, 2)
    assert isinstance(refused, Refused)
    assert (refused.name, refused.error.code) == (name, code)
    assert "line 2" in str(refused.error)


@pytest.mark.parametrize("pieces", [1, 7, 40])
def test_a_line_too_long_is_left_out_without_being_held(monkeypatch, pieces):
    monkeypatch.setattr(lines, "LIMIT", 50)
    text = b'{"id": 1, "code": ""}\n' + b"x" * 200 + b'\n{"id": 2, "code": ""}\n' + b"y" * 200
    source = Trickle(*(text[start : start + pieces] for start in range(0, len(text), pieces)))
    entries = [entry for batch in batches(source) for entry in batch]
    assert [getattr(entry, "id", None) for entry in entries] == [1, None, 2, None]
    assert [entry.error.code for entry in entries if isinstance(entry, Refused)] == ["too_large", "too_large"]


def test_what_has_arrived_is_answered_without_waiting():
    first, second = (json.dumps({"id": name, "code": ""}).encode() + b"\n" for name in "ab")
    source = Trickle(first, second[:5], second[5:] + first)
    assert [[item.id for item in batch] for batch in batches(source)] == [["a"], ["b", "a"]]


def test_batches_are_bounded():
    text = b'{"id": 1, "code": ""}\n' * (2 * lines.BATCH + 1)
    assert [len(batch) for batch in batches(io.BytesIO(text))] == [lines.BATCH, lines.BATCH, 1]
