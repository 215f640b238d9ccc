"""`tools config` and `tools schema`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sapwood.cli.options import ConfigFile, Json, Overrides
from sapwood.terminal import output

Unused = Annotated[
    Path | None,
    typer.Option(
        "--workspace", metavar="DIR", help="Taken as by every command; makes no difference here.", readable=False
    ),
]


def config(
    overrides: Overrides = None,
    changed: Annotated[bool, typer.Option("--changed", help="Only what differs from the defaults.")] = False,
    file: ConfigFile = None,
    workspace: Unused = None,
    as_json: Json = False,
) -> None:
    """Print the settings as a run would take them.

    The defaults, --config FILE over them, and a.b=c over both. What is printed is a file for --config.

    \b
    Example:
      sapwood tools config
      sapwood tools config tree_lstm.epochs=3 seed=7 --changed > my.yaml
    """
    del workspace
    from sapwood.config import changes, default_yaml, load_config, resolved_yaml, yaml_of

    settings = load_config(file, overrides or ())
    if as_json:
        output.emit(changes(settings) if changed else settings.model_dump(mode="json"))
    elif changed:
        sys.stdout.write(yaml_of(changes(settings)))
    elif overrides or file:
        sys.stdout.write(resolved_yaml(settings))
    else:
        # Nothing was changed: the same values with what each of them means.
        sys.stdout.write(default_yaml())


def schema(workspace: Unused = None, as_json: Json = False) -> None:
    """Print what each column of a feature row means.

    \b
    Example:
      sapwood tools schema
      sapwood tools schema --json > schema.json
    """
    del workspace
    from sapwood import _core

    described = json.loads(_core.feature_schema())
    if as_json:
        output.emit({"fingerprint": _core.schema_fingerprint(), **described})
    else:
        _print_schema(described, _core.schema_fingerprint())


def _print_schema(described: dict[str, Any], fingerprint: str) -> None:
    title = f"Feature schema v{described['version']}, {described['dimensions']} columns, fingerprint {fingerprint}"
    made = output.table("block", ">columns", ">from", ">to", "each column", title=title)
    for block in described["blocks"]:
        end = block["start"] + block["size"] - 1
        columns = ", ".join(block["columns"]) or "a hash bucket"
        made.add_row(block["name"], str(block["size"]), str(block["start"]), str(end), columns)
    output.show(made)
