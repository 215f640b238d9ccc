"""Pairs of a function and a text of the same meaning that is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sapwood import _core
from sapwood.data.stopping import go_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sapwood.data.stopping import HeedStop


@dataclass(frozen=True)
class Rewrites:
    """Texts of the same meaning as functions: `texts[i]` rewrites the function at `functions[i]`."""

    functions: NDArray[np.int64]
    texts: list[str]


def rewrite_functions(
    texts: Sequence[str],
    positions: NDArray[np.int64],
    seed: int,
    languages: Sequence[str],
    heed_stop: HeedStop = go_on,
) -> Rewrites:
    """One meaning-preserving rewrite of each function at `positions` that offers a place for one.

    `languages` has that of each of `texts`; one that offers no rewrites has none.
    """
    rng = np.random.default_rng(seed)
    kept, rewritten = [], []
    for position in positions.tolist():
        heed_stop()
        text = rewrite(texts[position], rng, languages[position])
        if text != texts[position]:
            kept.append(position)
            rewritten.append(text)
    return Rewrites(np.array(kept, np.int64), rewritten)


def rewrite(text: str, rng: np.random.Generator, language: str) -> str:
    """A text of the same meaning: as many kinds of rewrites as apply, in a random order, one on top of the other."""
    changed = text
    for kind in rng.permutation(_core.preserving_kinds(language)).tolist():
        rewritten = _core.preserve(changed, kind, int(rng.integers(2**32)), language)
        changed = changed if rewritten is None else rewritten.source
    return changed
