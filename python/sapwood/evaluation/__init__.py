"""Measures what was learned on packages that were held out, beside methods that learn nothing."""

from sapwood.evaluation.evaluate import ALL, MODELS, as_json, evaluate, load_predictors, store
from sapwood.evaluation.reading import reading
from sapwood.evaluation.results import Result, markdown, read_json, render, write_json

__all__ = [
    "ALL",
    "MODELS",
    "Result",
    "as_json",
    "evaluate",
    "load_predictors",
    "markdown",
    "read_json",
    "reading",
    "render",
    "store",
    "write_json",
]
