"""An evaluation never calls packages held out that a version may have been trained on."""

from __future__ import annotations

from typing import Any

import pytest

from sapwood.config import load_config
from sapwood.errors import BadInputError
from sapwood.evaluation.evaluate import require_same_split


def manifest(*overrides: str, fingerprint: str = "same") -> dict[str, Any]:
    config = load_config(overrides=overrides).model_dump(mode="json")
    return {"model": "tree-lstm", "version": "v0003", "data": {"fingerprint": fingerprint}, "config": config}


def test_the_same_split_passes_whatever_else_differs() -> None:
    require_same_split(manifest("tree_lstm.epochs=1", "evaluation.max_queries=7"), "same", load_config(), {"python"})


@pytest.mark.parametrize("override", ["seed=7", "data.test_fraction=0.3", "data.min_lines=9"])
def test_another_split_is_refused_with_the_setting_named(override: str) -> None:
    with pytest.raises(BadInputError, match=override.partition("=")[0]) as refused:
        require_same_split(manifest(override), "same", load_config(), {"python"})
    assert "tree-lstm v0003" in str(refused.value)


def test_other_sources_are_refused() -> None:
    with pytest.raises(BadInputError, match="train again with: sapwood train tree-lstm"):
        require_same_split(manifest(fingerprint="other"), "same", load_config(), {"python"})
