"""What is learned from: filtered, without near-duplicates, whole packages to a split; labels are injected or read."""

import numpy as np
import pytest

from sapwood import _core
from sapwood.config import load_config
from sapwood.data import (
    SPLITS,
    hide_own_name,
    load_dataset,
    mutants_of_split,
    mutate_functions,
    rewrite_functions,
    statistics,
)
from sapwood.data.union import node_splits
from sapwood.data.usable import draw_names
from sapwood.errors import BadInputError

BODY = '''
import json


def {name}(values, limit):
    """Collect what is below the limit."""
    kept = []
    for value in values:
        if value + {number} < limit:
            kept.append(json.dumps({extra}))
    return kept
'''
EXTRAS = ["value", "[value, limit]", "{1: value}", "value * limit", "value - 7", "str(value)"]
SHORT = "def tiny():\n    return 1\n"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """Six packages of near copies in two files each, one large and one tiny function."""
    root = tmp_path_factory.mktemp("sources")
    for number, extra in enumerate(EXTRAS):
        for module in ("first", "second"):
            file = root / f"package{number}" / f"{module}.py"
            file.parent.mkdir(exist_ok=True)
            file.write_text(BODY.format(name=f"collect_{module}", number=number, extra=extra) + "\n\n" + SHORT)
    large = "def huge(x):\n" + "".join(f"    x = x + {line} * x\n" for line in range(200)) + "    return x\n"
    (root / "package0" / "large.py").write_text(large)
    made = _core.Engine.create(str(root), str(tmp_path_factory.mktemp("workspace")))
    made.index()
    return made


@pytest.fixture
def config():
    return load_config(None, ["data.test_fraction=0.2", "data.validation_fraction=0.2", "data.min_lines=3"])


def test_tiny_large_and_copied_functions_are_left_out(engine, config):
    dataset = load_dataset(engine, config)
    assert dataset.dropped["short"] == 12
    assert dataset.dropped["large"] == 1
    assert dataset.dropped["duplicate"] >= 6
    assert len(dataset) + sum(dataset.dropped.values()) == len(engine.index_data().functions)


def test_what_is_in_another_language_or_has_no_name_takes_no_part(tmp_path, config):
    root = tmp_path / "sources"
    root.mkdir()
    (root / "a.py").write_text(BODY.format(name="collect", number=1, extra="value") + "\nf = lambda x: (\n x,\n x)\n")
    (root / "B.java").write_text("class B {\n  int f(int a) {\n    int b = a;\n    return b;\n  }\n}\n")
    engine = _core.Engine.create(str(root), str(tmp_path / "workspace"))
    engine.index()
    dataset = load_dataset(
        engine, config.model_copy(update={"data": config.data.model_copy(update={"languages": ("python",)})})
    )
    assert dataset.names == ["a.collect"]
    assert (dataset.dropped["in another language"], dataset.dropped["without a name"]) == (1, 1)
    assert [dataset.index.file_paths[file] for file in dataset.files] == ["a.py"]
    names, splits = np.array(dataset.index.node_names), node_splits(dataset)
    assert set(splits[np.char.startswith(names, "B")]) == {len(SPLITS)}


def test_packages_stay_whole_and_every_split_has_some(engine, config):
    dataset = load_dataset(engine, config)
    for column, packages in ((dataset.split, dataset.packages), (dataset.file_split, dataset.file_packages)):
        assert len(set(zip(packages.tolist(), column.tolist(), strict=True))) == len(set(packages.tolist()))
    assert {split for split in SPLITS if len(dataset.positions(split))} >= {"train"}
    for first, second in zip(dataset.positives.first, dataset.positives.second, strict=True):
        assert dataset.packages[first] != dataset.packages[second]
        assert dataset.split[first] == dataset.split[second]


def test_a_file_of_copies_is_no_example_of_imports(engine, config):
    dataset = load_dataset(engine, config)
    paths = np.array(dataset.index.file_paths)
    copied = set(paths[dataset.file_copied].tolist())
    assert copied == {f"package{number}/second.py" for number in range(len(EXTRAS))}
    used = np.concatenate([dataset.file_positions(split) for split in SPLITS])
    assert set(paths[dataset.files[used]].tolist()) == set(paths.tolist()) - copied


def test_columns_belong_together(engine, config):
    dataset = load_dataset(engine, config)
    for name, text, docstring in zip(dataset.names, dataset.texts, dataset.docstrings, strict=True):
        assert text.startswith(f"def {name.rpartition('.')[2]}(")
        assert docstring in text
    assert all(modules == ["json"] for modules in dataset.function_imports)


def test_function_limit_keeps_a_seeded_part(engine, config):
    limited = config.model_copy(update={"data": config.data.model_copy(update={"max_functions": 2})})
    first, second = load_dataset(engine, limited), load_dataset(engine, limited)
    assert len(first) == 2
    np.testing.assert_array_equal(first.functions, second.functions)


def test_a_name_is_drawn_with_all_functions_that_have_it():
    names = [f"package{number}.{name}_values" for number in range(5) for name in ("read", "write", "merge", "count")]
    drawn = {names[position].partition(".")[2] for position in draw_names(names, 10, 42).tolist()}
    assert len(draw_names(names, 10, 42)) == 10
    assert len(drawn) == 2
    assert len({tuple(draw_names(names, 10, seed)) for seed in range(20)}) > 1


def test_nothing_to_learn_from_is_said(engine, config):
    strict = config.model_copy(update={"data": config.data.model_copy(update={"min_lines": 1000})})
    with pytest.raises(BadInputError, match="min_lines"):
        load_dataset(engine, strict)


def test_mutants_differ_from_their_originals_in_the_lines_they_name(engine, config):
    dataset = load_dataset(engine, config)
    mutants = mutate_functions(dataset.texts, np.arange(len(dataset)), 0, dataset.languages)
    assert len(mutants) == len(dataset)
    for row, function in enumerate(mutants.functions.tolist()):
        lines, original = mutants.texts[row].splitlines(), dataset.texts[function].splitlines()
        changed = [line for line in mutants.lines[row] if line > len(original) or lines[line - 1] != original[line - 1]]
        assert changed
        assert _core.check_text(mutants.texts[row]) == 0
    again = mutate_functions(dataset.texts, np.arange(len(dataset)), 0, dataset.languages)
    assert mutants.texts == again.texts


def test_mutants_are_of_their_split_alone(engine, config):
    dataset = load_dataset(engine, config)
    for split in ("train", "validation"):
        assert set(dataset.split[mutants_of_split(dataset, split).functions].tolist()) <= {split}


def test_rewrites_are_other_texts_that_parse(engine, config):
    dataset = load_dataset(engine, config)
    rewrites = rewrite_functions(dataset.texts, np.arange(len(dataset)), 0, dataset.languages)
    assert len(rewrites.texts) > 0
    for function, text in zip(rewrites.functions.tolist(), rewrites.texts, strict=True):
        assert text != dataset.texts[function]
        assert _core.check_text(text) == 0


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("def load(x):\n    return load(x - 1)\n", "def function(x):\n    return function(x - 1)\n"),
        ("def load(x):\n    return super().load(x)\n", "def function(x):\n    return super().function(x)\n"),
        ("def load(x):\n    return loaded(x, preload)\n", "def function(x):\n    return loaded(x, preload)\n"),
        ("@cached\nasync def load(x):\n    pass\n", "@cached\nasync def function(x):\n    pass\n"),
        ("def loader(x):\n    pass\n", "def loader(x):\n    pass\n"),
    ],
)
def test_own_name_is_hidden_wherever_it_stands(text, hidden):
    assert hide_own_name(text, "pkg.mod.load") == hidden


def test_statistics_count_every_split_and_label(engine, config):
    counted = statistics(engine, config)
    assert counted["functions"] == sum(split["functions"] for split in counted["splits"].values())
    assert 2 <= counted["labels"]["imports"]["json"] <= counted["splits"]["train"]["files"]
    kinds = counted["labels"]["bugs"]
    assert kinds["none"] == sum(count for kind, count in kinds.items() if kind != "none") > 0
