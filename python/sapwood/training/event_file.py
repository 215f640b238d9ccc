"""Figures over steps in the files that TensorBoard reads.

TensorBoard's own writer has a thread, whose failure on a full disk is a traceback in the middle of the output; this one
writes where it is called.
"""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSION = "brain.Event:2"
"""The format of the file, as TensorFlow defines it."""


class EventFile:
    """An open file of events in `folder`.

    With `first_step`, whoever reads the folder forgets what earlier files say of this step and later ones.
    """

    def __init__(self, folder: Path, first_step: int | None = None) -> None:
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog
        from tensorboard.summary.writer.record_writer import RecordWriter

        folder.mkdir(exist_ok=True)
        # Readers take the files of a folder in the order of their names.
        number = len(list(folder.iterdir()))
        name = f"events.out.tfevents.{time.time():.0f}.{socket.gethostname()}.{os.getpid()}.{number:04d}"
        self._file = (folder / name).open("wb")
        self._records = RecordWriter(self._file)
        self._write(Event(wall_time=time.time(), file_version=VERSION))
        if first_step is not None:
            started = SessionLog(status=SessionLog.START)
            self._write(Event(wall_time=time.time(), step=first_step, session_log=started))

    def add(self, values: Mapping[str, float], step: int) -> None:
        """Adds the figures of a step by their names."""
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        figures = [Summary.Value(tag=name, simple_value=value) for name, value in values.items()]
        self._write(Event(wall_time=time.time(), step=step, summary=Summary(value=figures)))

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _write(self, event: Any) -> None:
        self._records.write(event.SerializeToString())
        # A killed run has told all that it did.
        self._records.flush()
