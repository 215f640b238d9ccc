"""`embed` and `analyze`: JSON lines in, JSON lines out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sapwood.cli.options import Encoder, Workspace, open_workspace

if TYPE_CHECKING:
    from sapwood.answering import Answerer

Input = Annotated[
    str, typer.Argument(metavar="FILE", help="File with JSON lines; - or nothing reads stdin.", show_default=False)
]
Version = Annotated[str, typer.Option("--version", metavar="NAME", help="Version or alias that answers.")]
JsonLines = Annotated[bool, typer.Option("--json", help="Errors as JSON too; the answers always are.")]


def embed(
    file: Input = "-",
    model: Annotated[Encoder, typer.Option("--model", help="What embeds.")] = Encoder.TREE_LSTM,
    target: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="F.npy", help="Write a float32 matrix instead, rows in input order.", readable=False
        ),
    ] = None,
    version: Version = "serving",
    workspace: Workspace = None,
    as_json: JsonLines = False,
) -> None:
    """Turn code into vectors: JSON lines in and out.

    Reads {"id", "language", "code", "path"} lines and writes {"id", "vector", "version"} lines. A version of tree-lstm
    that was trained on trees of labels (data.trees) reads {"id", "labels", "parents"} lines instead.

    Vectors are float32 of length 1: 512 numbers from tree-lstm, 256 from graphsage, 4096 from structure, which
    needs nothing trained. A line that can't be handled gives {"id", "error"}, and a row of NaN in a matrix; the others
    are answered, and the exit code is 1.

    \b
    Example:
      echo '{"id": "a", "language": "python", "code": "x = 1"}' | sapwood embed --model structure
      sapwood embed functions.jsonl --output vectors.npy
    """
    del as_json
    from sapwood.cli import streams

    answerer = _answerer(workspace, model)
    name = answerer.version(model, version)
    # With no items: loads the model, so that what is wrong with it is said before any line is read.
    answerer.embed([], model, version)
    if target is None:
        failures = streams.write_lines(
            file,
            lambda items: answerer.embed(items, model, version),
            lambda id_, vector: streams.vector_line(id_, vector, name),
        )
    else:
        failures = streams.write_matrix(file, target, lambda items: answerer.embed(items, model, version))
    _conclude(failures)


def analyze(
    file: Input = "-", version: Version = "serving", workspace: Workspace = None, as_json: JsonLines = False
) -> None:
    """Say what looks wrong and which imports are needed.

    Reads {"id", "language", "code", "path"} lines and writes {"id", "confidence", "bug", "imports"} lines.

    A head that was not trained answers null and is named in "untrained". A line that can't be handled gives
    {"id", "error"}; the others are answered, and the exit code is 1.

    \b
    Example:
      echo '{"id": "a", "language": "python", "code": "def area(w, h): return w * w"}' | sapwood analyze
      sapwood analyze functions.jsonl > answers.jsonl
    """
    del as_json
    from sapwood.cli import streams

    answerer = _answerer(workspace, None)
    answerer.analyze([], version)
    _conclude(streams.write_lines(file, lambda items: answerer.analyze(items, version), streams.analysis_line))


def _conclude(failures: int) -> None:
    """Lets the exit code tell whether every line has its answer."""
    if failures:
        raise typer.Exit(1)


def _answerer(workspace: Path | None, model: Encoder | None) -> Answerer:
    from sapwood.answering import Answerer
    from sapwood.errors import NoModelError, NoWorkspaceError

    try:
        return Answerer(open_workspace(workspace))
    except NoWorkspaceError:
        if workspace is not None:
            raise
        if model is Encoder.STRUCTURE:
            return Answerer(None)
        train = f"sapwood train {model or Encoder.GRAPHSAGE}"
        message = f"no model was trained yet; run `sapwood index PATH`, then `{train}` in that folder"
        raise NoModelError(message) from None
