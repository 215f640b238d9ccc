"""The tree model on trees that are no code: arithmetic expressions, those of one form in one group."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from sapwood.answering import Answerer
from sapwood.config import load_config
from sapwood.data.labelled import load_trees
from sapwood.errors import BadInputError, InterruptedRun, PathMissingError, SapwoodError, SchemaMismatchError
from sapwood.training import train
from sapwood.trees import Tree, read_trees

OPERATORS = ["+", "-", "*", "/", "max", "neg", "pow"]
WIDTHS = ["tree_lstm.model.embedding=16", "tree_lstm.model.hidden=32", "tree_lstm.model.output=32"]


def expression(rng, depth):
    """An operator with its operands, nested; leaves are numbers or names."""
    if depth == 0 or rng.random() < 0.15:
        return "name" if rng.random() < 0.5 else "number", []
    operator = str(rng.choice(OPERATORS))
    return operator, [expression(rng, depth - 1) for _ in range(1 if operator == "neg" else 2)]


def varied(rng, tree):
    """The same expression with other leaves, and the operands of sums and products in either order."""
    operator, operands = tree
    operands = [varied(rng, operand) for operand in operands]
    if not operands:
        return operator, [(str(rng.choice(list("abcdefgh"))) if operator == "name" else str(rng.integers(100)), [])]
    return operator, operands[::-1] if operator in "+*" and rng.random() < 0.5 else operands


def columns(tree):
    """Labels and parents."""
    labels, parents, waiting = [], [], [(tree, None)]
    while waiting:
        (operator, operands), parent = waiting.pop()
        waiting += [(operand, len(labels)) for operand in operands]
        labels.append(operator)
        parents.append(parent)
    return labels, parents


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Five writings of each of seventy expressions."""
    rng = np.random.default_rng(1)
    path = tmp_path_factory.mktemp("trees") / "expressions.jsonl"
    lines, group = [], 0
    while group < 70:
        tree = expression(rng, 4)
        if 7 <= len(columns(tree)[0]) <= 25:
            group += 1
            for number in range(5):
                labels, parents = columns(varied(rng, tree))
                lines.append({"id": f"{group}-{number}", "labels": labels, "parents": parents, "group": group})
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


def settings(file, *overrides):
    return load_config(None, [f"data.trees={file}", "threads=1", "tree_lstm.epochs=12", *WIDTHS, *overrides])


@pytest.fixture(scope="module")
def workspace(sources, tmp_path_factory):
    from sapwood import _core

    made = _core.Engine.create(str(sources), str(tmp_path_factory.mktemp("workspace")))
    made.index()
    return made


@pytest.fixture(scope="module")
def trained(workspace, file):
    return train("tree-lstm", workspace, settings(file))


def test_training_lifts_retrieval_clearly_above_the_untrained_model(trained):
    before, after = trained.metrics["test_recall_at_1_untrained"], trained.metrics["test_recall_at_1"]
    assert after > before + 0.2
    assert after > 0.8


def test_the_margin_loss_learns_its_training_pairs(workspace, file):
    result = train("tree-lstm", workspace, settings(file, "tree_lstm.loss=margin"))
    assert result.metrics["train_accuracy"] > 0.9


def test_the_same_seed_gives_the_same_weights(workspace, file):
    config = settings(file, "tree_lstm.epochs=1")
    first, second = (train("tree-lstm", workspace, config) for _ in range(2))
    stored = [
        load_file(f"{workspace.versions.path('tree-lstm', run.version)}/weights.safetensors") for run in (first, second)
    ]
    assert all(np.array_equal(stored[0][name], stored[1][name]) for name in stored[0])


def test_a_stopped_run_goes_on(workspace, file):
    config, steps = settings(file, "tree_lstm.epochs=2"), []

    def should_stop():
        return len(steps) > 4

    def note(event):
        steps.extend([event["step"]] if event["event"] == "step" else [])

    with pytest.raises(InterruptedRun):
        train("tree-lstm", workspace, config, on_event=note, should_stop=should_stop)
    resumed = train("tree-lstm", workspace, config, resume="last")
    whole = train("tree-lstm", workspace, config)
    ways = [
        load_file(f"{workspace.versions.path('tree-lstm', run.version)}/weights.safetensors")
        for run in (resumed, whole)
    ]
    assert all(np.array_equal(ways[0][name], ways[1][name]) for name in ways[0])


def test_lines_of_trees_are_embedded_by_that_version_alone(workspace, trained, file):
    trees = list(read_trees(file.read_text().splitlines()[:3]))
    answerer = Answerer(workspace)
    vectors = answerer.embed(trees, "tree-lstm", trained.version)
    assert all(np.isclose(np.linalg.norm(vector), 1.0) for vector in vectors)
    alone = answerer.embed(trees[1:2], "tree-lstm", trained.version)
    assert np.array_equal(alone[0], vectors[1]), "whatever is asked beside it"
    from sapwood.answers import Item

    mixed = answerer.embed([trees[0], Item(1, "x = 1\n")], "tree-lstm", trained.version)
    assert np.array_equal(mixed[0], vectors[0])
    assert "was trained on trees of labels and reads no code" in str(mixed[1])
    (refused,) = answerer.embed(trees[:1], "structure")
    assert isinstance(refused, SapwoodError)


def test_it_does_not_serve_code(workspace, trained):
    assert "serving" not in workspace.versions.aliases("tree-lstm")
    with pytest.raises(SchemaMismatchError):
        workspace.versions.require_schema("tree-lstm", trained.version)
    manifest = workspace.versions.show("tree-lstm", trained.version)
    assert manifest["trained_heads"] == ["code"], "there are no statements to judge"
    assert manifest["data"]["counts"]["train_trees"] > 0


def test_groups_stay_in_one_split_and_equal_trees_count_once(file):
    found = load_trees(settings(file))
    sides = {group: set(found.split[found.groups == group]) for group in np.unique(found.groups)}
    assert all(len(splits) == 1 for splits in sides.values())
    assert set(found.split) == {"train", "validation", "test"}
    assert len(found) + found.equal == 350
    pairs = found.pairs("train")
    assert (found.groups[pairs.first] == found.groups[pairs.second]).all()


def test_what_cannot_be_learned_from_is_refused(workspace, tmp_path, file):
    with pytest.raises(PathMissingError):
        train("tree-lstm", workspace, settings(tmp_path / "gone.jsonl"))
    with pytest.raises(BadInputError, match="reads code alone"):
        train("graphsage", workspace, settings(file))
    lonely = [Tree(n, ["a", str(n)], [None, 0]) for n in range(5)]
    (tmp_path / "lonely.jsonl").write_text(
        "\n".join(json.dumps({"id": t.id, "labels": t.labels, "parents": t.parents}) for t in lonely)
    )
    with pytest.raises(BadInputError, match='an equal "group"'):
        train("tree-lstm", workspace, settings(tmp_path / "lonely.jsonl"))
    (tmp_path / "bad.jsonl").write_text('{"id": 1, "labels": ["a"], "parents": [0]}')
    with pytest.raises(BadInputError, match="line 1"):
        train("tree-lstm", workspace, settings(tmp_path / "bad.jsonl"))
