"""What the tests share: a small code base, and the command as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SOURCES = {
    "shapes/area.py": 'def area(width, height):\n    """Area of a rectangle."""\n    return width * height\n',
    "shapes/perimeter.py": (
        "from shapes.area import area\n\n\n"
        'def perimeter(width, height):\n    """Length of the border."""\n    return 2 * (width + height)\n\n\n'
        "def slenderness(width, height):\n    return perimeter(width, height) ** 2 / area(width, height)\n"
    ),
    "files/config.py": (
        "import json\n\n\n"
        'def read_config(path):\n    """Read a configuration file."""\n'
        '    with open(path, encoding="utf-8") as file:\n        return json.load(file)\n'
    ),
}


@dataclass(frozen=True)
class Done:
    """A finished command."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)

    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def run_sapwood(
    *arguments: str | Path,
    cwd: Path,
    stdin: str | bytes = "",
    environment: dict[str, str] | None = None,
) -> Done:
    """Runs `sapwood` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "sapwood", *map(str, arguments)],
        cwd=cwd,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        timeout=300,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def done() -> type[Done]:
    """`Done`, for tests that start a process themselves."""
    return Done


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Done]:
    """`sapwood` in an empty folder."""

    def start(*arguments: str | Path, **settings: Any) -> Done:
        return run_sapwood(*arguments, **{"cwd": tmp_path, **settings})

    return start


def write_sources(folder: Path, sources: dict[str, str] | None = None) -> Path:
    """Writes a small code base."""
    for name, text in (sources or SOURCES).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def write_project() -> Callable[..., Path]:
    """`write_sources`, for tests that choose the folder."""
    return write_sources


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small code base without a workspace."""
    return write_sources(tmp_path / "project")


@pytest.fixture
def indexed(project: Path) -> Path:
    """A small code base with its index."""
    from sapwood import _core

    _core.Engine.create(str(project)).index()
    return project


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
