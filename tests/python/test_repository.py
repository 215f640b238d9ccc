"""Invariants of ARCHITECTURE.md that are about the repository as a whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CRATES = {"core", "nn", "search", "workspace", "engine", "python", "tauri-plugin"}
PACKAGE = {
    "core": "sapwood-core",
    "nn": "sapwood-nn",
    "search": "sapwood-search",
    "workspace": "sapwood-workspace",
    "engine": "sapwood",
    "python": "sapwood-python",
    "tauri-plugin": "tauri-plugin-sapwood",
}
# What each crate may use of the others.
ALLOWED = {
    "core": set(),
    "nn": {"core"},
    "search": {"core"},
    "workspace": {"core"},
    "engine": {"core", "nn", "search", "workspace"},
    "python": {"core", "nn", "search", "workspace", "engine"},
    "tauri-plugin": {"workspace", "engine"},
}
# Crates that reach files, threads, the network or an interpreter, and so have no place in a pure crate.
IMPURE = {"pyo3", "numpy", "rayon", "ignore", "rusqlite", "tempfile", "libloading", "tauri", "tokio", "rand"}


def dependencies(crate: str) -> set[str]:
    """Return the names of a crate's normal dependencies."""
    manifest = tomllib.loads((ROOT / "rust" / crate / "Cargo.toml").read_text())
    return set(manifest.get("dependencies", {}))


def tracked(*patterns: str) -> list[Path]:
    """Return the files under version control that match, as they are on disk."""
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_crate_dependencies_point_one_way() -> None:
    """core ← nn, search, workspace ← engine ← python, tauri-plugin, and nothing else."""
    crate_of = {package: crate for crate, package in PACKAGE.items()}
    for crate in CRATES:
        used = {crate_of[name] for name in dependencies(crate) if name in crate_of}
        assert used <= ALLOWED[crate], f"{crate} may not use {used - ALLOWED[crate]}"


@pytest.mark.parametrize("crate", ["core", "nn", "search"])
def test_pure_crates_have_pure_dependencies(crate: str) -> None:
    """A pure crate cannot reach files, threads or an interpreter through a dependency."""
    assert not dependencies(crate) & IMPURE


def test_only_the_plugin_knows_tauri() -> None:
    """Nothing else needs the libraries of windows, and a plain `cargo build` leaves the plugin out."""
    assert all("tauri" not in dependencies(crate) for crate in CRATES - {"tauri-plugin"})
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]
    assert "rust/tauri-plugin" in set(workspace["members"]) - set(workspace["default-members"])


@pytest.mark.parametrize("crate", ["core", "nn", "search"])
def test_pure_crates_know_no_clock_and_start_no_thread(crate: str) -> None:
    """What a pure crate gives depends on its input alone."""
    impure = re.compile(r"\bstd::(time|thread|env|process|net)\b|\b(Instant|SystemTime)\b")
    offenders = [path.name for path in tracked(f"rust/{crate}/src/*.rs") if impure.search(path.read_text())]
    assert not offenders


def test_only_the_extension_knows_pyo3() -> None:
    """The engine and everything below it build and run without an interpreter."""
    assert all("pyo3" not in dependencies(crate) for crate in CRATES - {"python"})


def test_only_the_disk_module_may_use_file_functions() -> None:
    """The lint against file functions is lifted in the storage module alone, and where tests set a file's time or read
    the sources that definitions are checked on.
    """
    lifted = {
        path.relative_to(ROOT).as_posix()
        for path in tracked("rust/*/src/*.rs")
        if re.search(r"(allow|expect)\([^)]*clippy::disallowed_methods", path.read_text())
    }
    tests = {"rust/workspace/src/versions/tests.rs", "rust/core/src/graph/oracle/mod.rs"}
    assert lifted == {"rust/workspace/src/storage.rs", *tests}


def test_unsafe_is_confined() -> None:
    """Unsafe code is allowed in the kernels and in the bridge, nowhere else."""
    lifted = {
        path.relative_to(ROOT).as_posix()
        for path in tracked("rust/*/src/*.rs")
        if re.search(r"(allow|expect)\([^)]*unsafe_code", path.read_text())
    }
    assert all(re.match(r"rust/(nn|python)/|rust/engine/src/runtime/", name) for name in lifted), lifted


BELOW = {
    "data": set(),
    "models": set(),
    "evaluation": {"data", "models"},
    "training": {"data", "models", "evaluation"},
    "report": {"evaluation"},
    "monitor": set(),
    "terminal": {"report", "monitor"},
    "demo": {"data", "models", "evaluation", "training", "report", "terminal"},
}
"""The rooms of the Python package, and which of the others each may import."""


@pytest.mark.parametrize("room", BELOW)
def test_rooms_know_only_those_below_them(room: str) -> None:
    """What trains and answers does not hang on who shows it; nobody imports the commands."""
    imported = {
        name
        for path in tracked(f"python/sapwood/{room}/*.py")
        for name in re.findall(r"^\s*(?:from|import) sapwood\.(\w+)", path.read_text(), re.MULTILINE)
    }
    assert imported & {*BELOW, "cli"} <= BELOW[room] | {room}


def test_no_pickle() -> None:
    """No pickle is read or written: a checkpoint from elsewhere must not run code."""
    pattern = re.compile(
        r"\b(import|from) (c?pickle|dill|joblib)\b|torch\.(load|save)\(|allow_pickle=True|pickle_module"
    )
    offenders = [path.name for path in tracked("python/*.py") if pattern.search(path.read_text())]
    assert not offenders


def test_lock_files_carry_no_addresses() -> None:
    """Locks name packages and hashes, never where they were fetched."""
    for path in tracked("requirements/*.txt"):
        assert "://" not in path.read_text(), path.name


def test_requirements_follow_pyproject() -> None:
    """Every direct dependency of pyproject.toml is in the lock that carries it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        "core": project["project"]["dependencies"] + project["dependency-groups"]["build"],
        "train": project["project"]["dependencies"] + project["project"]["optional-dependencies"]["train"],
        "dev": project["dependency-groups"]["checks"] + project["project"]["optional-dependencies"]["train"],
    }
    for lock, requirements in wanted.items():
        text = (ROOT / "requirements" / f"{lock}.txt").read_text()
        names = {re.split(r"[<>=!~\[; ]", requirement)[0].lower() for requirement in requirements}
        missing = {name for name in names if not re.search(rf"^{re.escape(name)}==", text, re.MULTILINE)}
        assert not missing, f"requirements/{lock}.txt lacks {missing}"


def test_invariants_are_numbered_and_kept() -> None:
    """ARCHITECTURE.md's invariants are numbered without gaps, and each says what keeps it."""
    text = (ROOT / "ARCHITECTURE.md").read_text().split("## Invariants")[1].split("\n## ")[0]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", text, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert text.count("*Kept by*") == len(numbers)


def test_tests_named_in_the_architecture_exist() -> None:
    """A test that an invariant names is there."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    for file, name in re.findall(r"`(tests/python/\S+\.py)::(\w+)`", text):
        assert f"def {name}(" in (ROOT / file).read_text(), f"{file}::{name}"
    for place in re.findall(r"`((?:tests|rust|python|benches|docs|scripts)/[\w/.-]+)`", text):
        assert (ROOT / place).exists(), place


@pytest.mark.skipif("PYTHONPATH" in os.environ, reason="another package may stand before the installed one")
def test_an_installed_extension_works_outside_the_repository(tmp_path: Path) -> None:
    """`maturin develop`, as the scripts run it, gives the environment a working `import sapwood`."""
    code = "import sapwood; print(sapwood.__version__, len(sapwood._core.NODE_KINDS), sapwood.__file__)"
    command = [sys.executable, "-I", "-c", f"import sapwood._core; {code}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    version, kinds, file = done.stdout.split(maxsplit=2)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (version, int(kinds)) == (project["version"], 7)
    assert Path(file.strip()).is_relative_to(ROOT)


def test_the_extension_is_rebuilt_exactly_when_its_sources_change(tmp_path: Path) -> None:
    """The build's fingerprint follows contents and names below rust/ without the plugin, and nothing else."""
    for folder in ("rust/core", "rust/tauri-plugin", "python"):
        (tmp_path / folder).mkdir(parents=True)
    source = tmp_path / "rust" / "core" / "lib.rs"
    source.write_text("a")

    def fingerprint() -> str:
        command = ["python3", str(ROOT / "scripts" / "fingerprint.py"), str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    before = fingerprint()
    source.touch()
    (tmp_path / "python" / "module.py").write_text("b")
    (tmp_path / "rust" / "tauri-plugin" / "lib.rs").write_text("b")
    assert fingerprint() == before, "a new date, a Python file or the plugin must not rebuild"
    source.write_text("c")
    assert fingerprint() != before, "changed contents must rebuild"
    source.write_text("a")
    assert fingerprint() == before
    source.rename(source.with_name("renamed.rs"))
    assert fingerprint() != before, "a renamed file must rebuild"
