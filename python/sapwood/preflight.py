"""What must hold before a model is trained: from installed packages to the loss of one real batch."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from sapwood import _core
from sapwood.checks import Check, failed
from sapwood.dependencies import INSTALL_TRAINING, TRAINING, missing
from sapwood.errors import BadInputError, SapwoodError
from sapwood.formats import count, figure, size, what_and_fix
from sapwood.monitor import RunWatch, find_run
from sapwood.monitor.health import class_balance
from sapwood.naming import GRAPHSAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from sapwood.config import Config
    from sapwood.training import Rehearsal

# Rows and texts looked at one by one.
_FIRST = 200
# Room that is used to this share is soon gone.
_TIGHT = 0.8
# Metrics, TensorBoard events and history of a run.
_LOGS = 20_000_000
# Fewer functions than this teach nothing.
_FEW_FUNCTIONS = 100


def examine(engine: _core.Engine, model: str, config: Config) -> list[Check]:
    """All checks in order; those that build on a failed one are left out."""
    checks = examine_quickly(engine, model, config)
    if failed(checks):
        return checks
    checks.append(_guarded("first rows", lambda: _first_rows(engine.index_data(), config)))
    try:
        from sapwood.training import rehearse

        rehearsal = rehearse(model, engine, config)
    except SapwoodError as error:
        return [*checks, _failure("first batch", error)]
    rows = engine.index_report()["functions"]
    return [
        *checks,
        _first_batch(rehearsal),
        _device(rehearsal),
        memory(rehearsal.peak, _room(rehearsal), rehearsal.state_bytes),
        disk(_disk_bytes(rehearsal, model, config, rows), shutil.disk_usage(engine.workspace_path).free),
        class_balance(rehearsal.labels),
    ]


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
    try:
        last = RunWatch(find_run(folder, None)).now()
    except BadInputError:
        return Check("earlier runs", "ok", "none yet")
    found = f"{sum(run.is_dir() for run in folder.iterdir())}, the last is {last.path.name}, {last.state}"
    if last.state in {"running", "stalled"}:
        fix = f"wait for it or stop process {last.pid}: two runs share the machine; sapwood monitor shows it"
        return Check("earlier runs", "warning", found, fix)
    if last.state != "finished" and (last.path / "state.safetensors").is_file():
        return Check("earlier runs", "ok", f"{found}, --ckpt-path last goes on with it")
    return Check("earlier runs", "ok", found)


def _first_rows(index: _core.Index, config: Config) -> Check:
    """The feature rows and the texts of the first functions are what the models take."""
    import numpy as np

    from sapwood.data import function_sources, language_functions, node_languages

    nodes = language_functions(index, config.data)[:_FIRST]
    if not len(nodes):
        problem = "no function is in a language of data.languages"
        return Check("first rows", "failed", problem, "index a folder with code, or name its language there")
    graph = index.input_graph
    end = int(graph.feature_indptr[int(nodes[-1]) + 1])
    columns, values = graph.feature_indices[:end], graph.feature_values[:end]
    if end == 0 or int(columns.max()) >= _core.FEATURE_DIMENSIONS or not np.isfinite(values).all():
        return Check(
            "first rows", "failed", "feature rows are not as the schema says", "index again: sapwood index PATH"
        )
    texts = function_sources(index, nodes)
    readable = sum(map(_readable, texts, node_languages(index, nodes)))
    if readable == 0:
        return Check("first rows", "failed", "no text of a function can be read", "index again: sapwood index PATH")
    return Check(
        "first rows", "ok", f"{readable} of {len(texts)} functions can be read, {count(end)} features are in range"
    )


def _readable(text: str, language: str) -> bool:
    try:
        return _core.check_text(text, language) == 0
    except SapwoodError:
        return False


def _first_batch(rehearsal: Rehearsal) -> Check:
    examples, parameters = count(rehearsal.examples), count(rehearsal.parameters)
    found = f"{examples} examples, {parameters} parameters, loss {figure(rehearsal.loss)}"
    if not math.isfinite(rehearsal.loss):
        return Check("first batch", "failed", found, "lower the learning rate, or report it with the settings")
    return Check("first batch", "ok", found)


def _device(rehearsal: Rehearsal) -> Check:
    reason = rehearsal.device.reason
    if rehearsal.agrees:
        return Check("device", "ok", f"{reason}, its gradients are those of the reference")
    fix = "train with device=cpu, and report the device"
    return Check("device", "failed", f"{rehearsal.device.device} comes to other gradients than the reference", fix)


def _room(rehearsal: Rehearsal) -> int | None:
    from sapwood.training.room import room

    return room(rehearsal.device.device)


def memory(peak: int | None, room: int | None, state_bytes: int) -> Check:
    """Whether a run has room: what one step took, and the best weights, which are kept beside."""
    if peak is None or room is None:
        return Check("memory", "ok", "this system does not tell what a run takes")
    needed = peak + state_bytes // 4
    found = f"about {size(needed)}, of {size(room)} that are free for it"
    figures = {"needed": needed, "free": room}
    fix = "smaller batches need less: sapwood tools gpu --auto measures how much"
    if needed > room:
        return Check("memory", "failed", found, fix, figures=figures)
    tight = needed > _TIGHT * room
    return Check("memory", "warning" if tight else "ok", found, fix if tight else "", figures=figures)


def _disk_bytes(rehearsal: Rehearsal, model: str, config: Config, functions: int) -> int:
    """Bytes that a run writes at most: its state beside the one that it replaces, those kept, and a version."""
    settings = config.graphsage if model == GRAPHSAGE else config.tree_lstm
    steps = settings.epochs * math.ceil(rehearsal.examples / settings.batch_size)
    kept = steps // settings.checkpoint_every if settings.checkpoint_every else 0
    vectors = 4 * settings.model.output * functions
    return (2 + kept) * rehearsal.state_bytes + rehearsal.state_bytes // 4 + vectors + _LOGS


def disk(needed: int, free: int) -> Check:
    """Whether the run folder and the version fit."""
    found = f"about {size(needed)}, of {size(free)} that are free"
    figures = {"needed": needed, "free": free}
    if needed > free:
        fix = "make room, keep fewer states (checkpoint_every), or set dirs.runs to a folder on another disk"
        return Check("disk", "failed", found, fix, figures=figures)
    if needed > _TIGHT * free:
        return Check("disk", "warning", found, "make room: other programs write, too", figures=figures)
    return Check("disk", "ok", found, figures=figures)


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    """The check, or its failure as one."""
    try:
        return check()
    except SapwoodError as error:
        return _failure(name, error)


def _failure(name: str, error: SapwoodError) -> Check:
    return Check(name, "failed", *what_and_fix(str(error)), error)
