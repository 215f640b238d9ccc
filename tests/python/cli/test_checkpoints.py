"""Versions are listed, shown, verified and switched."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from sapwood import _core


@pytest.fixture
def versions(indexed):
    """A workspace with two versions of a model, the second one serving."""
    published = _core.Engine.open(str(indexed)).versions
    for loss in (0.5, 0.25):
        metric = {
            "value": loss,
            "baseline": 1.0,
            "baseline_name": "chance",
            "n": 10,
            "task": "Guess",
            "metric": "loss",
        }
        unlabelled = {"value": None, "task": "training", "metric": "train_confidence"}
        manifest = {
            "model": "tree-lstm",
            "feature_schema": _core.schema_fingerprint(),
            "metrics": {"loss": metric, "steps": {"value": 1200}, "train_confidence": unlabelled},
            "latency": {"embed": {"median_ms": 1.5, "p99_ms": 4.0, "n": 200, "device": "cpu"}},
        }
        name = published.publish(
            "tree-lstm", {"weights.safetensors": save({"w": np.zeros(1, np.float32)})}, json.dumps(manifest)
        )
        published.promote("tree-lstm", name)
    return indexed


def serving(run, folder):
    listed = run("checkpoints", "list", "tree-lstm", "--json", cwd=folder).json()["versions"]
    return next(version["version"] for version in listed if "serving" in version["aliases"])


def test_list_names_versions_and_aliases(run, versions):
    listed = run("checkpoints", "list", "--json", cwd=versions).json()["versions"]
    assert [version["version"] for version in listed] == ["v0001", "v0002"]
    shown = run("checkpoints", "list", cwd=versions).out
    assert "v0002" in shown
    assert "serving" in shown


def test_no_versions_is_an_empty_list_and_a_note(run, indexed):
    assert run("checkpoints", "list", "--json", cwd=indexed).json() == {"versions": [], "damaged": []}
    assert "sapwood train" in run("checkpoints", "list", cwd=indexed).err


def test_show_prints_the_manifest(run, versions):
    manifest = run("checkpoints", "show", "tree-lstm", "v0001", "--json", cwd=versions).json()
    assert (manifest["version"], manifest["metrics"]["loss"]["value"]) == ("v0001", 0.5)
    shown = run("checkpoints", "show", "tree-lstm", cwd=versions).out
    for words in ("v0002", "0.250", "chance", "steps 1,200", "median 1.50 ms, 99th percentile 4.00 ms, n = 200, cpu"):
        assert words in shown
    assert "confidence" not in shown


def test_rollback_and_promote_switch_what_serves(run, versions):
    assert serving(run, versions) == "v0002"
    assert run("checkpoints", "rollback", "tree-lstm", cwd=versions).code == 0
    assert serving(run, versions) == "v0001"
    assert run("checkpoints", "promote", "tree-lstm", "v0002", cwd=versions).code == 0
    assert serving(run, versions) == "v0002"


def test_verify_passes_what_is_whole(run, versions):
    done = run("checkpoints", "verify", "--json", cwd=versions)
    assert done.code == 0
    assert [verified["version"] for verified in done.json()["verified"]] == ["v0001", "v0002"]


def test_verify_looks_at_every_version_and_fails_for_one(run, versions):
    folder = _core.Engine.open(str(versions)).versions.path("tree-lstm", "v0001")
    (Path(folder) / "weights.safetensors").write_bytes(b"changed")
    done = run("checkpoints", "verify", "--json", cwd=versions)
    assert done.code == 1
    assert done.json()["error"]["code"] == "damaged_version"
    assert "tree-lstm v0002: every file is as it was published" in done.err
    assert done.err.count("is damaged") == 1


DAMAGES = {
    "a manifest": ("v0001/manifest.json", "v0001", "tree-lstm v0002 goes on answering"),
    "the manifest that serves": ("v0002/manifest.json", "v0002", "`sapwood checkpoints rollback tree-lstm`"),
    "the aliases": ("aliases.json", "aliases", "`sapwood checkpoints promote tree-lstm v0002`"),
}


@pytest.mark.parametrize(("file", "name", "fix"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_named_with_a_command_that_repairs_it(run, versions, file, name, fix):
    (versions / ".sapwood" / "versions" / "tree-lstm" / file).write_text("garbage", encoding="utf-8")
    listed = run("checkpoints", "list", "--json", cwd=versions)
    assert listed.code == 0
    assert [(found["version"], found["code"]) for found in listed.json()["damaged"]] == [(name, "damaged_version")]
    shown = run("checkpoints", "list", cwd=versions)
    assert [line.split() for line in shown.out.splitlines() if "damaged" in line] == [["tree-lstm", name, "damaged"]]
    assert fix in shown.err
    verified = run("checkpoints", "verify", "--json", cwd=versions)
    assert verified.code == 1
    assert fix in verified.json()["error"]["message"]
    assert verified.err.count("is not valid") == 1
    if "`sapwood" in fix:
        assert run(*fix.strip("`").split()[1:], cwd=versions).code == 0
    assert serving(run, versions) == ("v0001" if name == "v0002" else "v0002")
    assert run("doctor", cwd=versions).code == 0


def test_a_search_goes_on_without_the_vectors_of_a_damaged_version(run, versions):
    engine = _core.Engine.open(str(versions))
    nodes = engine.index_data().functions
    engine.versions.write_vectors("tree-lstm", "v0002", nodes, np.ones((len(nodes), 4), np.float32))
    (Path(engine.versions.path("tree-lstm")) / "weights.safetensors").write_bytes(b"cut")
    for query in (["--code", "shapes/area.py"], ["shapes/area.py:1"]):
        done = run("search", *query, "--json", cwd=versions)
        assert done.code == 0, done.err
        assert done.json()["hits"]
        (warning,) = done.err.splitlines()
        assert warning.startswith("warning: searched without learned vectors: tree-lstm v0002 is damaged")
    assert run("search", "area", cwd=versions).err == ""
