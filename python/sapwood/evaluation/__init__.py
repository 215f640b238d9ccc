"""Measures what was learned on packages that were held out, beside methods that learn nothing."""

from sapwood.evaluation.carried import as_rows, metrics_of, rows_of
from sapwood.evaluation.evaluate import evaluate, measure, store
from sapwood.evaluation.latency import embed_latency
from sapwood.evaluation.material import Material
from sapwood.evaluation.reading import reading
from sapwood.evaluation.results import Result, markdown, read_json, render, write_json

__all__ = [
    "Material",
    "Result",
    "as_rows",
    "embed_latency",
    "evaluate",
    "markdown",
    "measure",
    "metrics_of",
    "read_json",
    "reading",
    "render",
    "rows_of",
    "store",
    "write_json",
]
