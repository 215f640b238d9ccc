"""What the demo learns from, and where it keeps what it makes."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sapwood.errors import BadInputError

LIBRARY_EXCLUDES: Final = (
    "test/",
    "tests/",
    "idle_test/",
    "site-packages/",
    "dist-packages/",
    "__pycache__/",
    "_bundled/",
    "lib-dynload/",
)
"""What of a Python library folder is no library code: tests, installed packages, bundled wheels, compiled files."""

_WORKSPACE: Final = ".sapwood"


@dataclass(frozen=True, slots=True)
class Corpus:
    """Sources for the demo and the folder that holds their workspace."""

    title: str
    path: Path
    workspace: Path
    excludes: tuple[str, ...]

    def start_afresh(self) -> None:
        """Remove what an earlier demo left in the workspace folder, and nothing else there.

        Raises:
            BadInputError: There is a `.sapwood` that is no workspace.
        """
        made = self.workspace / _WORKSPACE
        if not made.exists():
            return
        if made.is_symlink() or not (made / "workspace.json").is_file():
            message = f"{made} does not look like a workspace, so it is not removed; give another --workspace"
            raise BadInputError(message)
        shutil.rmtree(made)


def choose(path: Path | None, workspace: Path | None, *, quick: bool) -> Corpus:
    """Take the sources at ``path``, or this Python's standard library without its tests.

    The workspace is ``workspace``, or a folder in the user's cache for these sources and this kind of round.
    """
    source = Path(sysconfig.get_path("stdlib")) if path is None else path
    place = workspace or _cache() / "demo" / _folder_name(source, quick=quick)
    place.mkdir(parents=True, exist_ok=True)
    if path is None:
        title = f"the standard library of Python {sys.version_info.major}.{sys.version_info.minor}"
        return Corpus(title, source, place, LIBRARY_EXCLUDES)
    return Corpus(source.resolve().name or str(source), source, place, ())


def _folder_name(source: Path, *, quick: bool) -> str:
    resolved = source.resolve()
    digest = hashlib.sha256(os.fsencode(resolved)).hexdigest()[:8]
    return f"{resolved.name or 'root'}-{digest}{'-quick' if quick else ''}"


def _cache() -> Path:
    """Folder of this user for what can be made again: XDG base directory, or what the platform has instead."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if Path(chosen).is_absolute():
        return Path(chosen) / "sapwood"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "sapwood"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "sapwood" / "Cache"
    return Path.home() / ".cache" / "sapwood"
