"""Prepared examples: the same as training makes itself, readable by anyone, refused where they are not whole."""

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file

from sapwood.data import load_dataset, load_examples
from sapwood.errors import BadInputError, InterruptedRun
from sapwood.training import examples, train

datasets = pytest.importorskip("datasets")


def with_data(config, **values):
    return config.model_copy(update={"data": config.data.model_copy(update=values)})


def prepare(engine, config, model="tree-lstm", **how):
    return examples.prepare_examples(engine, config, model, say=lambda _: None, **how)


@pytest.fixture
def prepared(engine, config):
    """A workspace with the tree model's examples."""
    return prepare(engine, config)


def weights(engine, model, version):
    return load_file(f"{engine.versions.path(model, version)}/weights.safetensors")


@pytest.mark.parametrize("model", ["tree-lstm", "graphsage"])
def test_training_with_prepared_examples_gives_the_same_weights(engine, config, model, tmp_path):
    outcomes = tmp_path / "outcomes.jsonl"
    lines = [{"code": f"x = {number}\n", "passed": number % 2 == 0} for number in range(20)]
    outcomes.write_text("\n".join(map(json.dumps, lines)))
    settings = with_data(config, outcomes=str(outcomes))
    made = train(model, engine, settings)
    prepare(engine, settings, model)
    said = []
    taken = train(model, engine, settings, on_event=lambda event: said.append(event.get("message") or ""))
    assert any("takes the examples in" in line for line in said)
    before, after = weights(engine, model, made.version), weights(engine, model, taken.version)
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_the_library_alone_reads_every_table(prepared, engine, config):
    dataset = load_dataset(engine, config)
    for table, counts in prepared.counts.items():
        loaded = datasets.load_from_disk(str(prepared.folder / table))
        assert {split: len(rows) for split, rows in loaded.items()} == {
            split: many for split, many in counts.items() if many
        }
    functions = load_examples(prepared.folder)
    rows = [row for split in functions.values() for row in split]
    assert [row["names"] for row in sorted(rows, key=lambda row: row["position"])] == dataset.names
    assert set(load_examples(prepared.folder, "mutants")["train"][0]) >= {"texts", "kind", "lines"}
    card = (prepared.folder / "README.md").read_text()
    assert f"| functions | {prepared.counts['functions']['train']} (" in card
    assert "- `seed`: 42" in card


def test_triplets_hold_a_pair_and_a_text_of_another_name(prepared):
    pairs, triplets = (load_examples(prepared.folder, table)["train"] for table in ("pairs", "triplets"))
    assert {"independent", "rewrite"} == set(pairs["source"])
    assert len(triplets) == len(pairs) > 0
    assert all(row["negative"] not in {row["query"], row["positive"]} for row in triplets)
    held_out = load_examples(prepared.folder, "views")
    known = set(held_out["train"]["texts"])
    assert all(row["negative"] in known for row in triplets), "a negative is of the same split"


def test_texts_stay_in_the_files(engine, config):
    import pyarrow as pa

    prepare(engine, config)
    before = pa.total_allocated_bytes()
    dataset = examples.kept_dataset(engine, config, "tree-lstm", lambda _: None)
    size = sum(len(text) for text in dataset.texts)
    assert pa.total_allocated_bytes() - before < size / 2, "only positions and the like are copied"
    assert not isinstance(dataset.texts, list)
    assert dataset.texts[1:3] == load_dataset(engine, config).texts[1:3]


def test_the_same_examples_are_not_made_twice(prepared, engine, config):
    state = (prepared.folder / "examples.json").stat().st_mtime_ns
    again = prepare(engine, config)
    assert (again.already, prepared.already) == (True, False)
    assert again.counts == prepared.counts
    assert (prepared.folder / "examples.json").stat().st_mtime_ns == state
    assert not prepare(engine, with_data(config, max_mutants=5)).already


def test_fewer_pairs_are_written_where_fewer_are_asked_for(engine, config):
    prepared = prepare(engine, config, most_pairs=3)
    assert prepared.counts["pairs"]["train"] == prepared.counts["triplets"]["train"] == 3


def test_examples_of_other_settings_or_sources_are_made_again_and_it_is_said(prepared, engine, config):
    said = []
    assert examples.kept_dataset(engine, with_data(config, min_lines=4), "tree-lstm", said.append) is None
    assert "with other settings (data.min_lines=3 where it is 4 now)" in said[0]
    manifest = json.loads((prepared.folder / "examples.json").read_text())
    manifest["identity"]["data"] = "another index"
    (prepared.folder / "examples.json").write_text(json.dumps(manifest))
    assert examples.kept_dataset(engine, config, "tree-lstm", said.append) is None
    assert "another state of the sources" in said[1]
    manifest["identity"] = {**examples.identity(engine, config), "code": "older"}
    (prepared.folder / "examples.json").write_text(json.dumps(manifest))
    assert examples.kept_dataset(engine, config, "tree-lstm", said.append) is None
    assert "by another release" in said[2]


def test_a_folder_asked_for_by_name_must_fit(engine, config, tmp_path):
    folder = tmp_path / "examples"
    prepare(engine, config, folder=folder)
    named = with_data(config, examples=str(folder))
    assert examples.kept_dataset(engine, named, "tree-lstm", lambda _: None) is not None
    with pytest.raises(BadInputError, match=r"other settings .*sapwood data prepare tree-lstm --output"):
        examples.kept_dataset(engine, with_data(named, min_lines=5), "tree-lstm", lambda _: None)
    with pytest.raises(BadInputError, match="never prepared"):
        examples.kept_dataset(engine, with_data(named, examples="gone"), "tree-lstm", lambda _: None)


def truncated(folder):
    (file,) = (folder / "views" / "train").glob("*.arrow")
    file.write_bytes(file.read_bytes()[:-100])


def mixed(folder):
    shutil.rmtree(folder / "functions" / "train")
    shutil.copytree(folder / "functions" / "validation", folder / "functions" / "train")


def changed(folder):
    (file,) = (folder / "mutants" / "train").glob("*.arrow")
    held = bytearray(file.read_bytes())
    held[len(held) // 2] ^= 255
    file.write_bytes(held)


def without_table(folder):
    shutil.rmtree(folder / "rewrites")


def newer(folder):
    manifest = json.loads((folder / "examples.json").read_text())
    (folder / "examples.json").write_text(json.dumps({**manifest, "format": 99}))


def cut_off(folder):
    (folder / "examples.json").write_text('{"format": 1, "fil')


@pytest.mark.parametrize("damage", [truncated, mixed, changed, without_table, newer, cut_off])
def test_what_is_not_whole_is_refused_with_the_command_that_makes_it_anew(prepared, engine, config, damage):
    damage(prepared.folder)
    with pytest.raises(BadInputError, match="make them anew with: sapwood data prepare tree-lstm"):
        train("tree-lstm", engine, config)
    assert not prepare(engine, config).already
    assert examples.kept_dataset(engine, config, "tree-lstm", lambda _: None) is not None


def test_a_folder_with_something_else_is_left_alone(engine, config, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInputError, match="holds something else"):
        prepare(engine, config, folder=tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_a_stop_leaves_no_half_examples(engine, config, tmp_path):
    asked = iter([False] * 8 + [True])

    def heed_stop():
        if next(asked):
            raise InterruptedRun("stopped")

    with pytest.raises(InterruptedRun):
        prepare(engine, config, folder=tmp_path / "stopped", heed_stop=heed_stop)
    assert list(tmp_path.glob("stopped*")) == []


def test_an_unknown_table_is_answered_with_those_there_are(prepared, tmp_path):
    with pytest.raises(BadInputError, match=r"no table `pears` .*functions, files"):
        load_examples(prepared.folder, "pears")
    with pytest.raises(BadInputError, match="tables: none"):
        load_examples(tmp_path / "gone")
