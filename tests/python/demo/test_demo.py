"""The whole way on real code: index, train, publish, evaluate, ask, report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sapwood import _core
from sapwood.evaluation import rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from sapwood.evaluation import Result

STEPS = (
    "1. Index",
    "2. Train both models",
    "3. Published versions",
    "4. Results on held-out packages",
    "5. Ask",
    "6. Report",
)
TASKS = (
    "Find the independent counterpart",
    "Find the original of a rewrite",
    "Predict the imported modules",
    "Tell an injected mistake from the original",
)
METHODS = (
    "tree-lstm",
    "graphsage",
    "structure tf-idf",
    "token tf-idf",
    "popularity",
    "structure rarity",
    "random line and coin",
)


def demo(*words: str, place: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sapwood", "demo", *words, "--workspace", os.fspath(place)]
    return subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def quick(place: Path) -> subprocess.CompletedProcess[str]:
    done = demo("--quick", place=place)
    assert done.returncode == 0, done.stderr[-4000:]
    return done


def carried(place: Path) -> list[Result]:
    """The rows that the versions of a demo carry."""
    versions = _core.Engine.open(os.fspath(place)).versions
    return rows_of(versions.show(model) for model in ("graphsage", "tree-lstm"))


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    for package in ("one", "two", "three"):
        folder = project / package
        folder.mkdir(parents=True)
        folder.joinpath("area.py").write_text(
            f"def area_{package}(width, height):\n    total = width * height\n    return total\n"
        )
    return project


@pytest.mark.demo
def test_every_step_is_shown_with_its_tables(quick: subprocess.CompletedProcess[str]) -> None:
    for shown in (*STEPS, *TASKS, *METHODS, "MB/s", "functions", "left out", "n="):
        assert shown in quick.stdout
    assert "Traceback" not in quick.stderr


@pytest.mark.demo
def test_it_ends_with_the_commands_for_ones_own_folder(quick: subprocess.CompletedProcess[str]) -> None:
    last = quick.stdout.rstrip().splitlines()[-4:]
    assert last[0] == "In your own folder:"
    assert all(line.startswith("  sapwood ") for line in last[1:])


@pytest.mark.demo
@pytest.mark.usefixtures("quick")
def test_first_versions_are_published_and_serve(place: Path) -> None:
    engine = _core.Engine.open(os.fspath(place))
    for model in ("tree-lstm", "graphsage"):
        assert engine.versions.aliases(model)["serving"] == "v0001"
        engine.versions.verify(model)


@pytest.mark.demo
@pytest.mark.usefixtures("quick")
def test_results_and_report_are_written(place: Path) -> None:
    assert {row.task for row in carried(place)} == set(TASKS)
    (page,) = (place / ".sapwood" / "reports").glob("*/report.md")
    pictures = {path.name for path in page.parent.glob("*.png")}
    assert pictures == {"loss-tree-lstm.png", "loss-graphsage.png", "map-tree-lstm.png"}
    text = page.read_text(encoding="utf-8")
    assert all(f"]({picture})" in text for picture in pictures)


@pytest.mark.demo
@pytest.mark.usefixtures("quick")
def test_permuted_labels_score_like_chance(place: Path) -> None:
    values = {(row.task, row.metric): row.value for row in carried(place) if row.method.endswith("labels permuted")}
    paired = values["Tell an injected mistake from the original", "paired"]
    found = values["Find the original of a rewrite", "hit@1"]
    assert paired is not None
    assert found is not None
    assert abs(paired - 0.5) < 0.2
    assert found < 0.1


def test_untrained_demo_indexes_and_searches_without_torch(small_project: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from sapwood.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print('torch' in sys.modules, 'matplotlib' in sys.modules, 'sklearn' in sys.modules)\n"
    )
    words = ["demo", os.fspath(small_project), "--untrained", "--workspace", os.fspath(tmp_path / "place")]
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Functions like" in done.stdout
    assert done.stdout.rstrip().endswith("False False False")
    assert not (small_project / ".sapwood").exists()


def test_untrained_demo_speaks_json(small_project: Path, tmp_path: Path) -> None:
    done = demo(os.fspath(small_project), "--untrained", "--json", place=tmp_path / "place")
    told = json.loads(done.stdout)
    assert told["index"]["functions"] == 3
    assert len(told["search"]["hits"]) == 2
    assert told["report"] is None


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    done = demo(os.fspath(tmp_path / "nowhere"), "--untrained", place=tmp_path / "place")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
