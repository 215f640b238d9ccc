"""Relational GraphSAGE equals one PyG SAGEConv a relation, summed, and computes only what each hop needs."""

import warnings
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
import torch

from sapwood import _core
from sapwood.models.graphsage import (
    HEADS,
    RELATIONS,
    GraphSage,
    GraphSageShape,
    NeighbourhoodTensors,
    to_pyg,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch_geometric warns about its own past while it is imported
    from torch_geometric.nn import SAGEConv

DIMENSIONS = 12
NAMES = ["container", "contained", "callees", "callers", "bases", "subclasses"]

LIBRARY = """
class Base:
    def area(self, width, height):
        return width * height


class Box(Base):
    def volume(self, width, height, depth):
        return self.area(width, height) * depth


def total(boxes):
    result = 0
    for box in boxes:
        result = result + box.volume(1, 2, 3)
    return result
"""


@dataclass
class Columns:
    """A neighbourhood by the names of `sapwood._core.Neighbourhood`."""

    hop_ends: np.ndarray
    rows: tuple
    relations: list

    def relation(self, index):
        return self.relations[index]

    def feature_rows(self):
        return self.rows


def random_neighbourhood(seed, ends=(3, 7, 12, 20)):
    """Rows before `ends[k]` receive from nodes before `ends[k + 1]`; some rows have no neighbours in some relations."""
    rng = np.random.default_rng(seed)
    limits = [next(after for end, after in pairwise(ends) if row < end) for row in range(ends[-2])]
    relations = []
    for _ in range(RELATIONS):
        chosen = [rng.choice(limit, size=int(rng.integers(0, 4)), replace=False) for limit in limits]
        indptr = np.concatenate([[0], np.cumsum([len(nodes) for nodes in chosen])]).astype(np.int64)
        relations.append((indptr, np.concatenate([*chosen, []]).astype(np.int64)))
    counts = rng.integers(0, 5, size=ends[-1])
    columns = [np.sort(rng.choice(DIMENSIONS, size=count, replace=False)) for count in counts]
    rows = (
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate(columns).astype(np.int64),
        rng.normal(size=int(counts.sum())).astype(np.float32),
    )
    return Columns(np.array(ends, np.uint32), rows, relations)


def model_of(**options):
    torch.manual_seed(0)
    return GraphSage(GraphSageShape(imports=9, inputs=DIMENSIONS, hidden=8, output=6, **options)).eval()


def pyg_layer(layer, features, edges, rows):
    """The layer as torch_geometric computes it: a root transform and one SAGEConv a relation."""
    total = features @ layer.weight[0] + layer.bias
    for index, edge_index in enumerate(edges, start=1):
        inside = edge_index[:, edge_index[1] < rows]
        convolution = SAGEConv(features.shape[1], layer.weight.shape[2], root_weight=False, bias=False)
        convolution.lin_l.weight = torch.nn.Parameter(layer.weight[index].t().clone())
        total = total + convolution(features, inside)
    return total[:rows]


@pytest.mark.parametrize("seed", range(5))
def test_embeddings_equal_pyg_convolutions_over_the_whole_neighbourhood(seed):
    columns, model = random_neighbourhood(seed), model_of()
    data = to_pyg(columns, DIMENSIONS, NAMES)
    edges = [data["node", name, "node"].edge_index for name in NAMES]
    states = data["node"].x
    for depth, layer in enumerate(model.layers, start=1):
        states = pyg_layer(layer, states if depth == 1 else states.relu(), edges, int(columns.hop_ends[3 - depth]))
    ours = model(NeighbourhoodTensors.of(columns, DIMENSIONS))
    torch.testing.assert_close(ours, states, atol=1e-5, rtol=1e-5)


def test_gradients_of_the_sparse_first_layer_equal_those_of_dense_products():
    columns, model = random_neighbourhood(1), model_of().double()
    inputs = NeighbourhoodTensors.of(columns, DIMENSIONS)
    dense = to_pyg(columns, DIMENSIONS, NAMES)["node"].x.double()
    first, rows = model.layers[0], int(columns.hop_ends[2])
    sparse = torch.autograd.grad(first.forward_sparse(inputs.bags).square().sum(), first.weight)[0]
    full = torch.autograd.grad(first(dense, inputs.relations, rows).square().sum(), first.weight)[0]
    torch.testing.assert_close(sparse, full, atol=1e-5, rtol=1e-5)


def test_a_relation_without_any_edge_adds_nothing():
    columns, model = random_neighbourhood(2), model_of()
    columns.relations[4] = (np.zeros(13, np.int64), np.zeros(0, np.int64))
    before = model(NeighbourhoodTensors.of(columns, DIMENSIONS))
    for layer in model.layers:
        layer.weight.data[5] += 1.0
    torch.testing.assert_close(model(NeighbourhoodTensors.of(columns, DIMENSIONS)), before)


@pytest.mark.parametrize(("residual", "layer_norm"), [(True, False), (False, True), (True, True)])
def test_options_change_the_embedding_and_stay_finite(residual, layer_norm):
    inputs = NeighbourhoodTensors.of(random_neighbourhood(3), DIMENSIONS)
    plain = model_of()(inputs)
    with_options = model_of(residual=residual, layer_norm=layer_norm)(inputs)
    assert torch.isfinite(with_options).all()
    assert not torch.allclose(plain, with_options)


def test_heads_have_the_published_shapes():
    model = model_of()
    embeddings = model(NeighbourhoodTensors.of(random_neighbourhood(4), DIMENSIONS))
    assert {name: tuple(model.head(name, embeddings).shape) for name in HEADS} == {
        "code": (3, 6),
        "confidence": (3, 1),
        "imports": (3, 9),
        "bugs": (3, 5),
    }
    names = set(model_of(layer_norm=True).state_dict())
    assert {
        "layers.0.weight",
        "layers.2.bias",
        "layers.1.norm.weight",
        "heads.imports.weight",
        "heads.code.bias",
    } <= names


@pytest.mark.parametrize(("residual", "layer_norm"), [(False, False), (True, True), (False, True)])
@pytest.mark.parametrize("fanouts", [(-1, -1, -1), (2, 1, 1)])
def test_every_head_equals_that_of_the_native_model_on_real_code(residual, layer_norm, fanouts):
    torch.manual_seed(1)
    shape = GraphSageShape(imports=9, hidden=24, output=24, residual=residual, layer_norm=layer_norm)
    model = GraphSage(shape).eval()
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    graph = _core.text_graphs([LIBRARY, "import json\n\ndef load(path):\n    return json.load(path)\n"]).graph
    seeds = np.random.default_rng(2).permutation(graph.node_count)[:6].astype(np.uint32)
    drawn = graph.sample(seeds, fanouts, 3)
    assert len(drawn.nodes) > len(seeds)
    with torch.no_grad():
        embeddings = model(NeighbourhoodTensors.of(drawn, _core.FEATURE_DIMENSIONS))
        ours = {name: model.head(name, embeddings).numpy() for name in HEADS}
    weights = {name: weight.numpy() for name, weight in model.state_dict().items()}
    native = _core.graphsage_forward(weights, drawn, residual)
    assert set(native) == set(HEADS)
    for name in HEADS:
        assert ours[name].std() > 0.01
        np.testing.assert_allclose(native[name], ours[name], atol=1e-5, rtol=1e-5)
