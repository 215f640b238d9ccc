"""Release examples of the engine, run for their figures."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def example(name: str, *arguments: str) -> dict[str, Any]:
    """Build and run an example of the crate `sapwood`; its standard output is one JSON object."""
    wanted = ["--release", "--locked", "-p", "sapwood", "--example", name]
    build = ["cargo", "build", *wanted]
    run = ["cargo", "run", "--quiet", *wanted, "--", *arguments]
    subprocess.run(build, cwd=ROOT, check=True)
    done = subprocess.run(run, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
