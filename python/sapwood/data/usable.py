"""Which functions of an index are learned from, and their texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sapwood import _core
from sapwood.data.languages import PYTHON, language_functions, node_languages
from sapwood.data.positives import name_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sapwood.config import Data


def _is_named(index: _core.Index) -> NDArray[np.bool_]:
    """(functions,): those that are no lambdas, whose numbers would be taken for names."""
    names = index.node_names
    return np.array([not names[node].endswith(">") for node in index.functions.tolist()], np.bool_)


@dataclass(frozen=True)
class Usable:
    """Nodes and texts of the functions to learn from, which files are copies, and how many functions were left out."""

    nodes: NDArray[np.uint32]
    texts: list[str]
    copied: NDArray[np.bool_]
    dropped: dict[str, int]


def usable_functions(index: _core.Index, settings: Data, seed: int) -> Usable:
    """Functions in the languages that are learned, with a name, long and small enough, each once."""
    every = index.functions
    lines = index.node_end_line[every].astype(np.int64) - index.node_start_line[every] + 1
    learned = np.isin(every, language_functions(index, settings))
    named, long = _is_named(index), lines >= settings.min_lines
    kept = np.flatnonzero(learned & named & long)
    dropped = {
        "in another language": int((~learned).sum()),
        "without a name": int((learned & ~named).sum()),
        "short": int((learned & named & ~long).sum()),
    }
    kept, texts = _readable(index, kept, dropped)
    languages = node_languages(index, every[kept])
    fits = np.array([size <= settings.max_nodes for size in _tree_sizes(texts, languages, settings.max_nodes)], bool)
    dropped["large"] = len(kept) - int(fits.sum())
    kept, texts = kept[fits], [text for text, fit in zip(texts, fits.tolist(), strict=True) if fit]
    groups = _groups(index, kept, texts, settings.duplicate_threshold)
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    copied = _copied_files(index.node_file[every[kept]], first[group], len(index.file_paths))
    first = np.sort(first)
    dropped["duplicate"] = len(kept) - len(first)
    if len(first) > settings.max_functions:
        dropped["beyond the limit"] = len(first) - settings.max_functions
        names = index.node_names
        drawn = draw_names([names[node] for node in every[kept[first]].tolist()], settings.max_functions, seed)
        first = first[drawn]
    return Usable(every[kept[first]], [texts[position] for position in first.tolist()], copied, dropped)


def _readable(
    index: _core.Index, kept: NDArray[np.int64], dropped: dict[str, int]
) -> tuple[NDArray[np.int64], list[str]]:
    """Functions whose texts read without what is around them, and these texts."""
    nodes = index.functions[kept]
    texts = _core.standalone_texts(index.function_texts(nodes), node_languages(index, nodes))
    read = np.array([text is not None for text in texts], np.bool_)
    dropped["not to be read alone"] = len(kept) - int(read.sum())
    return kept[read], [text for text in texts if text is not None]


def function_sources(index: _core.Index, nodes: NDArray[np.uint32]) -> list[str]:
    """The text of each function as the data set has it; as it stands where it can't be read alone."""
    texts = index.function_texts(nodes)
    alone = _core.standalone_texts(texts, node_languages(index, nodes))
    return [text if own is None else own for text, own in zip(texts, alone, strict=True)]


def _copied_files(files: NDArray[np.uint32], first: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    """(count,): the files more than half of whose functions are alike an earlier one of another file.

    Args:
        files: (n,) file of each function.
        first: (n,) position of the first function that each is alike.
        count: Number of files.
    """
    copies = np.bincount(files[files != files[first]], minlength=count)
    return 2 * copies > np.bincount(files, minlength=count)


def draw_names(names: Sequence[str], most: int, seed: int) -> NDArray[np.int64]:
    """Positions of `most` functions: names drawn at random, each with all functions that have it.

    Functions drawn one by one would seldom leave two of one name to be a pair.
    """
    numbers = name_numbers(names)
    places = np.random.default_rng(seed).permutation(int(numbers.max()) + 1)
    return np.sort(np.argsort(places[numbers], kind="stable")[:most])


def _tree_sizes(texts: list[str], languages: list[str], limit: int) -> list[int]:
    """Syntax nodes of each text; 0 for one too short to have `limit` of them, which is not parsed."""
    sizes = [0] * len(texts)
    # Even `a` nested as deep as grammars allow has fewer than four nodes a character.
    long = [position for position, text in enumerate(texts) if 4 * len(text) > limit]
    vocabulary = _core.Vocabulary.build([], PYTHON, 512)
    for start in range(0, len(long), 512):
        chunk = long[start : start + 512]
        of_chunk = [languages[position] for position in chunk]
        forest = _core.parse_forest([texts[position] for position in chunk], vocabulary, of_chunk)
        for position, size in zip(chunk, forest.tree_sizes.tolist(), strict=True):
            sizes[position] = size
    return sizes


def _groups(index: _core.Index, kept: NDArray[np.int64], texts: list[str], threshold: float) -> NDArray[np.uint32]:
    if threshold == _core.DUPLICATE_THRESHOLD:
        return index.function_groups[kept]
    return _core.near_duplicates(texts, node_languages(index, index.functions[kept]), threshold)
