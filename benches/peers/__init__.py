"""What a user would pick instead, each measured by a script that runs in the peers' own environment.

`environment` says where that is; `scripts/bench NAME --peers` makes it from requirements.txt and compiled.txt.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def environment() -> Path | None:
    """The python of the peers' environment, None where it was not made."""
    given = os.environ.get("SAPWOOD_PEERS")
    return Path(given) if given else None


def lacks(python: Path, module: str) -> str | None:
    """Why the peers' environment has no such module; None where it has."""
    command = [str(python), "-c", f"import {module}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    said = done.stderr.strip().splitlines() or ["no reason given"]
    return f"the peers' environment lacks {module}: {said[-1]}"


def measured(python: Path, script: str, *arguments: str, data: bytes = b"") -> dict[str, Any]:
    """Run a script of this folder under the peers' python; its standard output is one JSON object."""
    command = [str(python), str(HERE / script), *arguments]
    done = subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
