"""What a version carries of its evaluation is what was measured, each figure beside the best unlearned one."""

import json

from sapwood.evaluation import as_rows, metrics_of, rows_of
from sapwood.evaluation.metrics import Mean
from sapwood.evaluation.results import CONTROL, Table

TABLE = Table("Find it", "few", "many", 7)


def row(method, value, metric="MRR", *, is_baseline=False):
    return TABLE.row(method, metric, Mean(value, 0.01, 20), is_baseline=is_baseline)


RESULTS = [
    row("tree-lstm", 0.5),
    row("counts + tree-lstm", 0.9),
    row("counts", 0.25, is_baseline=True),
    row("tokens", 0.75, is_baseline=True),
    row(f"tree-lstm, {CONTROL}", 1.0, is_baseline=True),
    row("tree-lstm", 0.1, "hit@1"),
    TABLE.missing("counts", "hit@1", 2, "too few", is_baseline=True),
]


def test_each_figure_stands_beside_the_best_method_that_learns_nothing():
    metrics = metrics_of(RESULTS, "tree-lstm")
    assert set(metrics) == {"find-it/mrr", "find-it/hit@1"}
    assert metrics["find-it/mrr"] == {
        "task": "Find it",
        "metric": "MRR",
        "value": 0.5,
        "error": 0.01,
        "n": 20,
        "candidates": 7,
        "baseline": 0.75,
        "baseline_name": "tokens",
    }
    assert metrics["find-it/hit@1"]["baseline"] is None


def test_rows_come_back_as_they_were_and_once():
    first = json.loads(json.dumps({"evaluation": as_rows(RESULTS)}))
    second = {"evaluation": as_rows([row("graphsage", 0.4), *RESULTS[2:4]])}
    assert rows_of([first]) == RESULTS
    assert rows_of([first, second]) == [*RESULTS, row("graphsage", 0.4)]
    assert rows_of([{}]) == []
