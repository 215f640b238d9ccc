"""`checkpoints`: the published versions of the models."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sapwood.cli.options import Json, Model, ModelName, Workspace, open_workspace
from sapwood.formats import count, counted, figure, metric, share
from sapwood.terminal import output

if TYPE_CHECKING:
    from rich.table import Table

    from sapwood import _core

MaybeModel = Annotated[
    Model | None, typer.Argument(metavar="MODEL", help="graphsage or tree-lstm; default: both.", show_default=False)
]
VersionName = Annotated[
    str, typer.Argument(metavar="VERSION", help="Name such as v0002, or serving, previous, candidate.")
]


def list_versions(model: MaybeModel = None, workspace: Workspace = None, as_json: Json = False) -> None:
    """List the published versions and what points at them.

    \b
    Example:
      sapwood checkpoints list
      sapwood checkpoints list tree-lstm --json
    """
    published = open_workspace(workspace).versions
    versions, damages = published.list(model), published.damages(model)
    for damage in damages:
        output.warn(damage["message"])
    if as_json:
        output.emit({"versions": versions, "damaged": damages})
    elif versions or damages:
        output.show(_listed(versions, damages))
    else:
        output.note(f"no version yet; make one with: sapwood train {model or Model.GRAPHSAGE}")


def show(
    model: ModelName, version: VersionName = "serving", workspace: Workspace = None, as_json: Json = False
) -> None:
    """Show where a version comes from and how good it is.

    \b
    Example:
      sapwood checkpoints show tree-lstm
      sapwood checkpoints show graphsage v0002 --json
    """
    manifest = open_workspace(workspace).versions.show(model, version)
    if as_json:
        output.emit(manifest)
    else:
        _print_manifest(manifest)


def verify(
    model: MaybeModel = None, version: VersionName = "serving", workspace: Workspace = None, as_json: Json = False
) -> None:
    """Check every file of a version against its checksum. Without MODEL, all versions.

    \b
    Example:
      sapwood checkpoints verify
      sapwood checkpoints verify tree-lstm v0001
    """
    from sapwood.errors import DamagedVersionError

    versions = open_workspace(workspace).versions
    if model is None:
        names = [(found["model"], found["version"]) for found in versions.list()]
        damaged = [damage["message"] for damage in versions.damages()]
    else:
        names, damaged = [(str(model), version)], []
    for name in names:
        try:
            versions.verify(*name)
        except DamagedVersionError as error:
            damaged.append(str(error))
        else:
            output.note(f"{' '.join(name)}: every file is as it was published")
    if damaged:
        raise DamagedVersionError(_joined(damaged))
    if as_json:
        output.emit({"verified": [{"model": model_name, "version": name} for model_name, name in names]})


def promote(
    model: ModelName,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="Name such as v0002, or candidate.")],
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Let a version answer from now on.

    What answered before becomes `previous`.

    \b
    Example:
      sapwood checkpoints promote tree-lstm v0002
    """
    versions = open_workspace(workspace).versions
    versions.promote(model, version)
    _tell_serving(versions, model, as_json=as_json)


def rollback(model: ModelName, workspace: Workspace = None, as_json: Json = False) -> None:
    """Let the version answer that did so before.

    It takes back the last promotion.

    \b
    Example:
      sapwood checkpoints rollback tree-lstm
    """
    versions = open_workspace(workspace).versions
    versions.rollback(model)
    _tell_serving(versions, model, as_json=as_json)


def _listed(versions: list[_core.VersionSummary], damages: list[_core.Damage]) -> Table:
    rows = [(version["model"], version["version"], version["created"], version["aliases"]) for version in versions]
    rows += [(damage["model"], damage["version"], "", ["damaged"]) for damage in damages]
    made = output.table("model", "version", "created", "serves as")
    for model, version, created, words in sorted(rows):
        made.add_row(model, version, created, f"[bold]{', '.join(words)}[/]")
    return made


def _joined(messages: list[str]) -> str:
    """Several sentences as one: what is wrong with each, then what to do about each."""
    from sapwood.formats import what_and_fix

    parts = [what_and_fix(message) for message in messages]
    fixes = dict.fromkeys(fix for _, fix in parts if fix)
    return f"{', '.join(what for what, _ in parts)}; {', '.join(fixes)}"


def _tell_serving(versions: _core.Versions, model: str, *, as_json: bool) -> None:
    aliases = versions.aliases(model)
    if as_json:
        output.emit({"model": model, "aliases": aliases})
    else:
        output.note(f"{model}: {aliases['serving']} answers now")


def _print_manifest(manifest: dict[str, Any]) -> None:
    data = manifest.get("data") or {}
    metrics = [of | {"name": name} for name, of in (manifest.get("metrics") or {}).items()]
    known = [one for one in metrics if one.get("value") is not None]
    training = [f"{_words(one['name'])} {metric(one['name'], one['value'])}" for one in known if not one.get("n")]
    pairs = [
        ("parent", manifest.get("parent") or "none"),
        ("created", manifest.get("created")),
        ("code version", manifest.get("code_version")),
        ("feature schema", manifest.get("feature_schema")),
        ("vocabulary", manifest.get("vocabulary") or "none"),
        ("trained on", [counted(_words(name), many) for name, many in (data.get("counts") or {}).items()]),
        ("training", training),
        *((f"latency · {_words(name)}", _latency(taken)) for name, taken in (manifest.get("latency") or {}).items()),
        ("files", list(manifest.get("files") or {})),
    ]
    output.print_pairs(f"{manifest['model']} {manifest['version']}", pairs)
    measured = [one for one in known if one.get("n")]
    for task in dict.fromkeys(one["task"] for one in measured):
        sys.stdout.write("\n")
        output.show(_results(task, [one for one in measured if one["task"] == task]))


def _latency(taken: dict[str, Any]) -> list[str]:
    return [
        f"median {figure(taken['median_ms'])} ms",
        f"99th percentile {figure(taken['p99_ms'])} ms",
        f"n = {count(taken['n'])}",
        *(text for text in (taken.get("device"), taken.get("definition")) if text),
    ]


def _results(task: str, metrics: list[dict[str, Any]]) -> Table:
    """The figures of a task, each beside the best of those that learn nothing."""
    made = output.table("metric", ">value", ">n", ">unlearned", "method", title=task)
    for one in metrics:
        baseline = one.get("baseline")
        beside = ("", "") if baseline is None else (share(baseline), one.get("baseline_name") or "")
        made.add_row(one.get("metric") or one["name"], share(one["value"]), count(one["n"]), *beside)
    return made


def _words(name: str) -> str:
    return name.replace("_", " ")
