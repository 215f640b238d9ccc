"""Trees that are no code: lines that are read or refused, and the columns that they become."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sapwood import _core
from sapwood.errors import BadInputError
from sapwood.trees import Tree, read_trees, tree_forest, tree_vocabulary

SENTENCES = [
    Tree("a", ["S", "NP", "dog", "VP", "runs"], [None, 0, 1, 0, 3]),
    Tree("b", ["runs", "VP", "S", "NP", "cat"], [1, 2, None, 2, 3]),
    Tree(3, ["dog"], [None], "animals"),
]


def test_lines_are_read_in_order_and_blank_ones_passed_over():
    lines = [
        json.dumps({key: value for key, value in tree._asdict().items() if value is not None}) for tree in SENTENCES
    ]
    assert list(read_trees([lines[0], "", lines[1].encode(), "  \n", lines[2]])) == SENTENCES


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": 1, "labels": ["a"], "parents": [null], "group": 0.5}', "line 2: the group"),
        ("{", r"line 2 is not JSON \(Expecting property name enclosed in double quotes, column 2\)"),
        ("[" * 100_000, "line 2 is not JSON"),
        ("[]", "line 2 is no tree"),
        ('{"id": 1, "labels": []}', "line 2 is no tree"),
        ('{"id": 1, "labels": [], "parents": [], "code": ""}', "nothing else"),
        ('{"id": true, "labels": [], "parents": []}', "line 2: the id"),
        ('{"id": 1, "labels": "ab", "parents": []}', "line 2: labels must be a list of texts"),
        ('{"id": 1, "labels": [1], "parents": [null]}', "line 2: labels must be a list of texts"),
        ('{"id": 1, "labels": ["a"], "parents": [0.5]}', "line 2: parents must be"),
        ('{"id": 1, "labels": ["a"], "parents": [true]}', "line 2: parents must be"),
        ('{"id": 1, "labels": ["a"], "parents": [99999999999999999999]}', "line 2: parents must be"),
        ('{"id": 1, "labels": [], "parents": []}', "line 2: the tree has no nodes"),
        ('{"id": 1, "labels": ["a", "b"], "parents": [null]}', "line 2: the tree has 2 labels but 1 parents"),
        ('{"id": 1, "labels": ["a", "b"], "parents": [null, null]}', "line 2: the tree has 2 roots"),
        ('{"id": 1, "labels": ["a", "b"], "parents": [null, 2]}', "line 2: node 1 of the tree has the parent 2"),
        ('{"id": 1, "labels": ["a", "b", "c"], "parents": [null, 2, 1]}', "line 2: node 1 .* into a circle"),
    ],
    ids=str,
)
def test_lines_that_are_no_tree_are_refused_with_their_number(line, says):
    with pytest.raises(BadInputError, match=says):
        list(read_trees(["", line]))


@pytest.mark.parametrize(
    ("labels", "parents", "says"),
    [
        ([], [], "tree 1: the tree has no nodes"),
        (["a", "b"], [None], "tree 1: .*2 labels but 1 parents"),
        (["a", "b"], [None, None], "tree 1: .*2 roots"),
        (["a", "b"], [1, 0], "tree 1: .*0 roots"),
        (["a", "b"], [None, 7], "tree 1: node 1 .*parent 7"),
        (["a", "b"], [None, -2], "tree 1: node 1 .*parent -2"),
        (["a", "b", "c"], [None, 2, 1], "tree 1: node 1 .*circle"),
    ],
    ids=str,
)
def test_what_does_not_hang_together_is_refused_with_its_position(labels, parents, says):
    trees = [SENTENCES[0], Tree("x", labels, parents)]
    with pytest.raises(BadInputError, match=says):
        tree_vocabulary(trees)
    with pytest.raises(BadInputError, match=says):
        tree_forest(trees, tree_vocabulary(SENTENCES))


def test_trees_become_the_columns_of_a_forest():
    vocabulary = tree_vocabulary(SENTENCES)
    forest = tree_forest(SENTENCES, vocabulary)
    assert forest.tree_sizes.tolist() == [5, 5, 1]
    assert forest.unique_nodes == 8, "VP with runs is shared, and so is dog"
    assert np.array_equal(np.diff(forest.statement_indptr), [0, 0, 0])
    assert (forest.entry_tokens < len(vocabulary)).all()
    again = tree_forest(SENTENCES, _core.Vocabulary.from_json(vocabulary.to_json()))
    assert np.array_equal(forest.entry_tokens, again.entry_tokens)


def test_the_tree_model_takes_them_as_it_takes_code():
    import torch

    from sapwood.models.tree_lstm import ForestTensors, TreeLstm, TreeLstmShape

    vocabulary = tree_vocabulary(SENTENCES)
    torch.manual_seed(0)
    model = TreeLstm(TreeLstmShape(vocabulary=len(vocabulary), embedding=8, hidden=16, output=4))
    together = model(ForestTensors.of(tree_forest(SENTENCES, vocabulary))).outputs
    alone = [model(ForestTensors.of(tree_forest([tree], vocabulary))).outputs[0] for tree in SENTENCES]
    assert torch.allclose(together, torch.stack(alone), atol=1e-6)
    assert not torch.allclose(together[0], together[1])


def test_depth_is_no_limit():
    deep = 100_000
    chain = Tree("deep", ["n"] * deep, [None, *range(deep - 1)])
    forest = tree_forest([chain], tree_vocabulary([chain]))
    assert len(forest.level_ends) == forest.unique_nodes == deep
