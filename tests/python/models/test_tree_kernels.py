"""The kernels' pass over a forest equals torch's and one node at a time, in value and gradient, and is repeatable."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from models.test_tree_lstm import SHAPE, Columns, consed, gradients, model_of, random_forest
from sapwood import _core
from sapwood.errors import BadInputError, VocabularyMismatchError
from sapwood.models import tree_kernels
from sapwood.models.tree_lstm import ForestTensors, TreeLstm

WEIGHTS = (
    "embedding.weight",
    "cell.weight_x",
    "cell.weight_h_iou",
    "cell.weight_h_f",
    "cell.bias",
    "output.weight",
    "output.bias",
)


@pytest.fixture(autouse=True)
def _one_thread_afterwards():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def weights_of(model):
    return tuple(dict(model.named_parameters())[name] for name in WEIGHTS)


def large_tree(nodes, seed=0):
    """One tree of random shape: each node hangs below one of those before it."""
    rng = np.random.default_rng(seed)
    children = [[] for _ in range(nodes)]
    for node in range(1, nodes):
        children[int(rng.integers(node))].append(node)
    trees = [None] * nodes
    for node in reversed(range(nodes)):
        trees[node] = (int(rng.integers(4)), [trees[child] for child in children[node]])
    return consed([trees[0]], [[0], [1, 2], [3, 3, 4], [5]])


def loss_of(encoded):
    return encoded.outputs.square().sum() + encoded.means.sin().sum() + encoded.statements.cos().sum()


def assert_same_gradients(ours, theirs, tolerance):
    for mine, other in zip(ours, theirs, strict=True):
        if other is not None:
            scale = float(other.abs().max().clamp(min=1e-3))
            torch.testing.assert_close(mine / scale, other / scale, atol=tolerance, rtol=0)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_the_pass_equals_torch(seed, threads, dtype, tolerance):
    torch.set_num_threads(threads)
    forest, model = ForestTensors.of(random_forest(seed, trees=20)), model_of(dtype, seed)
    ours, theirs = model(forest), model.encode_with_torch(forest)
    for name in ("outputs", "means", "statements"):
        torch.testing.assert_close(getattr(ours, name), getattr(theirs, name), atol=tolerance, rtol=tolerance)
    assert_same_gradients(gradients(model, loss_of(ours)), gradients(model, loss_of(theirs)), tolerance)


@pytest.mark.parametrize("seed", range(2))
def test_the_pass_passes_gradcheck(seed):
    forest, model = random_forest(seed, trees=2, depth=3), model_of(torch.float64)
    kernels, weights = _core.TreeKernels(1), [weight.detach().requires_grad_() for weight in weights_of(model)]
    assert torch.autograd.gradcheck(lambda *given: tree_kernels.encode(kernels, forest, given), weights)


def test_two_threads_give_the_same_bits_each_time():
    torch.set_num_threads(2)
    forest, model = ForestTensors.of(random_forest(1, trees=200, width=5)), model_of()
    runs = [gradients(model, loss_of(model(forest))) for _ in range(5)]
    for run in runs[1:]:
        assert all(mine is None or torch.equal(mine, first) for mine, first in zip(run, runs[0], strict=True))


def test_two_forests_can_wait_for_their_backward_passes():
    """Each pass has buffers of its own until it is let go."""
    model, forests = model_of(), [ForestTensors.of(random_forest(seed)) for seed in (1, 2)]
    alone = [gradients(model, loss_of(model(forest))) for forest in forests]
    losses = [loss_of(model(forest)) for forest in forests]
    for loss, expected in zip(losses, alone, strict=True):
        again = gradients(model, loss)
        assert all(mine is None or torch.equal(mine, other) for mine, other in zip(again, expected, strict=True))


def test_the_backward_pass_can_be_made_again():
    model, forest = model_of(), ForestTensors.of(random_forest(3))
    loss = loss_of(model(forest))
    first = torch.autograd.grad(loss, model.output.weight, retain_graph=True)[0]
    assert torch.equal(torch.autograd.grad(loss, model.output.weight)[0], first)


def test_frozen_weights_get_no_gradient_and_a_copy_of_a_model_computes():
    model, forest = model_of(), ForestTensors.of(random_forest(3))
    model.embedding.weight.requires_grad_(False)
    loss_of(model(forest)).backward()
    assert model.embedding.weight.grad is None
    assert model.cell.bias.grad is not None
    assert torch.equal(copy.deepcopy(model)(forest).outputs, model(forest).outputs)


def test_no_trees_give_no_rows():
    empty = np.zeros(0, np.uint32)
    start = np.zeros(1, np.uint32)
    columns = Columns(
        level_ends=empty, entry=empty, child_indptr=start, children=empty, entry_indptr=start, entry_tokens=empty,
        pool_indptr=start, pool_nodes=empty, pool_counts=empty, statement_indptr=start, statement_nodes=empty,
        statement_lines=empty,
    )  # fmt: skip
    model = model_of()
    encoded = model(ForestTensors.of(columns))
    assert encoded.outputs.shape == (0, SHAPE.output)
    loss_of(encoded).backward()
    assert not model.cell.weight_x.grad.any()


def test_columns_can_be_read_while_a_kernel_reads_them():
    """Trees that are no code have no statements: two empty columns, which may share an address."""
    trees = [(["a", "b"], [None, 0])]
    forest = _core.labelled_forest(trees, _core.Vocabulary.of_trees(trees, 512))
    model = TreeLstm(replace(SHAPE, vocabulary=600))
    assert model(ForestTensors.of(forest)).statements.shape == (0, SHAPE.hidden)


def test_what_does_not_fit_is_refused():
    forest, model = random_forest(1), model_of()
    weights = [weight.detach().numpy() for weight in weights_of(model)]
    trees, statements = len(forest.pool_indptr) - 1, len(forest.statement_nodes)

    def forward(weights, rows=trees, dtype=np.float32):
        results = np.empty((rows, 5), dtype), np.empty((trees, 6), dtype), np.empty((statements, 6), dtype)
        return _core.TreeKernels(1).forward(tuple(weights), forest, results)

    forward(weights)
    for place in range(1, 7):
        with pytest.raises(BadInputError):
            forward([*weights[:place], weights[place][:-1].copy(), *weights[place + 1 :]])
    with pytest.raises(VocabularyMismatchError, match="token"):
        forward([weights[0][:3].copy(), *weights[1:]])
    with pytest.raises(BadInputError, match="outputs of the trees"):
        forward(weights, rows=trees + 1)
    with pytest.raises(BadInputError, match="contiguous"):
        forward(weights, dtype=np.float64)
    with pytest.raises(BadInputError, match="threads"):
        _core.TreeKernels(0)


def test_other_precisions_are_computed_by_torch():
    model = TreeLstm(SHAPE).to(torch.bfloat16)
    assert model(ForestTensors.of(random_forest(1))).outputs.dtype == torch.bfloat16
