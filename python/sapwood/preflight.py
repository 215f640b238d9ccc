"""What must hold before a model is trained: from installed packages to the loss of one real batch."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from sapwood import _core
from sapwood.checks import Check, failed
from sapwood.dependencies import INSTALL_TRAINING, TRAINING, missing
from sapwood.errors import SapwoodError
from sapwood.formats import count, figure, what_and_fix
from sapwood.monitor.health import class_balance

if TYPE_CHECKING:
    from collections.abc import Callable

    from sapwood.config import Config

# Rows and texts looked at one by one.
_FIRST = 200
# Fewer functions than this teach nothing.
_FEW_FUNCTIONS = 100


def examine(engine: _core.Engine, model: str, config: Config) -> list[Check]:
    """All checks in order; those that build on a failed one are left out."""
    checks = examine_quickly(engine, model, config)
    if failed(checks):
        return checks
    checks.append(_guarded("first rows", lambda: _first_rows(engine.index_data())))
    checks.append(_guarded("first batch", lambda: _first_batch(engine, model, config)))
    checks.append(_guarded("class balance", lambda: _class_balance(engine, config)))
    return checks


def examine_quickly(engine: _core.Engine, model: str, config: Config) -> list[Check]:
    """The checks that take no time: packages, index, what is there from earlier."""
    return [
        _dependencies(),
        _guarded("index", lambda: _index(engine)),
        _guarded("versions", lambda: _versions(engine, model)),
        _runs(engine, model, config),
    ]


def _dependencies() -> Check:
    if absent := missing():
        return Check("dependencies", "failed", f"{', '.join(absent)} not installed", INSTALL_TRAINING)
    return Check("dependencies", "ok", f"{len(TRAINING)} packages")


def _index(engine: _core.Engine) -> Check:
    report = engine.index_report()
    found = f"{count(report['files'])} files, {count(report['functions'])} functions"
    if report["functions"] == 0:
        return Check("index", "failed", found, f"index a folder that has functions: sapwood index {engine.root}")
    if report["functions"] < _FEW_FUNCTIONS:
        return Check("index", "warning", found, f"fewer than {_FEW_FUNCTIONS} functions teach little: index more code")
    return Check("index", "ok", found)


def _versions(engine: _core.Engine, model: str) -> Check:
    names = [version["version"] for version in engine.versions.list(model)]
    return Check("versions", "ok", ", ".join(names) if names else "none yet, this makes the first")


def _runs(engine: _core.Engine, model: str, config: Config) -> Check:
    folder = Path(engine.workspace_path, config.dirs.runs, config.experiment_name, model)
    runs = sorted(run.name for run in folder.iterdir() if run.is_dir()) if folder.is_dir() else []
    found = f"{len(runs)}, the last is {runs[-1]}" if runs else "none yet"
    return Check("earlier runs", "ok", found)


def _first_rows(index: _core.Index) -> Check:
    """The feature rows and the texts of the first functions are what the models take."""
    import numpy as np

    from sapwood.data import language_functions

    nodes = language_functions(index)[:_FIRST]
    if not len(nodes):
        return Check("first rows", "failed", "no function is in Python", "index a folder with Python code")
    graph = index.input_graph
    end = int(graph.feature_indptr[int(nodes[-1]) + 1])
    columns, values = graph.feature_indices[:end], graph.feature_values[:end]
    if end == 0 or int(columns.max()) >= _core.FEATURE_DIMENSIONS or not np.isfinite(values).all():
        return Check(
            "first rows", "failed", "feature rows are not as the schema says", "index again: sapwood index PATH"
        )
    texts = index.function_texts(nodes)
    readable = sum(_readable(text) for text in texts)
    if readable == 0:
        return Check("first rows", "failed", "no text of a function can be read", "index again: sapwood index PATH")
    return Check(
        "first rows", "ok", f"{readable} of {len(texts)} functions can be read, {count(end)} features are in range"
    )


def _readable(text: str) -> bool:
    try:
        return _core.check_text(text) == 0
    except SapwoodError:
        return False


def _first_batch(engine: _core.Engine, model: str, config: Config) -> Check:
    from sapwood.training import rehearse

    rehearsal = rehearse(model, engine, config)
    found = (
        f"{count(rehearsal.examples)} examples, {count(rehearsal.parameters)} parameters, loss {figure(rehearsal.loss)}"
    )
    if not math.isfinite(rehearsal.loss):
        return Check("first batch", "failed", found, "lower the learning rate, or report it with the settings")
    return Check("first batch", "ok", found)


def _class_balance(engine: _core.Engine, config: Config) -> Check:
    from sapwood.data import statistics

    return class_balance(statistics(engine, config).get("labels", {}))


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    """The check, or its failure as one."""
    try:
        return check()
    except SapwoodError as error:
        return Check(name, "failed", *what_and_fix(str(error)), error)
