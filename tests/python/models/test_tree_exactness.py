"""Both ways to encode real code and large trees equal one node at a time, whatever is set; threads change no bit."""

from functools import partial

import pytest
import torch
from benches.forests import PlainTree, kinds_alone, plain_trees

from models.test_tree_kernels import assert_same_gradients, large_tree, loss_of, weights_of
from models.test_tree_lstm import gradients, model_of, reference_outputs
from sapwood import _core
from sapwood.models import tree_kernels
from sapwood.models.tree_lstm import Encoded, ForestTensors, TreeLstm, TreeLstmShape

CODE = '''
def read_file_lines(path, *, skip_empty=True):
    """The lines of a file."""
    found_lines = []
    with open(path, encoding="utf-8") as source_file:
        for line_number, text in enumerate(source_file):
            if skip_empty and not text.strip():
                continue
            found_lines.append((line_number, text.rstrip("\\n")))
    return found_lines


def least(values, limit=1.5e3):
    found = None
    for number, value in enumerate(values):
        if value < limit and (found is None or value < values[found]):
            found = number
    while found is not None and values[found] == values[0]:
        found, limit = found - 1, limit * 2
    return found


def least_again(items, bound=1.5e3):
    best = None
    for place, item in enumerate(items):
        if item < bound and (best is None or item < items[best]):
            best = place
    while best is not None and items[best] == items[0]:
        best, bound = best - 1, bound * 2
    return best
'''
TEXTS = [CODE, *CODE.split("\n\n\n"), "x"]
SHORT_TEXTS = [
    "def first_of(a_list, size=1):\n    if size:\n        return a_list[:size]\n    return []\n",
    "a = 'b' + a\nb(a)",
]
SETTINGS = ("subtokens", "anonymous", "some anonymous", "kinds", "shared", "one tree")
PATHS = {"kernels": TreeLstm.forward, "torch": TreeLstm.encode_with_torch}


@pytest.fixture(autouse=True)
def _threads_as_before():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def forest_of(setting, given=TEXTS):
    """Real code, read with one of the settings that change what the model sees."""
    vocabulary = _core.Vocabulary.build(TEXTS, size=700)
    hidden = {"anonymous": [True] * len(given), "some anonymous": [place % 2 == 0 for place in range(len(given))]}
    texts = {"shared": given * 3, "one tree": given[:1]}.get(setting, given)
    forest = _core.parse_forest(texts, vocabulary, anonymous=hidden.get(setting))
    return kinds_alone(forest) if setting == "kinds" else forest


def model_for_code(dtype=torch.float32):
    torch.manual_seed(0)
    return TreeLstm(TreeLstmShape(vocabulary=1200, embedding=9, hidden=8, output=7)).to(dtype)


def one_node_at_a_time(model, forest):
    """What the model computes, from every occurrence of every node by the formulas of the paper."""
    means, states = [], {}
    for tree in plain_trees(forest):
        of_tree = node_states(model, forest, tree)
        means.append(torch.stack(of_tree).mean(0))
        states |= dict(zip(tree.nodes, of_tree, strict=True))
    statements = [states[node] for node in forest.statement_nodes.tolist()]
    return Encoded(
        outputs=model.output(torch.stack(means)),
        means=torch.stack(means),
        statements=torch.stack(statements) if statements else means[0].new_zeros(0, len(means[0])),
    )


def node_states(model, forest, tree: PlainTree):
    cell, width = model.cell, model.cell.hidden
    below, states = [[] for _ in tree.nodes], [None] * len(tree.nodes)
    for place in reversed(range(len(tree.nodes))):
        inputs = cell.weight_x @ model.embedding.weight[tokens_of(forest, tree.nodes[place])].mean(0) + cell.bias
        summed = sum((hidden for hidden, _ in below[place]), torch.zeros(width, dtype=inputs.dtype))
        inner, outer, candidate = (inputs[: 3 * width] + cell.weight_h_iou @ summed).split(width)
        state = torch.sigmoid(inner) * torch.tanh(candidate)
        for hidden, kept in below[place]:
            state = state + torch.sigmoid(inputs[3 * width :] + cell.weight_h_f @ hidden) * kept
        states[place] = torch.sigmoid(outer) * torch.tanh(state)
        if tree.parents[place] >= 0:
            below[tree.parents[place]].append((states[place], state))
    return states


def tokens_of(forest, node):
    start, end = forest.entry_indptr[forest.entry[node]], forest.entry_indptr[forest.entry[node] + 1]
    return torch.from_numpy(forest.entry_tokens[start:end].astype("int64"))


def whole_loss(model, forest, encoded):
    """A loss in which every result counts, the scores of the statements too."""
    return loss_of(encoded) + model.score_statements(forest, encoded).sigmoid().sum()


@pytest.mark.parametrize("setting", SETTINGS)
def test_real_code_equals_one_node_at_a_time(setting):
    columns, model = forest_of(setting), model_for_code()
    forest, theirs = ForestTensors.of(columns), one_node_at_a_time(model, columns)
    expected = gradients(model, whole_loss(model, forest, theirs))
    for path in PATHS.values():
        ours = path(model, forest)
        for name in ("outputs", "means", "statements"):
            torch.testing.assert_close(getattr(ours, name), getattr(theirs, name), atol=1e-5, rtol=1e-5)
        assert_same_gradients(gradients(model, whole_loss(model, forest, ours)), expected, 1e-5)


def test_the_settings_make_different_forests():
    found = {setting: forest_of(setting) for setting in SETTINGS}
    assert len({(one.unique_nodes, len(one), len(one.entry_tokens)) for one in found.values()}) == len(SETTINGS)
    assert found["shared"].unique_nodes == found["subtokens"].unique_nodes
    assert max(len(tokens_of(found["subtokens"], node)) for node in range(found["subtokens"].unique_nodes)) > 2
    assert len(found["subtokens"].statement_nodes) > 20


@pytest.mark.parametrize("nodes", [1, 300, 10_000])
def test_large_trees_with_their_statements_equal_one_node_at_a_time(nodes):
    columns, model = large_tree(nodes), model_of()
    forest, (outputs, logits) = ForestTensors.of(columns), reference_outputs(model, columns)
    expected = gradients(model, outputs.sin().sum() + logits.cos().sum())
    for path in PATHS.values():
        encoded = path(model, forest)
        scores = model.score_statements(forest, encoded)
        torch.testing.assert_close(encoded.outputs, outputs, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(scores, logits, atol=1e-5, rtol=1e-5)
        assert_same_gradients(gradients(model, encoded.outputs.sin().sum() + scores.cos().sum()), expected, 1e-5)


@pytest.mark.parametrize("nodes", [1, 300, 10_000])
def test_the_kernels_pass_gradcheck_on_large_trees(nodes):
    columns, model = large_tree(nodes), model_of(torch.float64)
    kernels, weights = _core.TreeKernels(1), [weight.detach().requires_grad_() for weight in weights_of(model)]
    encode = partial(tree_kernels.encode, kernels, columns)
    assert torch.autograd.gradcheck(lambda *given: encode(given), weights, fast_mode=True)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("setting", SETTINGS)
def test_real_code_passes_gradcheck_with_its_statement_scores(setting, path):
    forest, model = ForestTensors.of(forest_of(setting, SHORT_TEXTS)), _Whole(PATHS[path])
    named = {name: weight.detach().clone().requires_grad_() for name, weight in model.named_parameters()}

    def results(*weights):
        return torch.func.functional_call(model, dict(zip(named, weights, strict=True)), (forest,))

    assert torch.autograd.gradcheck(results, list(named.values()), fast_mode=True)


class _Whole(torch.nn.Module):
    """Outputs and statement scores by one of the paths."""

    def __init__(self, path):
        super().__init__()
        self.model, self.path = model_for_code(torch.float64), path

    def forward(self, forest):
        encoded = self.path(self.model, forest)
        return encoded.outputs, self.model.score_statements(forest, encoded)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_number_of_threads_changes_no_bit(setting):
    forest, model = ForestTensors.of(forest_of(setting)), model_for_code()
    runs = []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        encoded = model(forest)
        runs.append([*vars(encoded).values(), *gradients(model, loss_of(encoded))])
    for run in runs[1:]:
        assert all(mine is None or torch.equal(mine, first) for mine, first in zip(run, runs[0], strict=True))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_no_thread_of_the_kernels_computes_with_denormal_numbers(threads):
    """Embeddings too small for a normal number count as zero, though their products would be large."""
    torch.set_num_threads(threads)
    forest, model = ForestTensors.of(forest_of("subtokens")), model_for_code()
    model.cell.weight_x.data.fill_(1e38)
    found = {}
    for value in (1e-40, 0.0):
        model.embedding.weight.data.fill_(value)
        encoded = model(forest)
        found[value] = [*vars(encoded).values(), *gradients(model, loss_of(encoded))]
    assert all(tiny is None or torch.equal(tiny, zero) for tiny, zero in zip(*found.values(), strict=True))


def test_a_thread_that_did_compute_with_denormal_numbers_would_be_seen():
    """What the test above stands on: the reference, told not to flush, sees such embeddings."""
    forest, model = ForestTensors.of(forest_of("subtokens")), model_for_code()
    model.cell.weight_x.data.fill_(1e38)
    flushed = float(torch.tensor(1e-30) * torch.tensor(1e-10)) == 0.0
    torch.set_flush_denormal(False)
    outputs = []
    for value in (1e-40, 0.0):
        model.embedding.weight.data.fill_(value)
        outputs.append(model.encode_with_torch(forest).outputs)
    torch.set_flush_denormal(flushed)
    assert not torch.allclose(*outputs)
