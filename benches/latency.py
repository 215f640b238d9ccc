"""Latency of the embedded interpreter, timed from a Rust binary."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import sapwood
from benches.cargo import example
from benches.figures import Figures
from sapwood.config import load_config
from sapwood.training import train

REQUESTS = 300
SOURCES = "http"


def measure() -> Figures:
    """Train two small versions on one package, then time requests through the embedded interpreter."""
    library = Path(os.__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        engine = sapwood.open(library / SOURCES, workspace=folder).core
        engine.index()
        for model, section in (("tree-lstm", "tree_lstm"), ("graphsage", "graphsage")):
            train(model, engine, load_config(overrides=[f"{section}.epochs=1", f"{section}.budget_seconds=10"]))
        measured = example("embedded_latency", folder, sys.executable, "--requests", str(REQUESTS), "--json")
    figures = Figures(samples=measured)
    definition = f"milliseconds of an analyze request from Rust through the embedded interpreter, n = {REQUESTS}"
    figures.add("embedded_p50_ms", measured["p50_ms"], f"{definition}, median")
    figures.add("embedded_p99_ms", measured["p99_ms"], f"{definition}, 99th percentile")
    figures.leave_out("native_p50_ms", "native answers of both models come with the bridge")
    figures.leave_out("native_p99_ms", "native answers of both models come with the bridge")
    figures.leave_out("cold_first_answer_ms", "native answers of both models come with the bridge")
    figures.leave_out("encode_over_minilm", "native answers of both models come with the bridge")
    return figures
