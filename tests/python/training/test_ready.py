"""The whole of preflight on code that can be learned from."""

import pytest

from sapwood import preflight
from sapwood.training import MODELS

ROWS = [
    *("dependencies", "index", "versions", "earlier runs", "first rows", "first batch"),
    *("device", "memory", "disk", "class balance"),
]


@pytest.mark.parametrize("model", MODELS)
def test_what_can_be_trained_is_ready(engine, config, model):
    checks = preflight.examine(engine, model, config)
    assert [check.name for check in checks] == ROWS
    assert {check.status for check in checks} <= {"ok", "warning"}
