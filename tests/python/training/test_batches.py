"""Batches of pairs: each pair once an epoch, in batches of about one size."""

import numpy as np
import pytest

from sapwood.config import load_config
from sapwood.training.batches import TextPairs, epoch_draws


@pytest.mark.parametrize("count", [2, 32, 33, 65, 1000])
def test_batches_of_an_epoch_are_of_about_one_size(count):
    rows = np.arange(count)
    pairs = TextPairs(rows, rows, np.ones(count, np.float32), np.zeros(count, np.int64), matched=count)
    draws = epoch_draws(
        pairs, load_config(None, ["data.positives.rewrite_share=0"]), batch_size=32, most=count, epoch=0
    )
    sizes = [len(draw.rows) for draw in draws]
    assert sorted(np.concatenate([draw.rows for draw in draws]).tolist()) == rows.tolist()
    assert max(sizes) <= 32
    assert max(sizes) - min(sizes) <= 1
