"""The level-batched Tree-LSTM equals the formula, node by node, in value and gradient."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn import functional

from sapwood.models.tree_levels import ChildSumLevels, RecomputedLevels
from sapwood.models.tree_lstm import ForestTensors, TreeLstm, TreeLstmShape

SHAPE = TreeLstmShape(vocabulary=20, embedding=7, hidden=6, output=5)


@dataclass
class Columns:
    """Forest columns by their names in `sapwood._core.Forest`."""

    level_ends: np.ndarray
    entry: np.ndarray
    child_indptr: np.ndarray
    children: np.ndarray
    entry_indptr: np.ndarray
    entry_tokens: np.ndarray
    pool_indptr: np.ndarray
    pool_nodes: np.ndarray
    pool_counts: np.ndarray
    statement_indptr: np.ndarray
    statement_nodes: np.ndarray
    statement_lines: np.ndarray
    trees: list = field(default_factory=list)


def consed(trees, tokens):
    """Columns of nested trees `(entry, [children])` over ids `tokens[entry]`; statements are the roots' children."""
    keys, levels = {}, {}

    def intern(tree):
        key = (tree[0], tuple(intern(child) for child in tree[1]))
        keys.setdefault(key, len(keys))
        levels[key] = 1 + max((levels[child] for child in key[1]), default=-1)
        return key

    roots = [intern(tree) for tree in trees]
    order = sorted(keys, key=lambda key: (levels[key], keys[key]))
    number = {key: position for position, key in enumerate(order)}
    pools = [_occurrences(root) for root in roots]
    statements = [list(root[1]) for root in roots]
    return Columns(
        level_ends=_ends([sum(levels[key] == level for key in order) for level in range(max(levels.values()) + 1)])[1:],
        entry=_u32([key[0] for key in order]),
        child_indptr=_ends([len(key[1]) for key in order]),
        children=_u32([number[child] for key in order for child in key[1]]),
        entry_indptr=_ends([len(ids) for ids in tokens]),
        entry_tokens=_u32([token for ids in tokens for token in ids]),
        pool_indptr=_ends([len(pool) for pool in pools]),
        pool_nodes=_u32([number[key] for pool in pools for key in pool]),
        pool_counts=_u32([count for pool in pools for count in pool.values()]),
        statement_indptr=_ends([len(nodes) for nodes in statements]),
        statement_nodes=_u32([number[key] for nodes in statements for key in nodes]),
        statement_lines=_u32([line for nodes in statements for line in range(1, len(nodes) + 1)]),
        trees=trees,
    )


def random_forest(seed, trees=5, depth=4, entries=6, width=3):
    """A few random trees with many equal subtrees."""
    rng = np.random.default_rng(seed)

    def grow(room):
        count = int(rng.integers(0, width + 1)) if room else 0
        return (int(rng.integers(entries)), [grow(room - 1) for _ in range(count)])

    tokens = [rng.integers(20, size=int(rng.integers(1, 9))).tolist() for _ in range(entries)]
    return consed([(0, [grow(depth - 1) for _ in range(width)]) for _ in range(trees)], tokens)


def reference_outputs(model, columns):
    """Outputs and statement logits of the model's weights, one node at a time."""
    cell, width = model.cell, model.cell.hidden
    indptr = columns.entry_indptr
    tokens = [torch.as_tensor(columns.entry_tokens[a:b].astype(np.int64)) for a, b in pairwise(indptr)]

    def visit(tree, states):
        children = [visit(child, states) for child in tree[1]]
        inputs = cell.weight_x @ model.embedding.weight[tokens[tree[0]]].mean(0) + cell.bias
        summed = sum((hidden for hidden, _ in children), torch.zeros(width, dtype=inputs.dtype))
        inner, outer, candidate = (inputs[: 3 * width] + cell.weight_h_iou @ summed).split(width)
        state = torch.sigmoid(inner) * torch.tanh(candidate)
        for hidden, kept in children:
            state = state + torch.sigmoid(inputs[3 * width :] + cell.weight_h_f @ hidden) * kept
        hidden = torch.sigmoid(outer) * torch.tanh(state)
        states.append(hidden)
        return hidden, state

    outputs, logits = [], []
    for tree in columns.trees:
        states = []
        visit(tree, states)
        mean = torch.stack(states).mean(0)
        outputs.append(model.output(mean))
        for child in tree[1]:
            hidden = visit(child, [])[0]
            logits.append(model.statement(hidden[None], mean[None]))
    return torch.stack(outputs), torch.cat([torch.zeros(0), *logits])


def _occurrences(key):
    counts = {key: 1}
    for child in key[1]:
        for descendant, count in _occurrences(child).items():
            counts[descendant] = counts.get(descendant, 0) + count
    return counts


def _u32(values):
    return np.array(values, dtype=np.uint32)


def _ends(lengths):
    return _u32(np.concatenate([[0], np.cumsum(lengths)]))


def model_of(dtype=torch.float32, seed=0):
    torch.manual_seed(seed)
    return TreeLstm(SHAPE).to(dtype)


def gradients(model, loss):
    return torch.autograd.grad(loss, list(model.parameters()), allow_unused=True)


@pytest.mark.parametrize("seed", range(8))
def test_outputs_statements_and_gradients_equal_one_node_at_a_time(seed):
    columns, model = random_forest(seed), model_of(seed=seed)
    forest = ForestTensors.of(columns)
    encoded = model(forest)
    logits = model.score_statements(forest, encoded)
    outputs, reference_logits = reference_outputs(model, columns)
    torch.testing.assert_close(encoded.outputs, outputs, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(logits, reference_logits, atol=1e-5, rtol=1e-5)
    ours = gradients(model, encoded.outputs.square().sum() + logits.sin().sum())
    theirs = gradients(model, outputs.square().sum() + reference_logits.sin().sum())
    for mine, reference in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, reference, atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("levels", [ChildSumLevels, RecomputedLevels])
@pytest.mark.parametrize("seed", range(3))
def test_levels_pass_gradcheck(seed, levels):
    forest = ForestTensors.of(random_forest(seed, trees=2, depth=3)).tables
    generator = torch.Generator().manual_seed(seed)
    entries, width = len(forest.entry_offsets), 3
    inputs = [
        torch.randn(rows, columns, generator=generator, dtype=torch.float64, requires_grad=True)
        for rows, columns in ((entries, 4 * width), (3 * width, width), (width, width))
    ]
    assert torch.autograd.gradcheck(lambda *tensors: levels.apply(*tensors, forest), inputs)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_computed_again_equals_what_is_kept(seed):
    model, forest = model_of(torch.float64), ForestTensors.of(random_forest(seed, trees=20))
    found, held = {}, {}
    for again in (False, True):
        model.recomputes, sizes = again, []
        with torch.autograd.graph.saved_tensors_hooks(
            lambda kept, sizes=sizes: sizes.append(kept.nbytes) or kept, lambda kept: kept
        ):
            encoded = model.encode_with_torch(forest)
        held[again] = sum(sizes)
        found[again] = [encoded.outputs, *gradients(model, encoded.outputs.square().sum() + encoded.statements.sum())]
    for mine, other in zip(*found.values(), strict=True):
        if other is not None:
            torch.testing.assert_close(mine, other, atol=1e-12, rtol=1e-10)
    assert held[True] < 0.7 * held[False]


@pytest.mark.parametrize("tree", [(0, []), (0, [(1, [])]), (0, [(1, []), (1, []), (1, [(1, [])])])])
def test_degenerate_trees_encode_like_the_reference(tree):
    columns, model = consed([tree], [[1], [2, 3]]), model_of()
    outputs = model(ForestTensors.of(columns)).outputs
    chain = columns if tree[1] else consed([(0, [(1, [])])], [[1], [2, 3]])
    assert torch.isfinite(outputs).all()
    if chain is columns:
        torch.testing.assert_close(outputs, reference_outputs(model, columns)[0], atol=1e-6, rtol=1e-5)


def test_sharing_subtrees_changes_neither_outputs_nor_gradients():
    """A tree encoded twice beside others gives twice the gradient and the same row."""
    tree, other = (0, [(1, [(2, []), (2, [])]), (1, [(2, []), (2, [])])]), (3, [(1, [(2, []), (2, [])])])
    tokens, model = [[0], [1, 2], [3], [4]], model_of(torch.float64)
    alone = model(ForestTensors.of(consed([tree], tokens))).outputs
    both = model(ForestTensors.of(consed([tree, other, tree], tokens))).outputs
    torch.testing.assert_close(both[0], alone[0])
    torch.testing.assert_close(both[2], alone[0])
    once = gradients(model, alone.square().sum())
    twice = gradients(model, both[0].square().sum() + both[2].square().sum())
    for single, double in zip(once, twice, strict=True):
        if single is not None:
            torch.testing.assert_close(double, 2 * single)


def test_weight_names_and_shapes_are_the_published_ones():
    shapes = {name: tuple(weight.shape) for name, weight in TreeLstm(TreeLstmShape(vocabulary=50)).state_dict().items()}
    assert shapes == {
        "embedding.weight": (50, 128),
        "cell.weight_x": (1024, 128),
        "cell.weight_h_iou": (768, 256),
        "cell.weight_h_f": (256, 256),
        "cell.bias": (1024,),
        "output.weight": (512, 256),
        "output.bias": (512,),
        "statement.hidden.weight": (128, 512),
        "statement.hidden.bias": (128,),
        "statement.output.weight": (1, 128),
        "statement.output.bias": (1,),
    }


def test_learns_to_tell_two_kinds_of_trees_apart():
    columns = consed(
        [(0, [(1, [])] * n) for n in (1, 2, 3)] + [(0, [(2, [(1, [])])] * n) for n in (1, 2, 3)], [[0], [1], [2]]
    )
    forest, model = ForestTensors.of(columns), model_of()
    target = torch.tensor([0, 0, 0, 1, 1, 1])
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(60):
        optimiser.zero_grad()
        functional.cross_entropy(model(forest).outputs[:, :2], target).backward()
        optimiser.step()
    assert (model(forest).outputs[:, :2].argmax(1) == target).all()
