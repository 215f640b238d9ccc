"""Opening a run: which folder, which state to go on from, with which settings, on which device."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import torch

from sapwood.config import load_config
from sapwood.errors import ConfigError, InterruptedRun, StorageError
from sapwood.training.device import AUTO, KERNELS, DeviceChoice, available_cores, backend_for, choose_device
from sapwood.training.distributed import ALONE
from sapwood.training.run_folder import CONFIG, RunFolder, last_run, new_run, run_at, runs_of
from sapwood.training.session import Session
from sapwood.training.state import read_progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sapwood._core import Engine
    from sapwood.config import Config, Recipe
    from sapwood.training.distributed import World
    from sapwood.training.session import Event, OnEvent, ShouldStop

LAST = "last"
"""The run that saved its state last."""


def continued_settings(engine: Engine, model: str, resume: str, overrides: Sequence[str], asked: Config) -> Config:
    """The settings of the run that is continued, with `overrides` over them; `asked` where there is no such run.

    Raises:
        BadInputError: There is no state at the path.
        ConfigError: The run's settings are gone or cannot be read.
    """
    run, state = _found(asked, engine, model, resume)
    if run is None or state is None:
        return asked
    file = run.path / CONFIG
    try:
        return load_config(file, overrides)
    except ConfigError as error:
        reason = str(error).partition("; ")[0]
        message = (
            f"the settings of the run cannot be used: {reason}; mend {file}, or give the settings by --config FILE"
        )
        raise ConfigError(message) from None


@contextmanager
def open_session(
    engine: Engine,
    config: Config,
    recipe: Recipe,
    model: str,
    *,
    on_event: OnEvent | None,
    should_stop: ShouldStop | None,
    resume: str | None,
    world: World = ALONE,
) -> Iterator[Session]:
    """Opens the run folder and chooses the device.

    Args:
        engine: The workspace.
        config: All settings.
        recipe: Those of the model.
        model: Its name.
        on_event: Is given every event.
        should_stop: Is asked after each step, and between the items of other long work.
        resume: `last`, a run folder or a state file; None starts afresh.
        world: The processes of the run.
    """
    started = time.monotonic()
    with _folder(config, engine, model, resume, world) as (run, state), run as folder:
        session = Session(
            engine=engine,
            config=config,
            recipe=recipe,
            model=model,
            run=folder,
            resumed_from=state,
            device=_device(config, recipe, state, world),
            world=world,
            on_event=on_event or _silent,
            should_stop=should_stop or _never,
            started=started,
        )
        with _end_noted(session):
            if state is None:
                folder.write_config(config)
            if resume == LAST and state is None:
                session.say("there is no earlier run to continue, so this one starts afresh")
            session.say(f"trains on {session.device.reason}")
            yield session


@contextmanager
def _end_noted(session: Session) -> Iterator[None]:
    """Writes down how the run ended, where that is by an exception; Ctrl-C becomes the typed one."""
    try:
        yield
    except KeyboardInterrupt:
        # It can come in the middle of a step, when weights and moments no longer belong together.
        stopped = session.stopped()
        session.note_end("interrupted", str(stopped))
        raise stopped from None
    except InterruptedRun as error:
        session.note_end("interrupted", str(error))
        raise
    except (OSError, StorageError) as error:
        session.note_end("failed", str(error))
        if session.run.state.exists():
            # Where a disk is full, not even this can be written down.
            session.on_event({"event": "message", "model": session.model, "message": f"training ended {session.kept}"})
        raise
    except Exception as error:
        session.note_end("failed", str(error) or type(error).__name__)
        raise


def _found(config: Config, engine: Engine, model: str, resume: str | None) -> tuple[RunFolder | None, Path | None]:
    """The run to go on with and its state; neither where a fresh one is to start."""
    if resume is None:
        return None, None
    if resume != LAST:
        return run_at(Path(resume))
    last = last_run(runs_of(config, engine.workspace_path, model))
    return (None, None) if last is None else (last, last.state)


@contextmanager
def _folder(
    config: Config, engine: Engine, model: str, resume: str | None, world: World
) -> Iterator[tuple[RunFolder, Path | None]]:
    """The folder of the run and the state to go on from; one that is thrown away where another process writes."""
    if world.writes:
        run, state = _found(config, engine, model, resume)
        world.bytes_of_writer(b"" if state is None or world.size == 1 else state.read_bytes())
        yield run or new_run(runs_of(config, engine.workspace_path, model)), state
        return
    with TemporaryDirectory() as path:
        own, given = RunFolder(Path(path)), world.bytes_of_writer(b"")
        if given:
            own.state.write_bytes(given)
        yield own, own.state if given else None


def _device(config: Config, recipe: Recipe, state: Path | None, world: World) -> DeviceChoice:
    """A continued run keeps its device, threads and backend, unless others are asked for by name."""
    backend = backend_for(config.backend, recipe.precision)
    if world.size > 1:
        return _share_of_machine(config, backend, world)
    if state is None:
        return choose_device(config.device, config.threads, backend)
    kept = read_progress(state)
    device = kept.device if config.device == AUTO else config.device
    backend = kept.backend if backend == AUTO and device == kept.device else backend
    choice = choose_device(device, config.threads or kept.threads, backend)
    same = (choice.device, choice.threads, choice.backend) == (kept.device, kept.threads, kept.backend)
    return replace(choice, reason=f"{choice.device}, by {choice.backend}: as before") if same else choice


def _share_of_machine(config: Config, backend: str, world: World) -> DeviceChoice:
    """A GPU of its own where each process of this machine can have one, else its share of the cores.

    Nothing is probed: processes that measure beside each other could come to different devices.
    """
    threads = config.threads or max(1, available_cores() // world.local_size)
    has_gpus = torch.cuda.is_available() and torch.cuda.device_count() >= world.local_size
    device = config.device
    if device == AUTO:
        device = "cuda" if has_gpus else "cpu"
    device = f"cuda:{world.local_rank}" if device == "cuda" else device
    backend = KERNELS if backend == AUTO and device == "cpu" else backend
    choice = choose_device(device, threads, backend)
    told = f"{device}, threads: {threads}, by {choice.backend}, in each of {world.size} processes"
    return replace(choice, reason=told)


def _silent(_event: Event) -> None:
    """Nobody listens."""


def _never() -> bool:
    return False
