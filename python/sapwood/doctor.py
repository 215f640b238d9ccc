"""What is here, what is missing, and how to get it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

from sapwood import _core
from sapwood.checks import Check
from sapwood.dependencies import INSTALL_TRAINING, TRAINING, missing, version_of
from sapwood.errors import NoIndexError, NoWorkspaceError, SapwoodError
from sapwood.formats import count, what_and_fix
from sapwood.naming import MODELS, TREE_LSTM

_CORE_PACKAGES = ("numpy", "omegaconf", "pydantic", "rich", "typer")
_OLDEST_PYTHON = (3, 11)
# The training part takes about 5 GB; a workspace with runs and versions some hundred MB.
_ENOUGH_DISK = 1_000_000_000
_INDEX = "sapwood index PATH"


def examine(workspace: Path | None) -> list[Check]:
    """Looks at everything; only what indexing and search need can fail, the rest is a warning with its remedy."""
    return [_python(), _packages(), _extension(), *_training_part(), *_workspace(workspace), _disk(workspace)]


def _python() -> Check:
    found = f"{platform.python_version()} ({platform.machine()}, {os.cpu_count()} cores), {sys.executable}"
    if sys.version_info < _OLDEST_PYTHON:
        return Check("Python", "failed", found, "install Python 3.11 or newer")
    return Check("Python", "ok", found)


def _packages() -> Check:
    versions = {package: version_of(package) for package in _CORE_PACKAGES}
    missing = [package for package, version in versions.items() if version is None]
    if missing:
        return Check("packages", "failed", f"without {', '.join(missing)}", INSTALL_TRAINING)
    return Check("packages", "ok", ", ".join(f"{package} {version}" for package, version in versions.items()))


def _extension() -> Check:
    package = version_of("sapwood")
    found = f"{_core.__version__}, feature schema {_core.schema_fingerprint()[:12]}"
    if package not in {None, _core.__version__}:
        fix = "build the extension again: maturin develop --release"
        return Check("extension", "failed", f"{found}, but the package is {package}", fix)
    return Check("extension", "ok", found)


def _training_part() -> list[Check]:
    if absent := missing():
        found = f"without {', '.join(absent)}: no training, no answers of models"
        return [Check("training", "warning", found, INSTALL_TRAINING)]
    try:
        import torch  # noqa: F401 whether it imports is the question
        import torch_geometric  # noqa: F401
    except (ImportError, OSError) as error:
        fix = f"remove .venv and {INSTALL_TRAINING}"
        return [Check("training", "failed", f"torch cannot be imported: {error}", fix)]
    versions = ", ".join(f"{package} {version_of(package)}" for package in TRAINING.values())
    return [Check("training", "ok", versions), Check("devices", "ok", ", ".join(_devices()))]


def _devices() -> list[str]:
    import torch

    devices = [f"cuda:{index} {torch.cuda.get_device_name(index)}" for index in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        devices.append("mps")
    return [*devices, f"cpu, threads: {torch.get_num_threads()}"]


def _workspace(workspace: Path | None) -> list[Check]:
    try:
        engine = _core.Engine.open(".", None if workspace is None else os.fspath(workspace))
    except NoWorkspaceError:
        return [Check("workspace", "warning", "none here or above", _INDEX)]
    except SapwoodError as error:
        return [Check("workspace", "failed", *what_and_fix(str(error)))]
    checks = [Check("workspace", "ok", f"{engine.workspace_path} for {engine.root}"), _index(engine)]
    return [*checks, *(_versions(engine, model) for model in MODELS)]


def _index(engine: _core.Engine) -> Check:
    try:
        report = engine.index_report()
    except NoIndexError:
        return Check("index", "warning", "none yet", _INDEX)
    except SapwoodError as error:
        return Check("index", "failed", *what_and_fix(str(error)))
    skipped = count(len(report["skipped"]))
    found = f"{count(report['files'])} files, {count(report['functions'])} functions, {skipped} files left out"
    return Check("index", "ok", found)


def _versions(engine: _core.Engine, model: str) -> Check:
    found, damages = engine.versions.list(model), engine.versions.damages(model)
    if not found and not damages:
        return Check(model, "warning", "no version yet", f"sapwood train {model}")
    try:
        serving = engine.versions.aliases(model).get("serving")
        if serving is not None:
            engine.versions.verify(model, serving)
    except SapwoodError as error:
        return Check(model, "failed", *what_and_fix(str(error)))
    if damages:
        return Check(model, "warning", *what_and_fix(damages[0]["message"]))
    if serving is None:
        return Check(
            model, "warning", "no version serves", f"sapwood checkpoints promote {model} {found[-1]['version']}"
        )
    if model == TREE_LSTM and (problem := _vectors_problem(engine)):
        return Check(model, "warning", *what_and_fix(problem))
    return Check(model, "ok", f"{serving} answers; {count(len(found))} version{'' if len(found) == 1 else 's'}")


def _vectors_problem(engine: _core.Engine) -> str | None:
    """Why search goes without the vectors of the serving version; that there is no index is told by another check."""
    try:
        return engine.vectors_problem()
    except SapwoodError:
        return None


def _disk(workspace: Path | None) -> Check:
    free = shutil.disk_usage(workspace if workspace is not None and workspace.exists() else Path.cwd()).free
    found = f"{free / 1e9:.1f} GB free"
    if free < _ENOUGH_DISK:
        return Check("disk", "warning", found, "make room: runs and versions take some hundred MB")
    return Check("disk", "ok", found)
