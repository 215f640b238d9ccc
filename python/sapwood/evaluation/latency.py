"""How long one query takes, asked alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from sapwood.data import TEST, TRAIN

if TYPE_CHECKING:
    from sapwood.data import Dataset
    from sapwood.inference import Predictor

QUERIES: Final = 200
_WARM_UP: Final = 10
DEFINITION: Final = "the text of one function in, its whitened vector out; one query at a time in one process, torch"


def embed_latency(predictor: Predictor, dataset: Dataset) -> dict[str, Any]:
    """Time single queries over held-out functions, drawn by the seed; over training functions where none is held out.

    Returns:
        What a manifest says of it: ``median_ms``, ``p99_ms``, ``n``, ``device`` and ``definition``.
    """
    places = dataset.positions(TEST) if len(dataset.positions(TEST)) else dataset.positions(TRAIN)
    drawn = np.random.default_rng(dataset.config.seed).permutation(places)[:QUERIES]
    queries = [(dataset.texts[place], dataset.languages[place]) for place in drawn.tolist()]
    for text, language in queries[:_WARM_UP]:
        predictor.embed([text], [language])
    seconds = [_seconds(predictor, text, language) for text, language in queries]
    median, high = 1e3 * np.quantile(seconds, [0.5, 0.99])
    return {
        "median_ms": float(median),
        "p99_ms": float(high),
        "n": len(seconds),
        "device": f"cpu, threads: {torch.get_num_threads()}",
        "definition": DEFINITION,
    }


def _seconds(predictor: Predictor, text: str, language: str) -> float:
    started = time.perf_counter()
    predictor.embed([text], [language])
    return time.perf_counter() - started
