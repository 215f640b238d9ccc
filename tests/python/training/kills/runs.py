"""Runs that are killed at chosen moments, and what is left of them."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import torch
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from sapwood import _core
from sapwood.training.run_folder import METRICS, STATE
from sapwood.training.state_file import read_values

PREPARATION, STEP, STATE_WRITE, VALIDATION, PUBLISHING, ANY = STAGES = (
    "preparation",
    "step",
    "state write",
    "validation",
    "publishing",
    "any time",
)
LOGGED = ("event", "epoch", "step", "steps_done", "loss", "losses", "learning_rate", "best")
"""What a record says of the training; the rest is about time and memory."""
LONGEST = 60.0


@dataclass
class Server:
    """The process that forks runs."""

    process: subprocess.Popen

    def start(self, **request) -> int:
        """Starts a run and gives its process id."""
        return self._ask(request)

    def end(self) -> int:
        """Waits for the end of the run, and gives its exit code, or less than 0 for the signal that killed it."""
        return self._ask(None)

    def _ask(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        assert line, "the server is gone"
        return json.loads(line)


@contextmanager
def serving():
    """A server, until it is no longer needed."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(Path(__file__).with_name("server.py"))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        server = Server(process)
        assert server.answer() == "ready"
        try:
            yield server
        finally:
            process.kill()


@dataclass
class Run:
    """A workspace in which one run is started, killed and gone on with."""

    server: Server
    workspace: Path
    model: str
    overrides: list[str]
    killed: list[str] = field(default_factory=list)
    _sessions: int = 0

    @property
    def folder(self) -> Path:
        # One that was killed before its first state is begun anew in another folder.
        (state,) = (self.workspace / ".sapwood" / "runs" / "default" / self.model).glob(f"*/{STATE}")
        return state.parent

    def _begin(self) -> tuple[int, Path]:
        self._sessions += 1
        events = self.workspace / f"events-{self._sessions}.jsonl"
        child = self.server.start(
            workspace=str(self.workspace),
            model=self.model,
            overrides=self.overrides,
            resume="last",
            events=str(events),
        )
        return child, events

    def finish(self) -> list[dict]:
        """Goes on to the end, and gives what was told."""
        _, events = self._begin()
        assert self.server.end() == 0
        return records(events)

    def kill(self, stage: str, rng, usual: Timing) -> None:
        """Starts or goes on, and kills at a moment of a stage."""
        began = time.monotonic()
        child, events = self._begin()
        wait_for(stage, rng, usual, began=began, events=events, runs=self.workspace / ".sapwood" / "runs")
        os.kill(child, signal.SIGKILL)
        status = self.server.end()
        assert status in (0, -signal.SIGKILL), "the run failed by itself"
        if status:
            self.killed.append(stage_of(events, self.workspace))


@dataclass(frozen=True)
class Timing:
    """Seconds that the stages of an uninterrupted run took."""

    whole: float
    preparation: float
    step: float
    validation: float
    publishing: float

    @classmethod
    def of(cls, run: Run) -> Timing:
        """Those of a run that has ended."""
        every = records(run.folder / METRICS)
        steps = [record["time"] for record in every if record["event"] == "step"]
        epochs = [record["time"] for record in every if record["event"] == "epoch"]
        ends = next(record["time"] for record in every if record.get("message", "").startswith("ends at"))
        first, last = every[0]["time"], every[-1]["time"]
        before = [max(step for step in steps if step <= epoch) for epoch in epochs]
        return cls(
            whole=last - first,
            preparation=steps[0] - first,
            step=sorted(later - earlier for earlier, later in pairwise(steps))[len(steps) // 2],
            validation=min(epoch - step for epoch, step in zip(epochs, before, strict=True)),
            publishing=last - ends,
        )


def wait_for(stage: str, rng, usual: Timing, *, began: float, events: Path, runs: Path) -> None:
    """Returns at a random moment of a stage, or when the run seems to have ended before."""
    share = rng.random()
    if stage == PREPARATION:
        time.sleep(share * usual.preparation)
    elif stage == ANY:
        time.sleep(share * usual.whole)
    elif stage == STEP:
        count = int(rng.integers(1, 4))
        until(lambda: len(told(events, "step")) >= count, events, began)
        time.sleep(share * usual.step)
    elif stage == VALIDATION:
        until(lambda: any(step["step"] == step["steps"] for step in told(events, "step")), events, began)
        time.sleep(share * usual.validation)
    elif stage == STATE_WRITE:
        until(lambda: told(events, "step") and any(runs.glob(f"*/*/*/.writing-*/{STATE}")), events, began)
    elif stage == PUBLISHING:
        until(lambda: any(record["message"].startswith("ends at") for record in told(events, "message")), events, began)
        time.sleep(share * usual.publishing)


def until(condition, events: Path, began: float) -> None:
    """Returns when the condition holds, or the run has ended."""
    while not condition() and not told(events, "done"):
        assert time.monotonic() < began + LONGEST, "the run hangs"
        time.sleep(0.0005)


def told(events: Path, kind: str) -> list[dict]:
    """The events of a kind so far."""
    return [record for record in records(events) if record["event"] == kind]


def records(path: Path) -> list[dict]:
    """The whole lines of a file that may still be written."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def stage_of(events: Path, workspace: Path) -> str:
    """Where a killed run was, by what it told last and what it left."""
    if any((workspace / ".sapwood").glob(f"runs/*/*/*/.writing-*/{STATE}")):
        return STATE_WRITE
    every = records(events)
    kinds = [record["event"] for record in every]
    if any(record.get("message", "").startswith("ends at") for record in every):
        return PUBLISHING
    if "step" not in kinds:
        return PREPARATION
    last = next(record for record in reversed(every) if record["event"] in ("step", "epoch"))
    return VALIDATION if last["event"] == "step" and last["step"] == last["steps"] else STEP


@dataclass(frozen=True)
class Outcome:
    """All that a run has made, without what hangs on the clock."""

    weights: str
    history: str
    logged: list[dict]
    drawn: dict[str, list[tuple[int, float]]]
    progress: dict
    state: dict[str, torch.Tensor]
    versions: list[str]
    serving: str

    @classmethod
    def of(cls, run: Run) -> Outcome:
        """That of a run that has ended."""
        versions = _core.Engine.open(str(run.workspace), str(run.workspace)).versions
        folder = Path(versions.path(run.model))
        versions.verify(run.model)
        assert versions.read_vectors(run.model) is not None
        lines = [json.loads(line) for line in (run.folder / METRICS).read_text().splitlines()]
        events = EventAccumulator(str(run.folder / "tensorboard"), size_guidance={"scalars": 0}).Reload()
        progress = read_values(run.folder / STATE)["progress"]
        return cls(
            weights=hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest(),
            history=(run.folder / "history.json").read_text(),
            logged=[
                {name: line[name] for name in LOGGED if name in line}
                for line in lines
                if line["event"] in ("step", "epoch")
            ],
            drawn={
                tag: [(event.step, event.value) for event in events.Scalars(tag)]
                for tag in events.Tags()["scalars"]
                if "loss" in tag
            },
            progress={name: value for name, value in progress.items() if name != "seconds"},
            state=load_file(run.folder / STATE),
            versions=[summary["version"] for summary in versions.list(run.model)],
            serving=versions.aliases(run.model)["serving"],
        )


def require_same(resumed: Outcome, whole: Outcome, seed: int) -> None:
    """The outcomes are equal to the last bit; the seed is that of the kills, to repeat them."""
    for name in ("weights", "history", "logged", "drawn", "progress"):
        assert getattr(resumed, name) == getattr(whole, name), (name, seed)
    assert resumed.state.keys() == whole.state.keys(), seed
    assert all(torch.equal(resumed.state[name], whole.state[name]) for name in whole.state), seed
    assert (resumed.versions, resumed.serving) == (["v0001"], "v0001"), seed
