"""Training sees no other split: the project's graph is cut between the packages of different splits."""

import numpy as np
import pytest

from sapwood import _core
from sapwood.config import load_config
from sapwood.data import Outcomes, load_dataset
from sapwood.data.union import node_splits, union_graph

HELPER = "def shared_{number}(values):\n    total = {number}\n    return [value + total for value in values]\n"
CALLER = """
from package{other}.helpers import shared_{other}


def caller_{number}(rows):
    found = shared_{other}(rows)
    return sorted(found, key={key})
"""
KEYS = ["len", "str", "repr", "abs", "hash", "id"]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Six packages in a ring: each calls the next one's helper."""
    root = tmp_path_factory.mktemp("ring")
    for number, key in enumerate(KEYS):
        package = root / f"package{number}"
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "helpers.py").write_text(HELPER.format(number=number))
        caller = CALLER.format(number=number, other=(number + 1) % len(KEYS), key=key)
        (package / "callers.py").write_text(caller)
    engine = _core.Engine.create(str(root), str(tmp_path_factory.mktemp("workspace")))
    engine.index()
    settings = ["data.test_fraction=0.3", "data.validation_fraction=0.3", "data.min_lines=2"]
    return load_dataset(engine, load_config(None, [*settings, "data.duplicate_threshold=1.0"]))


def crossing(graph, splits):
    """Number of edges between nodes of different splits."""
    count = 0
    for relation in range(len(_core.RELATIONS)):
        indptr, indices = graph.relation(relation)
        receivers = np.repeat(np.arange(len(splits)), np.diff(indptr[: len(splits) + 1].astype(np.int64)))
        count += int((splits[receivers] != splits[indices[: len(receivers)]]).sum())
    return count


def test_no_edge_of_the_training_graph_joins_two_splits(dataset):
    splits = node_splits(dataset)
    assert len(np.unique(splits)) > 1
    assert crossing(dataset.index.input_graph, splits) > 0, "the project itself must have such edges"
    graph, _ = union_graph(dataset, ["def alone():\n    return 1\n"], ["python"], {}, Outcomes.none())
    assert crossing(graph, splits) == 0


def test_a_cut_needs_a_part_for_each_node(dataset):
    with pytest.raises(_core.SapwoodError, match="parts for"):
        dataset.index.input_graph.cut(np.zeros(1, np.uint8))
