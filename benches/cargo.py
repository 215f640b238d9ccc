"""Release examples of the engine, run for their figures."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def example(name: str, *arguments: str, crate: str = "sapwood") -> dict[str, Any]:
    """Build and run an example of a crate; its standard output is one JSON object."""
    return fed(name, *arguments, data=b"", crate=crate)


def fed(name: str, *arguments: str, data: bytes, crate: str = "sapwood") -> dict[str, Any]:
    """The same with something on standard input."""
    done = subprocess.run([_built(name, crate), *arguments], cwd=ROOT, input=data, stdout=subprocess.PIPE, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def peak_bytes(name: str, *arguments: str) -> int:
    """The largest resident size of an example's process."""
    process = subprocess.Popen([_built(name), *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, name)
    # Linux counts in kilobytes.
    return usage.ru_maxrss * 1024


def _built(name: str, crate: str = "sapwood") -> str:
    command = ["cargo", "build", "--release", "--locked", "-p", crate, "--example", name]
    subprocess.run(command, cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return str(target / "release" / "examples" / name)
