"""Two questions with answers that can be checked: one search by example and one analysis of a known mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sapwood.report.content import SearchExample

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sapwood import _core

HITS: Final = 5
_TRIED: Final = 40
_LINES: Final = (8, 25)


def search_by_pairs(engine: _core.Engine, pairs: Iterable[tuple[int, int]]) -> SearchExample | None:
    """Search with the function whose known counterpart is found first.

    Args:
        engine: an indexed workspace.
        pairs: pairs of index nodes that are counterparts, in a fixed order; the first 40 are tried.
    """
    index = engine.index_data()
    tried = list(pairs)[:_TRIED]
    ranks = [_rank(_hits(engine, index, node), known) for node, known in tried]
    if not tried:
        return None
    found = sum(rank <= HITS for rank in ranks)
    node, known = tried[int(np.argmin(ranks))]
    of_all = f"of {len(tried)} held-out functions tried, {found} have theirs among the first {HITS}"
    alone = "it is the only held-out function that has one"
    note = f"Chosen because its counterpart in another package is found first: {of_all if len(tried) > 1 else alone}."
    return _example(engine, index, node, [index.node_names[known]], note)


def search_by_spread(engine: _core.Engine) -> SearchExample | None:
    """Search with the function, of 40 spread over the code base, that has the nearest neighbour in another package."""
    index = engine.index_data()
    lines = index.node_end_line[index.functions] - index.node_start_line[index.functions] + 1
    fitting = index.functions[(lines >= _LINES[0]) & (lines <= _LINES[1])]
    usable = fitting if len(fitting) else index.functions
    if not len(usable):
        return None
    places = np.unique(np.linspace(0, len(usable) - 1, min(_TRIED, len(usable))).astype(int))
    tried = [int(usable[place]) for place in places]
    node = max(tried, key=lambda tried_node: _foreign_score(index, tried_node, _hits(engine, index, tried_node)))
    note = f"Chosen because, of {len(tried)} functions tried, it has the nearest neighbour in another package."
    return _example(engine, index, node, [], note)


def _hits(engine: _core.Engine, index: _core.Index, node: int) -> Sequence[Any]:
    return engine.search_at(_path(index, node), int(index.node_start_line[node]), HITS)


def _path(index: _core.Index, node: int) -> str:
    return index.file_paths[int(index.node_file[node])]


def _rank(hits: Sequence[Any], known: int) -> int:
    nodes = [hit["node"] for hit in hits]
    return nodes.index(known) + 1 if known in nodes else HITS + 1


def _foreign_score(index: _core.Index, node: int, hits: Sequence[Any]) -> float:
    package = top_package(_path(index, node))
    return max((hit["score"] for hit in hits if top_package(hit["path"]) != package), default=0.0)


def top_package(path: str) -> str:
    """Top-level package or module of a file."""
    return path.split("/", maxsplit=1)[0].removesuffix(".py")


def _example(engine: _core.Engine, index: _core.Index, node: int, known: Sequence[str], note: str) -> SearchExample:
    place = f"{_path(index, node)}:{index.node_start_line[node]}"
    return SearchExample(index.node_names[node], place, _hits(engine, index, node), known, note)
