"""What a user would pick instead, each measured by a script that runs in the peers' own environment.

`environment` says where that is; `scripts/bench NAME --peers` makes it from requirements.txt and compiled.txt, and
DGL's, which needs another torch, from dgl.txt.
"""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


def environment(variable: str = "SAPWOOD_PEERS") -> Path | None:
    """The python of a peers' environment, None where it was not made."""
    given = os.environ.get(variable)
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


class Peer:
    """A script of this folder that answers each line with one."""

    def __init__(self, questions: IO[str], answers: IO[str]) -> None:
        self._questions, self._answers = questions, answers

    def ask(self, **question: Any) -> dict[str, Any]:
        """What the script answers."""
        self._questions.write(json.dumps(question) + "\n")
        self._questions.flush()
        answer: dict[str, Any] = json.loads(self._answers.readline())
        return answer


@contextmanager
def running(python: Path, script: str, *arguments: str) -> Iterator[Peer]:
    """Start a script that waits for questions; it ends when they do."""
    command = [str(python), str(HERE / script), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the pipes of a process that was started with pipes are missing")
        yield Peer(process.stdin, process.stdout)
