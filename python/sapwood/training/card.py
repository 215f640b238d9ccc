"""The card of prepared examples, as data set hubs show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sapwood.data import SPLITS

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLES = {
    "functions": "functions without near-duplicates, with name, package, docstring and the modules that they use",
    "files": "files with the modules that they import",
    "matches": "functions that do alike, by position",
    "views": "the texts that models see, own names hidden: the functions, then their rewrites",
    "rewrites": "functions written in another way, with the same meaning",
    "mutants": "functions with one mistake put in: its kind and its lines",
    "pairs": "texts that do alike, with their weight and where the pair comes from",
    "triplets": "query, positive, and a negative of another name",
    "outcomes": "code and the share of its tests that pass",
}


def examples_card(about: Mapping[str, Any]) -> str:
    """What the tables hold, how they were split, and with which settings."""
    counts: Mapping[str, Mapping[str, int]] = about["counts"]
    configs = "\n".join(f"  - config_name: {name}\n    data_dir: {name}" for name in counts)
    rows = "\n".join(_row(name, found) for name, found in counts.items())
    settings = "\n".join(f"- `{key}`: {value}" for key, value in about["settings"].items())
    left_out = ", ".join(f"{name} {many}" for name, many in about["left_out"].items() if many) or "none"
    return f"""---
configs:
{configs}
---

# Examples for {about["model"]}

Made by `sapwood data prepare {about["model"]}`. Each folder is a `DatasetDict` that `datasets.load_from_disk` reads.
Whole top-level packages are in one split, drawn by the seed, near-duplicates taken out before; `position` orders the
rows of all splits.

| table | {" | ".join(SPLITS)} | what |
|---|{"---:|" * len(SPLITS)}---|
{rows}

Functions left out: {left_out}.

## Settings

{settings}
"""


def _row(name: str, found: Mapping[str, int]) -> str:
    """Counts with their shares."""
    total = sum(found.values())
    cells = [f"{found[split]:,} ({found[split] / total:.0%})" if total else "0" for split in SPLITS]
    return f"| {name} | {' | '.join(cells)} | {TABLES[name]} |"
