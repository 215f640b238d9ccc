"""Figures of an index as text, for pages and terminals."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMED: Final = 20


def index_rows(index: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List the figures of an index report as (label, text)."""
    kinds = [(f"nodes: {kind}", f"{count:,}") for kind, count in index["nodes"].items() if count]
    edges = [(f"edges: {kind}", f"{count:,}") for kind, count in index["edges"].items() if count]
    return [
        ("files", f"{index['files']:,}"),
        ("read", f"{index['bytes'] / 1e6:.1f} MB at {index['megabytes_per_second']:.1f} MB/s"),
        *kinds,
        *edges,
        ("functions", f"{index['functions']:,}"),
        ("distinct subtrees", f"{index['distinct_subtrees']:,} of {index['total_subtrees']:,}"),
        ("skipped", _reasons(index["skipped"])),
        ("files with syntax errors", f"{len(index['syntax_errors']):,}"),
    ]


def _reasons(skipped: Sequence[Mapping[str, str]]) -> str:
    counts = Counter(entry["code"] for entry in skipped)
    return ", ".join(f"{count} {code}" for code, count in sorted(counts.items())) or "none"


def skipped_lines(index: Mapping[str, Any]) -> list[str]:
    """Name the files that were left out with the reason, 20 at most, and how many more there are."""
    every = [f"{entry['path']}: {entry['reason']}" for entry in index["skipped"]]
    every += [f"{path}: has syntax errors, read as far as it goes" for path in index["syntax_errors"]]
    more = len(every) - _NAMED
    return [*every[:_NAMED], f"and {more} more"] if more > 0 else every
