"""The commands and snippets of README and docs work as they stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# Pages without commands to run.
OTHERS = [ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", ROOT / "rust" / "tauri-plugin" / "README.md"]
# Packages with enough functions of one another's names to train on for a few seconds.
SAMPLE = ["json", "email", "http", "logging", "urllib", "xml", "html", "wsgiref", "configparser.py", "textwrap.py"]
EXAMPLE = 'def load(path):\n    with open(path) as file:\n        return [line.split(",") for line in file]\n'


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small real code base, as a reader of the docs has one."""
    folder = tmp_path_factory.mktemp("project")
    library = Path(sysconfig.get_path("stdlib"))
    for name in SAMPLE:
        source = library / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    (folder / "example.py").write_text(EXAMPLE)
    return folder


def run(command: list[str], project: Path) -> None:
    """Run a command as a reader would, in the project's folder."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=project, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, f"{command[-1]}\n--- out\n{done.stdout[-2000:]}\n--- err\n{done.stderr[-3000:]}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_snippets_run(page: Path, project: Path) -> None:
    """Every command block of a page runs, in order, then every Python block."""
    for block in blocks(page, "sh"):
        # The set-up scripts are what put this test here; the requirements are compiled by hand.
        lines = [line for line in block.splitlines() if not line.startswith(("scripts/", "uv "))]
        if any(line.strip() for line in lines):
            run(["bash", "-euo", "pipefail", "-c", "\n".join(lines)], project)
    for block in blocks(page, "python"):
        run([sys.executable, "-c", block], project)


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Relative links and scripts that a page names exist."""
    text = page.read_text()
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / target).exists(), f"{page.name}: {target}"
    for script in re.findall(r"\bscripts/[a-z]+", text):
        assert (ROOT / script).exists(), f"{page.name}: {script}"
