"""How long each part of the demo may take."""

from __future__ import annotations

from typing import Final

FULL: Final = (
    "experiment_name=demo",
    "graphsage.budget_seconds=150",
    "graphsage.patience=3",
    "tree_lstm.budget_seconds=200",
    "tree_lstm.patience=3",
)
"""Settings of the full round: ten minutes at most on two cores. Few functions have a counterpart to learn from, so that
more epochs soon only learn those by heart: patience is short.
"""

QUICK: Final = (
    "experiment_name=demo-quick",
    "data.max_functions=2000",
    "data.max_mutants=600",
    "graphsage.budget_seconds=7",
    "graphsage.patience=3",
    "tree_lstm.budget_seconds=9",
    "tree_lstm.patience=3",
    "tree_lstm.model.vocabulary=4000",
    "evaluation.max_queries=100",
    "evaluation.max_candidates=600",
    "evaluation.max_files=100",
    "evaluation.max_mutants=120",
)
"""Settings of the quick round: 90 seconds at most on two cores."""

MAP_FUNCTIONS: Final = {"full": 1000, "quick": 300}
"""Functions drawn on the map."""
