"""Both models learn from a project of any language, and answer about each in its own terms."""

import numpy as np
import pytest

from sapwood import _core
from sapwood.answers import Item
from sapwood.data import SOURCES, load_dataset, statistics
from sapwood.data.positives import CROSS_LANGUAGE
from sapwood.evaluation import Material
from sapwood.evaluation.methods import Structure, token_baselines
from sapwood.inference import Analyzer
from sapwood.training import train

TYPESCRIPT = """
import {{ readFile }} from "fs";
import {{ helper }} from "{noun}-kit";

export class {title} {{
  /** Load the records of a file up to a limit. */
  public async loadRecords(path: string, limit: number): Promise<string[]> {{
    const found: string[] = [];
    for (const line of path.split("{noun}")) {{
      if (found.length < limit + {number}) {{
        found.push(helper(line));
      }}
    }}
    return found;
  }}
}}

/** Merge two sorted lists into one. */
export function mergeSorted(left: number[], right: number[]): number[] {{
  const merged: number[] = [];
  while (left.length > 0 && right.length > {number}) {{
    merged.push(left[0] < right[0] ? left.shift()! : right.shift()!);
  }}
  return merged.concat(left);
}}

export function count{title}(values: number[], minimum: number): number {{
  let total = {number};
  for (const value of values) {{
    if (value > minimum) {{ total += value * {number}; }}
  }}
  return total;
}}
"""
RUST = """
use std::collections::HashMap;
use {noun}_kit::helper;

/// Merge two sorted lists into one.
pub fn merge_sorted(left: &[u32], right: &[u32]) -> Vec<u32> {{
    let mut merged = left.to_vec();
    for value in right {{
        let place = merged.iter().position(|other| other > value).unwrap_or(merged.len() - {number});
        merged.insert(place, helper(*value));
    }}
    merged
}}
"""
PYTHON = '''
import json


def merge_sorted(left, right):
    """Merge two sorted lists into one."""
    merged = []
    while left and right and len(merged) < {number}:
        merged.append(json.loads(left.pop(0) if left[0] < right[0] else right.pop(0)))
    return merged + left + right
'''
NOUNS = ["apple", "river", "stone", "cloud", "paper", "metal", "green", "light", "sound"]


def written(root, suffixes):
    """Nine packages, each with a module in every language."""
    templates = {"ts": TYPESCRIPT, "rs": RUST, "py": PYTHON}
    for number, noun in enumerate(NOUNS, start=2):
        (root / noun).mkdir(parents=True)
        for suffix in suffixes:
            text = templates[suffix].format(noun=noun, title=noun.title(), number=number)
            (root / noun / f"{noun}.{suffix}").write_text(text)
    engine = _core.Engine.create(str(root), str(root.parent / "workspace"))
    engine.index()
    return engine


@pytest.fixture
def mixed(tmp_path):
    return written(tmp_path / "mixed", ["ts", "rs", "py"])


@pytest.mark.parametrize("model", ["tree-lstm", "graphsage"])
def test_a_project_in_one_other_language_is_learned(tmp_path, config, model):
    engine = written(tmp_path / "typescript", ["ts"])
    result = train(model, engine, config)
    nodes, vectors = engine.versions.read_vectors(model, result.version)
    assert nodes.tolist() == engine.index_data().functions.tolist()
    assert np.isfinite(vectors).all()
    assert "bugs" in engine.versions.show(model)["trained_heads"]
    code = TYPESCRIPT.format(noun="table", title="Table", number=7)
    (analysis,) = Analyzer.load(engine).analyze([Item("a", code, "typescript")])
    assert 0.0 <= analysis.bug.probability <= 1.0


def test_every_language_has_functions_splits_and_pairs(mixed, config):
    dataset = load_dataset(mixed, config)
    assert set(dataset.languages) == {"typescript", "rust", "python"}
    methods = [text for text, name in zip(dataset.texts, dataset.names, strict=True) if name.endswith("loadRecords")]
    assert methods
    assert all(text.startswith("async function loadRecords(") for text in methods)
    pairs = dataset.positives
    crossing = np.flatnonzero(pairs.sources == CROSS_LANGUAGE)
    assert len(crossing)
    for pair in crossing.tolist():
        first, second = int(pairs.first[pair]), int(pairs.second[pair])
        assert dataset.families[first] != dataset.families[second]
        assert dataset.split[first] == dataset.split[second]
    counts = statistics(mixed, config)["splits"]["train"]
    assert counts["pairs"] == counts["independent_pairs"] + counts["cross_language_pairs"]


def test_only_the_languages_that_are_asked_for_take_part(mixed, config):
    chosen = config.model_copy(update={"data": config.data.model_copy(update={"languages": ("rust",)})})
    dataset = load_dataset(mixed, chosen)
    assert set(dataset.languages) == {"rust"}
    assert dataset.dropped["in another language"] > 0


def test_modules_are_suggested_in_their_own_language(mixed, config):
    settings = config.model_copy(
        update={
            "data": config.data.model_copy(update={"imports": config.data.imports.model_copy(update={"min_count": 1})})
        }
    )
    train("graphsage", mixed, settings)
    texts = {"python": (PYTHON, "json"), "typescript": (TYPESCRIPT, "fs"), "rust": (RUST, "std.collections")}
    items = [Item(of, text.format(noun="x", title="X", number=3), of) for of, (text, _) in texts.items()]
    named = {
        analysis_of: {found.name for found in analysis.imports}
        for analysis_of, analysis in zip(texts, Analyzer.load(mixed).analyze(items), strict=True)
    }
    for language, (_, module) in texts.items():
        assert module in named[language]
        others = {other for of, (_, other) in texts.items() if of != language}
        assert not others & named[language]
    (of_go,) = Analyzer.load(mixed).analyze([Item("go", "package p\n\nfunc f() {}\n", "go")])
    assert of_go.imports is None
    assert "imports" in of_go.untrained


def test_evaluation_asks_about_each_language_and_between_them(mixed, config):
    halves = config.data.model_copy(update={"test_fraction": 0.6})
    held_out = config.model_copy(update={"data": halves})
    searches = Material(load_dataset(mixed, held_out), held_out).searches()
    tasks = [search.table.task for search in searches]
    assert tasks[:2] == ["Find the independent counterpart", "Find the original of a rewrite"]
    assert "Find the independent counterpart, javascript" in tasks
    assert tasks[-1] == "Find the counterpart in another language"
    crossing = searches[-1]
    assert set(crossing.languages.queries) == {"typescript", "rust", "python"}
    for method in (Structure(), *token_baselines()):
        assert all(row.value is not None for row in crossing.results(method, [1]))


def test_each_epoch_tells_how_well_each_source_is_found(mixed, config):
    events = []
    train("tree-lstm", mixed, config, on_event=events.append)
    losses = [event["losses"] for event in events if event["event"] == "epoch"][-1]
    assert {f"train_accuracy_{source}" for source in SOURCES} <= losses.keys()
    assert losses["train_accuracy_cross_language"] is not None
    counts = mixed.versions.show("tree-lstm")["data"]["counts"]
    assert counts["cross_language_pairs"] > 0
    assert counts["matched_pairs"] == counts["independent_pairs"] + counts["cross_language_pairs"]
