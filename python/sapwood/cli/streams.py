"""From lines of items to lines of answers, or to a matrix; whatever the length of the input, little is held."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar, cast

from sapwood.answers import Item
from sapwood.cli.files import opened
from sapwood.cli.lines import batches
from sapwood.errors import SapwoodError
from sapwood.terminal import output
from sapwood.trees import Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from sapwood.answers import Analysis
    from sapwood.cli.lines import Source

Answer = TypeVar("Answer")


def write_lines(
    file: str,
    answer: Callable[[Sequence[Item | Tree]], Sequence[Answer | SapwoodError]],
    line: Callable[[object, Answer], str],
) -> int:
    """Writes to standard output, in order, the line of each answer or of why there is none, and counts those."""
    failures = 0
    with _source(file) as source:
        for batch in _answered(source, answer):
            for name, answered in batch:
                if isinstance(answered, SapwoodError):
                    failures += 1
                    sys.stdout.write(error_line(name, answered))
                else:
                    sys.stdout.write(line(name, answered))
            sys.stdout.flush()
    return _told(failures)


def write_matrix(
    file: str, target: Path, answer: Callable[[Sequence[Item | Tree]], Sequence[NDArray[np.float32] | SapwoodError]]
) -> int:
    """Writes a row for each item to `target`, NaN for one without an answer, whose reason is told; counts those."""
    from sapwood.cli.matrix import writing

    failures = 0
    with _source(file) as source, writing(target) as matrix:
        for batch in _answered(source, answer):
            for name, answered in batch:
                if isinstance(answered, SapwoodError):
                    failures += 1
                    sys.stdout.write(error_line(name, answered))
                    matrix.skip()
                else:
                    matrix.add(answered)
    output.note(f"{target}: {matrix.rows} x {matrix.columns} float32")
    return _told(failures)


def vector_line(name: object, vector: NDArray[np.float32], version: str | None) -> str:
    """`{"id", "vector", "version"}`; nine digits give every float32 back exactly."""
    numbers = ",".join([format(value, ".9g") for value in vector.tolist()])
    return f'{{"id":{json.dumps(name)},"vector":[{numbers}],"version":{json.dumps(version)}}}\n'


def analysis_line(name: object, analysis: Analysis) -> str:
    """`{"id", "version", "confidence", "bug", "imports", "untrained"}`."""
    return json.dumps({"id": name, **asdict(analysis)}, ensure_ascii=False, allow_nan=False) + "\n"


def error_line(name: object, error: SapwoodError) -> str:
    """`{"id", "error": {"code", "message"}}`."""
    return json.dumps({"id": name, "error": {"code": error.code, "message": str(error)}}, ensure_ascii=False) + "\n"


def _answered(
    source: Source, answer: Callable[[Sequence[Item | Tree]], Sequence[Answer | SapwoodError]]
) -> Iterator[list[tuple[object, Answer | SapwoodError]]]:
    """Id and answer of each line, batch by batch."""
    for batch in batches(source):
        answers = iter(answer([entry for entry in batch if isinstance(entry, Item | Tree)]))
        yield [
            (entry.id, next(answers)) if isinstance(entry, Item | Tree) else (entry.name, entry.error)
            for entry in batch
        ]


@contextmanager
def _source(file: str) -> Iterator[Source]:
    if file != "-":
        with opened(file) as source:
            yield source
        return
    if sys.stdin.isatty():
        output.note("reading JSON lines from the terminal; Ctrl-D ends them")
    yield cast("Source", sys.stdin.buffer)


def _told(failures: int) -> int:
    if failures:
        lines = "1 line" if failures == 1 else f"{failures} lines"
        output.note(f"{lines} could not be handled; the answer of each says why")
    return failures
