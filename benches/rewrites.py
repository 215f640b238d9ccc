"""What rewrites do to programs that are run: preserving ones must keep every output, mutants should change most."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benches.data import DATA_VARIABLE, data_folder
from benches.figures import Figures
from sapwood import _core

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROOT = Path(__file__).parent.parent
PROGRAMS = "cruxeval.jsonl.gz"
"""In the data folder. CRUXEval: functions, inputs and the outputs that they give (MIT, facebookresearch/cruxeval)."""
SANDBOX = ROOT / "benches" / "sandbox.py"
SEEDS = 3


@dataclass(frozen=True)
class Program:
    """A text that defines `f`, the arguments of one call, and what it returns, as written."""

    code: str
    input: str
    output: str


@dataclass(frozen=True)
class Variant:
    """A program made of another one by a rewrite."""

    kind: str
    program: Program
    origin: Program


def read_programs(path: Path) -> list[Program]:
    """Every program of the data set, in its order."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Program(row["code"], row["input"], row["output"]) for row in rows]


def preserved(programs: Sequence[Program], seeds: int) -> list[Variant]:
    """Different texts of the same meaning, up to `seeds` of each kind and program."""
    return _variants(programs, _core.PRESERVING_KINDS, _core.preserve, seeds)


def mutated(programs: Sequence[Program], seeds: int) -> list[Variant]:
    """Different mutants, up to `seeds` of each kind and program."""
    return _variants(programs, _core.MUTATION_KINDS, _core.mutate, seeds)


def _variants(
    programs: Sequence[Program],
    kinds: Iterable[str],
    rewrite: Callable[[str, str, int], _core.Rewritten | None],
    seeds: int,
) -> list[Variant]:
    found = []
    for kind in kinds:
        for program in programs:
            made = (rewrite(program.code, kind, seed) for seed in range(seeds))
            texts = dict.fromkeys(rewritten.source for rewritten in made if rewritten is not None)
            found += [Variant(kind, Program(text, program.input, program.output), program) for text in texts]
    return found


def run(programs: Sequence[Program]) -> list[str]:
    """Run each program in a sandbox: `same`, `different`, `raised`, `endless`, or `killed` by its limits."""
    outcomes: list[str] = []
    while len(outcomes) < len(programs):
        outcomes += _run_until_killed(programs[len(outcomes) :])
        if len(outcomes) < len(programs):
            outcomes.append("killed")
    return outcomes


def _run_until_killed(programs: Sequence[Program]) -> list[str]:
    lines = "".join(json.dumps(vars(program)) + "\n" for program in programs)
    done = subprocess.run(
        [sys.executable, "-I", str(SANDBOX)],
        input=lines,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=os.sep,
        env={"PYTHONHASHSEED": "0", "PATH": os.defpath},
        timeout=60 + 2 * len(programs),
        check=False,
    )
    return done.stdout.splitlines()


def outcomes_by_kind(variants: Sequence[Variant]) -> dict[str, Counter[str]]:
    """How often each outcome came of each kind."""
    counts: dict[str, Counter[str]] = {}
    for variant, outcome in zip(variants, run([variant.program for variant in variants]), strict=True):
        counts.setdefault(variant.kind, Counter())[outcome] += 1
    return counts


def measure() -> Figures:
    """Rewrite and run every program of CRUXEval."""
    figures = Figures()
    path = data_folder() / PROGRAMS
    if not path.exists():
        figures.leave_out("preserved_share", f"no data set at {path}; name its folder in {DATA_VARIABLE}")
        return figures
    programs = [program for program, outcome in _judged(read_programs(path)) if outcome == "same"]
    kept = outcomes_by_kind(preserved(programs, SEEDS))
    changed = outcomes_by_kind(mutated(programs, SEEDS))
    of = f"of the n variants of {len(programs)} CRUXEval functions, up to {SEEDS} a function,"
    for kind, counts in kept.items():
        share = counts["same"] / counts.total()
        figures.add(f"{kind}_kept", share, f"share {of} that give the same output, n = {counts.total()}")
    for kind, counts in changed.items():
        share = 1 - counts["same"] / counts.total()
        figures.add(f"{kind}_changed", share, f"share {of} that do not, n = {counts.total()}")
    total = sum((counts for counts in kept.values()), Counter())
    figures.add("preserved_share", total["same"] / total.total(), f"all preserving kinds, n = {total.total()}")
    figures.samples = {kind: dict(counts) for kind, counts in (kept | changed).items()}
    return figures


def _judged(programs: Sequence[Program]) -> list[tuple[Program, str]]:
    return list(zip(programs, run(programs), strict=True))
