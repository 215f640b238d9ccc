"""`data stats`."""

from __future__ import annotations

from typing import Any

from sapwood.cli import output
from sapwood.cli.options import ConfigFile, Json, Overrides, Workspace, open_workspace


def stats(
    overrides: Overrides = None, config: ConfigFile = None, workspace: Workspace = None, as_json: Json = False
) -> None:
    """Count what the models would learn from.

    Functions, packages, pairs and labels of each split.

    \b
    Example:
      sapwood data stats
      sapwood data stats data.min_lines=5 --json
    """
    from sapwood.config import load_config
    from sapwood.dependencies import require_training

    settings = load_config(config, overrides or ())
    engine = open_workspace(workspace)
    require_training()
    from sapwood.data import statistics

    counted = statistics(engine, settings)
    if as_json:
        output.emit(counted)
    else:
        output.print_pairs(f"What is learned from {engine.root}", _flat(counted))


def _flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for key, value in values.items():
        name = f"{prefix}{key.replace('_', ' ')}"
        if isinstance(value, dict):
            rows.extend(_flat(value, f"{name} · "))
        else:
            rows.append((name, output.number(value) if isinstance(value, int) else value))
    return rows
