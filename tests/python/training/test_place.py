"""A text with a path answers as its file would, indexed: the same bits where nothing but the text has changed."""

import json
from pathlib import Path

import numpy as np
import pytest

import sapwood
from sapwood import _core
from sapwood.answering import Answerer
from sapwood.answers import Item
from sapwood.config import load_config
from sapwood.inference import Analyzer
from sapwood.runtime import Runtime
from sapwood.training import train

PATH = "shared/tools.py"
USED = '''"""Tools of all packages."""
import json


class Reader:
    """Reads records."""

    def read(self, path):
        return [parse(line) for line in open(path)]


def parse(line):
    return json.loads(line)


def first(items, limit):
    return items[:limit]
'''
USER = """
from shared.tools import Reader, first, parse


class {title}(Reader):
    def read_first(self, path):
        return first(self.read(path), {number})


def {noun}_of(line):
    return parse(line) or Reader()
"""
EDITS = {
    "a body": USED.replace(
        "return items[:limit]", "if limit < 0:\n        return first(items, 0)\n    return items[:limit]"
    ),
    "a function less": USED[: USED.index("def first")],
    "a function more": USED + "\n\ndef last(items):\n    return first(items[::-1], 1)\n",
    "a function above": "# one\n# two\n\n\ndef above(path):\n    return Reader().read(path)\n\n\n" + USED,
    "a constructor": USED.replace("    def read(", "    def __init__(self):\n        self.found = []\n\n    def read("),
    "another name": USED.replace("class Reader", "class Loader"),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Six packages that call and inherit from one shared file."""
    folder = tmp_path_factory.mktemp("calling")
    for number, noun in enumerate(["apple", "river", "stone", "cloud", "paper", "metal"]):
        write(folder / noun / "records.py", USER.format(title=noun.title(), noun=noun, number=number + 1))
    write(folder / PATH, USED)
    return folder


@pytest.fixture(scope="module")
def engine(root):
    made = _core.Engine.create(str(root))
    made.index()
    return made


@pytest.fixture(scope="module")
def answerer(engine):
    small = ["threads=1", "data.min_lines=2", "data.duplicate_threshold=1.0", "graphsage.epochs=1"]
    train("graphsage", engine, load_config(None, [*small, "graphsage.model.hidden=16", "graphsage.model.output=8"]))
    return Answerer(engine)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def seen(graph, seeds):
    """What a model reads of some nodes: rows and relations of their whole neighbourhood."""
    found = graph.sample(np.array(seeds, np.uint32), (-1, -1, -1), 0)
    parts = [found.hop_ends, *found.feature_rows()]
    return [part.tolist() for relation in range(6) for part in found.relation(relation)] + [
        part.tolist() for part in parts
    ]


def indexed_seeds(index, path):
    """The file node and the functions of an indexed file."""
    own = np.flatnonzero(index.node_file == index.file_paths.index(path))
    kinds = index.node_kind[own]
    return [int(own[0]), *own[kinds == _core.NODE_KINDS.index("function")].tolist()]


@pytest.mark.parametrize("edit", EDITS)
def test_a_changed_text_sees_what_a_new_index_shows(engine, root, tmp_path, edit):
    for file in root.rglob("*.py"):
        write(tmp_path / file.relative_to(root), file.read_text())
    write(tmp_path / PATH, EDITS[edit])
    after = _core.Engine.create(str(tmp_path))
    after.index()
    placed = engine.place(EDITS[edit], PATH)
    index = after.index_data()
    now = seen(placed.graph, [placed.file_node, *placed.functions.tolist()])
    assert now == seen(index.input_graph, indexed_seeds(index, PATH))
    assert now != seen(engine.index_data().input_graph, indexed_seeds(engine.index_data(), PATH)), (
        "the edit does nothing"
    )


def test_an_unchanged_text_sees_what_its_file_sees(engine):
    index = engine.index_data()
    for path, text in zip(
        index.file_paths, index.file_texts(np.arange(len(index.file_paths), dtype=np.uint32)), strict=True
    ):
        placed = engine.place(text, path)
        placed_seeds = [placed.file_node, *placed.functions.tolist()]
        assert seen(placed.graph, placed_seeds) == seen(index.input_graph, indexed_seeds(index, path))


def test_callers_change_the_answer_and_their_place_does_not(answerer, engine):
    root, other = Path(engine.root), "apple/records.py"
    placed, alone, elsewhere = answerer.embed(
        [Item(1, USED, path=PATH), Item(2, USED), Item(3, USED, path=other)], "graphsage"
    )
    assert placed.tobytes() != alone.tobytes()
    assert elsewhere.tobytes() == alone.tobytes(), "nobody calls these names there"
    np.testing.assert_allclose(np.linalg.norm(placed), 1.0, rtol=1e-5)
    for path in [f"./{PATH}", "apple/../" + PATH, str(root / PATH), str(root / "apple" / ".." / PATH)]:
        (same,) = answerer.embed([Item(1, USED, path=path)], "graphsage")
        assert same.tobytes() == placed.tobytes(), path


@pytest.mark.parametrize(
    "path", ["new.py", "../tools.py", "/etc/passwd", "shared", "", "shared/../../shared/tools.py", "é\0"]
)
def test_with_any_other_path_a_text_stands_alone(answerer, path):
    vector, alone = answerer.embed([Item(1, USED, path=path), Item(2, USED)], "graphsage")
    assert vector.tobytes() == alone.tobytes()
    there, without = answerer.analyze([Item(1, USED, path=path), Item(2, USED)])
    assert there == without


def test_analysis_sees_the_place_of_a_changed_text(answerer, engine):
    changed = EDITS["a body"]
    placed, alone = answerer.analyze([Item(1, changed, path=PATH), Item(2, changed)])
    assert placed.bug.kinds != alone.bug.kinds
    assert placed.imports != alone.imports
    (again,) = Analyzer.load(engine).analyze([Item(1, changed, path=PATH)])
    assert again == placed


def test_every_way_to_ask_gives_the_same(answerer, engine):
    (placed,) = answerer.embed([Item("a", USED, path=PATH)], "graphsage")
    facade = sapwood.open(engine.root)
    assert facade.embed(USED, model="graphsage", path=PATH).tobytes() == placed.tobytes()
    assert facade.analyze(USED, path=PATH) == answerer.analyze([Item("a", USED, path=PATH)])[0]
    item = {"id": "a", "code": USED, "path": PATH}
    request = {"method": "embed", "params": {"workspace": engine.root, "model": "graphsage", "items": [item]}}
    reply = json.loads(Runtime().handle(json.dumps(request)))
    assert np.array(reply["ok"]["items"][0]["vector"], np.float32).tobytes() == placed.tobytes()


def test_a_path_changes_nothing_for_what_reads_the_text_alone(answerer):
    placed, alone = answerer.embed([Item(1, USED, path=PATH), Item(2, USED)], "structure")
    assert placed.tobytes() == alone.tobytes()
