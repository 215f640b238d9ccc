"""Command line of the benches: `python -m benches extract|train|latency|search|rewrites [--json] [--peers]`."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from benches.figures import Figures

NAMES = ("extract", "train", "latency", "search", "rewrites")
WITH_PEERS = ("extract", "train")


def main() -> int:
    """Measure, then print a table or one JSON object."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--peers", action="store_true", help="measure what a user would pick instead, too")
    arguments = parser.parse_args()
    # As the program does: threads that spin while they wait for each other keep a core from those that work.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    options = {"with_peers": arguments.peers} if arguments.name in WITH_PEERS else {}
    figures: Figures = importlib.import_module(f"benches.{arguments.name}").measure(**options)
    if arguments.json:
        json.dump(figures.to_json(), sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        Console().print(_table(arguments.name, figures))
    return 0


def _table(name: str, figures: Figures) -> Table:
    table = Table("figure", "value", "what it is", title=name)
    for key, value in figures.values.items():
        note = figures.definitions.get(key) or f"not measured: {figures.not_measured[key]}"
        table.add_row(key, "-" if value is None else f"{value:.3g}", note)
    return table


if __name__ == "__main__":
    sys.exit(main())
