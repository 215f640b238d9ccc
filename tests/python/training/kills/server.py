"""Starts runs that are killed: `import torch` takes seconds, so it is done once, and each run is a fork of that.

Reads a request a line from standard input: for a run, answered with its process id, or for how the last one ended,
which keeps that id until then. Nothing here may compute before it forks: threads are not there any more on the other
side.
"""

from __future__ import annotations

import json
import os
import sys
import traceback

import torch
import torch._dynamo  # the first step of an optimiser does it else

from sapwood import _core
from sapwood.config import load_config
from sapwood.training import graphsage, session, train, tree_lstm

PRELOADED = (torch._dynamo, graphsage, tree_lstm)
# States are written as often as the settings say, however long that takes.
session.SAVING_SHARE = 1.0


def run(request: dict) -> None:
    """Trains as asked, and writes each event as a line into a file."""
    with open(request["events"], "w", encoding="utf-8", buffering=1) as events:  # noqa: PTH123 line-buffered
        engine = _core.Engine.open(request["workspace"], request["workspace"])
        config = load_config(None, request["overrides"])
        train(
            request["model"],
            engine,
            config,
            resume=request["resume"],
            on_event=lambda event: events.write(json.dumps(event) + "\n"),
        )


def start(request: dict) -> int:
    """Forks a run and gives its process id."""
    child = os.fork()
    if child == 0:
        try:
            run(request)
        except BaseException:  # noqa: BLE001 a fork must not go on as its parent
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


def main() -> None:
    """Serves until its input ends."""
    torch.set_num_threads(1)
    say("ready")
    child = 0
    for line in sys.stdin:
        request = json.loads(line)
        if request is None:
            say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        else:
            child = start(request)
            say(child)


def say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
