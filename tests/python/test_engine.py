"""The facade: open, index, ask."""

import dataclasses
import os
import signal
import time

import numpy as np
import pytest

import sapwood
from sapwood import _core
from sapwood.engine import file_and_line
from sapwood.errors import NoIndexError


def test_open_makes_a_workspace_and_finds_it_again(project):
    engine = sapwood.open(project)
    report = engine.index()
    assert report["files"] == 3
    assert report["functions"] == 4
    assert sapwood.open(project / "shapes").workspace_path == engine.workspace_path


def test_ctrl_c_ends_indexing_and_stores_nothing(project):
    """Files are read on other threads, which Python tells of no signal."""
    engine = _core.Engine.create(str(project))

    def interrupt(_files, _total, _size):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1.0)

    with pytest.raises(KeyboardInterrupt):
        engine.index(interrupt)
    with pytest.raises(NoIndexError):
        engine.index_report()
    assert engine.index()["files"] == 3


def test_search_by_words_place_and_code_finds_the_function(indexed):
    engine = sapwood.open(indexed)
    assert engine.search("read configuration")[0].symbol == "files.config.read_config"
    assert "words" in {leg.leg for leg in engine.search("read configuration")[0].legs}
    example = "def load(name):\n    with open(name) as f:\n        return json.load(f)\n"
    assert engine.search_code(example)[0].symbol == "files.config.read_config"
    near = engine.search("shapes/area.py:2", k=2)
    assert 1 <= len(near) <= 2
    assert "shapes.area.area" not in [hit.symbol for hit in near]


def test_words_that_look_like_a_place_are_words_where_no_such_file_is(indexed):
    engine = sapwood.open(indexed)
    (indexed / "notes").write_text("x")
    places = {
        "area:404": None,
        "x" * 300 + ":4": None,
        "notes:4": ("notes", 4),
        "shapes/non.py:4": ("shapes/non.py", 4),
    }
    for query, place in places.items():
        assert engine.place_of(query) == place
    assert "words" in {leg.leg for leg in engine.search("area:404")[0].legs}
    with pytest.raises(sapwood.SapwoodError, match=r"non\.py"):
        engine.search("shapes/non.py:4")


def test_a_place_may_be_named_from_the_working_folder_and_with_a_column(indexed, monkeypatch):
    engine = sapwood.open(indexed)
    monkeypatch.chdir(indexed / "shapes")
    assert engine.place_of("area.py:2:7") == (str(indexed / "shapes" / "area.py"), 2)
    assert engine.place_of("shapes/area.py:2:7") == ("shapes/area.py", 2)
    assert [hit.symbol for hit in engine.search("area.py:2")] == [
        hit.symbol for hit in engine.search("shapes/area.py:2")
    ]


def test_answers_are_frozen(indexed):
    hit = sapwood.open(indexed).search("area")[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        hit.score = 1.0


def test_structure_vectors_need_nothing_learned(indexed):
    vector = sapwood.open(indexed).embed("def f(x):\n    return x\n", model="structure")
    assert (vector.shape, vector.dtype) == ((4096,), np.float32)


def test_a_model_that_was_not_trained_names_the_command(indexed):
    with pytest.raises(sapwood.SapwoodError, match="sapwood train tree-lstm") as raised:
        sapwood.open(indexed).embed("x")
    assert raised.value.code == "no_model"


def test_a_text_that_cannot_be_taken_raises_its_reason(indexed):
    with pytest.raises(sapwood.SapwoodError) as raised:
        sapwood.open(indexed).embed(")))((", model="structure")
    assert raised.value.code == "syntax"


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("pkg/mod.py:12", ("pkg/mod.py", 12)),
        ("mod.py:0", ("mod.py", 0)),
        ("read config", None),
        ("time: 12", None),
        (":12", None),
        ("mod.py:", None),
        ("mod.py:x", None),
        ("mod.py:²", None),
    ],
)
def test_a_place_is_told_from_words(query, place):
    assert file_and_line(query) == place


def test_names_of_the_package_are_those_announced():
    assert sorted(sapwood.__all__) == dir(sapwood)
    for name in sapwood.__all__:
        assert getattr(sapwood, name) is not None
    with pytest.raises(AttributeError, match="nothing"):
        sapwood.nothing  # noqa: B018 the access is what is tested
