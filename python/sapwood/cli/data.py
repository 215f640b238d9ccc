"""`data stats`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sapwood.cli.options import ConfigFile, Json, Overrides, Workspace, open_workspace
from sapwood.formats import count, counted, figure
from sapwood.terminal import output

if TYPE_CHECKING:
    from collections.abc import Iterator

# Counts of a group that are named; all of them are in the JSON.
_NAMED = 8


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

    known = statistics(engine, settings)
    if as_json:
        output.emit(known)
    else:
        output.print_pairs(f"What is learned from {engine.root}", rows_of(known))


def rows_of(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str | list[str]]]:
    """A row for each count, and one for each group of counts."""
    for key, value in values.items():
        name = f"{prefix}{key.replace('_', ' ')}"
        if not isinstance(value, dict):
            yield name, figure(value) if isinstance(value, float) else count(value)
        elif any(isinstance(inner, dict) for inner in value.values()):
            yield from rows_of(value, f"{name} · ")
        else:
            yield name, _group(value)


def _group(counts: dict[str, int]) -> list[str]:
    named = [counted(name, value) for name, value in counts.items()]
    more = len(named) - _NAMED
    return [*named[:_NAMED], f"… and {count(more)} more"] if more > 0 else named
