"""The extension: arrays that are views and can't be written, laws of its columns, typed refusals."""

import gc

import numpy as np
import pytest

from sapwood import _core

TEXTS = [
    "def area(width, height):\n    return width * height\n",
    "import json\n\n\ndef load(path):\n    with open(path) as file:\n        return json.load(file)\n",
    (
        "class Stack:\n    def __init__(self):\n        self.items = []\n\n"
        "    def push(self, item):\n        self.items.append(item)\n"
    ),
]


@pytest.fixture(scope="module")
def vocabulary():
    return _core.Vocabulary.build(TEXTS, size=600)


def columns(owner):
    names = [name for name in dir(type(owner)) if not name.startswith("_")]
    values = {name: getattr(owner, name) for name in names}
    return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}


def test_columns_are_read_only_and_outlive_their_owner(vocabulary):
    forest = _core.parse_forest(TEXTS, vocabulary)
    graphs = _core.text_graphs(TEXTS)
    arrays = columns(forest) | columns(graphs.graph) | columns(graphs)
    copies = {name: array.copy() for name, array in arrays.items()}
    assert not any(array.flags.writeable for array in arrays.values())
    del forest, graphs
    gc.collect()
    assert all(np.array_equal(array, copies[name]) for name, array in arrays.items())


def test_a_forest_has_a_tree_a_text_and_children_in_lower_levels(vocabulary):
    forest = _core.parse_forest(TEXTS, vocabulary)
    assert len(forest) == len(TEXTS) == len(forest.roots)
    levels = np.searchsorted(forest.level_ends, np.arange(forest.unique_nodes), side="right")
    parents = np.repeat(np.arange(forest.unique_nodes), np.diff(forest.child_indptr))
    assert (levels[forest.children] < levels[parents]).all()
    assert forest.entry_tokens.max() < len(vocabulary)
    together = [int(part.sum()) for part in np.split(forest.pool_counts, forest.pool_indptr[1:-1])]
    assert together == forest.tree_sizes.tolist()


def test_a_batch_gives_each_text_what_it_gets_alone(vocabulary):
    together = _core.parse_forest(TEXTS, vocabulary).tree_sizes
    alone = [_core.parse_forest([text], vocabulary).tree_sizes[0] for text in TEXTS]
    assert together.tolist() == alone
    graphs = _core.text_graphs(TEXTS)
    sizes = np.bincount(graphs.node_text).tolist()
    assert sizes == [_core.text_graphs([text]).graph.node_count for text in TEXTS]
    assert [graphs.node_kind[node] for node in graphs.file_nodes] == [_core.NODE_KINDS.index("file")] * len(TEXTS)


def test_neighbourhoods_point_at_their_own_nodes():
    graphs = _core.text_graphs(TEXTS)
    near = graphs.graph.sample(graphs.file_nodes, [-1, -1], seed=7)
    assert near.nodes[: len(TEXTS)].tolist() == graphs.file_nodes.tolist()
    for number in range(len(_core.RELATIONS)):
        indptr, indices = near.relation(number)
        assert indptr.dtype == indices.dtype == np.int64
        assert len(indptr) == near.hop_ends[-2] + 1
        assert (indices < len(near.nodes)).all()
    indptr, indices, values = near.feature_rows()
    assert len(indptr) == len(near.nodes) + 1
    assert indptr[-1] == len(indices) == len(values)
    assert indices.max() < _core.FEATURE_DIMENSIONS


def test_a_vocabulary_survives_json(vocabulary):
    assert _core.Vocabulary.from_json(vocabulary.to_json()).fingerprint == vocabulary.fingerprint
    with pytest.raises(_core.VocabularyMismatchError):
        _core.Vocabulary.from_json('{"format": 1, "tokens": []}')


def test_a_text_is_nearest_to_itself():
    index = _core.StructureIndex(TEXTS)
    for position, text in enumerate(TEXTS):
        documents, scores = index.query(text, 1)
        assert documents.tolist() == [position]
        assert scores[0] == pytest.approx(1.0, abs=1e-5)
    vectors = index.vectors(TEXTS)
    assert vectors.shape == (len(TEXTS), _core.STRUCTURE_DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_mutant_differs_where_it_says():
    mutant = _core.mutate(TEXTS[0], "wrong-operator", seed=1)
    assert mutant is not None
    lines = zip(TEXTS[0].splitlines(), mutant.source.splitlines(), strict=True)
    assert [number for number, (before, after) in enumerate(lines, 1) if before != after] == mutant.lines


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: _core.check_text("x\0"), _core.BinaryFileError),
        (lambda: _core.check_text("x", "cobol"), _core.UnknownLanguageError),
        (lambda: _core.check_text("x" * 2_000_001), _core.TooLargeError),
        (lambda: _core.mutate("x", "typo", 1), _core.BadInputError),
        (lambda: _core.near_duplicates(TEXTS, threshold=2.0), _core.BadInputError),
        (lambda: _core.text_graphs(TEXTS).graph.relation(6), _core.BadInputError),
        (lambda: _core.text_graphs(TEXTS).graph.sample(np.array([0, 0], np.uint32), [1], 1), _core.BadInputError),
        (lambda: _core.text_graphs(TEXTS).graph.sample(np.array([0], np.uint32), [-2], 1), _core.BadInputError),
        (lambda: _core.index_path("/no/such/folder"), _core.PathMissingError),
    ],
)
def test_refusals_are_typed(call, error):
    with pytest.raises(error) as raised:
        call()
    assert raised.value.code == error.code


def test_each_text_of_a_batch_may_have_a_language_of_its_own():
    texts = ["def f(a):\n    return a\n", "fn f(a: u8) -> u8 { a + 1 }\n", "func f(a int) int { return g(a) }\n"]
    languages = ["python", "rust", "go"]
    vocabulary = _core.Vocabulary.build(texts, languages, 600)
    together = _core.parse_forest(texts, vocabulary, languages)
    alone = [_core.parse_forest([text], vocabulary, of) for text, of in zip(texts, languages, strict=True)]
    assert together.tree_sizes.tolist() == [forest.tree_sizes[0] for forest in alone]
    assert _core.text_graphs(texts, languages).node_names.count("text.f") == 3
    index = _core.StructureIndex(texts, languages)
    assert [index.query(text, 1, of)[0][0] for text, of in zip(texts, languages, strict=True)] == [0, 1, 2]
    with pytest.raises(_core.BadInputError, match="several languages"):
        index.query(texts[0])
    with pytest.raises(_core.BadInputError, match="3 texts but 2 languages"):
        _core.parse_forest(texts, vocabulary, languages[:2])


def test_members_of_classes_read_alone_as_functions():
    texts = ["load(a) { return a }", "[Symbol.iterator]() { return 1 }", "def f(:"]
    languages = ["javascript", "typescript", "python"]
    assert _core.standalone_texts(texts, languages) == ["function load(a) { return a }", None, "def f(:"]


def test_a_batch_names_the_text_it_refuses(vocabulary):
    with pytest.raises(_core.BinaryFileError, match="text 1"):
        _core.parse_forest(["x = 1", "\0"], vocabulary)


def test_an_exception_in_a_progress_callback_comes_back(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")

    def fail(*_counts):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        _core.index_path(str(tmp_path), on_progress=fail)
    with pytest.raises(_core.InterruptedRunError):
        _core.index_path(str(tmp_path), on_progress=lambda *_counts: False)
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]


def test_texts_of_an_index_are_those_of_the_files(tmp_path):
    (tmp_path / "stack.py").write_text(TEXTS[2])
    index, report = _core.index_path(str(tmp_path))
    assert report["functions"] == 2
    names = index.node_names
    texts = dict(zip([names[node] for node in index.functions], index.function_texts(index.functions), strict=True))
    assert texts["stack.Stack.push"] == "def push(self, item):\n    self.items.append(item)"
    (tmp_path / "stack.py").write_text("x = 1\n")
    with pytest.raises(_core.StaleIndexError, match="stack"):
        index.function_texts(index.functions)
