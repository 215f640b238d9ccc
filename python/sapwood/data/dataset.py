"""The functions and files of an indexed code base as training and evaluation see them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sapwood import _core
from sapwood.data.positives import Pairs, match_functions, name_numbers
from sapwood.data.split import SPLITS, packages_of, split_packages
from sapwood.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sapwood.config import Config, Data
    from sapwood.data.kept import Kept

LANGUAGE = "python"
"""The language that models learn: its mistakes can be injected, and its texts rewritten."""


@dataclass(frozen=True)
class Dataset:
    """Functions without near-duplicates, and files, each in the split of its package.

    Shapes:
        functions, packages, split (n,): node id, package and split of each function, also names, texts, docstrings;
        files, file_packages, file_split, file_copied (F,): position of each file in the index, its package, its split,
        and whether most of its functions are near-duplicates of another file's.

    Files in other languages than `LANGUAGE`, and what is in them, take no part.
    """

    index: _core.Index
    config: Config
    functions: NDArray[np.uint32]
    names: list[str]
    texts: list[str]
    docstrings: list[str]
    packages: NDArray[np.str_]
    split: NDArray[np.str_]
    files: NDArray[np.uint32]
    file_packages: NDArray[np.str_]
    file_split: NDArray[np.str_]
    file_copied: NDArray[np.bool_]
    dropped: dict[str, int]
    """How many functions were left out, by reason."""
    kept: Kept | None = None
    """The examples that were made of it before, where there are some."""

    def __len__(self) -> int:
        return len(self.functions)

    @property
    def language(self) -> str:
        """The language of all texts."""
        return LANGUAGE

    def positions(self, split: str) -> NDArray[np.int64]:
        """Positions of the functions of a split."""
        return np.flatnonzero(self.split == split)

    def file_positions(self, split: str) -> NDArray[np.int64]:
        """Positions of the files of a split, without those that are copies of others."""
        return np.flatnonzero((self.file_split == split) & ~self.file_copied)

    @cached_property
    def positives(self) -> Pairs:
        """Independent implementations of the same thing, in different packages of one split."""
        settings, seed = self.config.data.positives, self.config.seed
        return match_functions(
            self.names,
            self.docstrings,
            self.packages.tolist(),
            self.split.tolist(),
            settings=settings,
            seed=seed,
        )

    @cached_property
    def file_nodes(self) -> NDArray[np.int64]:
        """(F,): node of each file."""
        is_file = np.flatnonzero(self.index.node_kind == _core.NODE_KINDS.index("file"))
        nodes = np.zeros(len(self.index.file_paths), np.int64)
        nodes[self.index.node_file[is_file]] = is_file
        return nodes[self.files]

    @cached_property
    def node_imports(self) -> dict[int, list[str]]:
        """Modules that a node imports or uses, of the nodes that have some."""
        nodes, modules = self.index.import_labels()
        found: dict[int, list[str]] = {}
        for node, module in zip(nodes.tolist(), modules, strict=True):
            found.setdefault(node, []).append(module)
        return found

    @property
    def file_imports(self) -> list[list[str]]:
        """Modules that each file imports, as written."""
        return [self.node_imports.get(node, []) for node in self.file_nodes.tolist()]

    @property
    def function_imports(self) -> list[list[str]]:
        """Imported modules that each function uses."""
        return [self.node_imports.get(node, []) for node in self.functions.tolist()]


def load_dataset(engine: _core.Engine, config: Config) -> Dataset:
    """Takes the functions of the index that can be learned from, and splits them by top-level package.

    Functions with fewer lines than `min_lines` or more syntax nodes than `max_nodes` are left out, then near-duplicates
    (all but the first), before anything is split, so that no copy stands on the other side; files most of whose
    functions are such give no labels either.

    Raises:
        NoIndexError: The code base was not indexed yet.
        StaleIndexError: A file has changed since.
        BadInputError: No function is left.
    """
    index, settings = engine.index_data(), config.data
    usable = _usable(index, settings, config.seed)
    nodes = usable.nodes
    if not len(nodes):
        message = (
            f"no Python function of {engine.root} has {settings.min_lines} lines or more; "
            "train on a larger code base or lower data.min_lines"
        )
        raise BadInputError(message)
    every_package = np.array(packages_of(index.file_paths))
    packages, files = every_package[index.node_file[nodes]], language_files(index)
    splits = _splits(packages.tolist(), config)
    every_name = index.node_names
    return Dataset(
        index=index,
        config=config,
        functions=nodes,
        names=[every_name[node] for node in nodes.tolist()],
        texts=usable.texts,
        docstrings=index.docstrings(nodes),
        packages=packages,
        split=np.array([splits[package] for package in packages.tolist()]),
        files=files,
        file_packages=every_package[files],
        # A package without any function is never held out: nothing could be asked about it.
        file_split=np.array([splits.get(package, SPLITS[0]) for package in every_package[files].tolist()]),
        file_copied=usable.copied[files],
        dropped=usable.dropped,
    )


def _splits(packages: list[str], config: Config) -> dict[str, str]:
    """The part of the data that each package is in."""
    return split_packages(
        packages,
        validation_fraction=config.data.validation_fraction,
        test_fraction=config.data.test_fraction,
        seed=config.seed,
    )


def language_files(index: _core.Index) -> NDArray[np.uint32]:
    """Positions of the files in the language that models learn."""
    return np.flatnonzero(np.array(index.file_languages, np.str_) == LANGUAGE).astype(np.uint32)


def language_functions(index: _core.Index) -> NDArray[np.uint32]:
    """Nodes of the functions in the language that models learn."""
    return index.functions[_is_in_language(index)]


def _is_in_language(index: _core.Index) -> NDArray[np.bool_]:
    return np.isin(index.node_file[index.functions], language_files(index))


def _is_named(index: _core.Index) -> NDArray[np.bool_]:
    """(functions,): those that are no lambdas, whose numbers would be taken for names."""
    names = index.node_names
    return np.array([not names[node].endswith(">") for node in index.functions.tolist()], np.bool_)


@dataclass(frozen=True)
class _Usable:
    """Nodes and texts of the functions to learn from, which files are copies, and how many functions were left out."""

    nodes: NDArray[np.uint32]
    texts: list[str]
    copied: NDArray[np.bool_]
    dropped: dict[str, int]


def _usable(index: _core.Index, settings: Data, seed: int) -> _Usable:
    every = index.functions
    lines = index.node_end_line[every].astype(np.int64) - index.node_start_line[every] + 1
    learned, named, long = _is_in_language(index), _is_named(index), lines >= settings.min_lines
    kept = np.flatnonzero(learned & named & long)
    dropped = {
        "in another language": int((~learned).sum()),
        "without a name": int((learned & ~named).sum()),
        "short": int((learned & named & ~long).sum()),
    }
    texts = index.function_texts(every[kept])
    fits = np.array([size <= settings.max_nodes for size in _tree_sizes(texts, settings.max_nodes)], bool)
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
    return _Usable(every[kept[first]], [texts[position] for position in first.tolist()], copied, dropped)


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


def _tree_sizes(texts: list[str], limit: int) -> list[int]:
    """Syntax nodes of each text; 0 for one too short to have `limit` of them, which is not parsed."""
    sizes = [0] * len(texts)
    # Even `a` nested as deep as grammars allow has fewer than four nodes a character.
    long = [position for position, text in enumerate(texts) if 4 * len(text) > limit]
    vocabulary = _core.Vocabulary.build([], LANGUAGE, 512)
    for start in range(0, len(long), 512):
        chunk = long[start : start + 512]
        forest = _core.parse_forest([texts[position] for position in chunk], vocabulary, LANGUAGE)
        for position, size in zip(chunk, forest.tree_sizes.tolist(), strict=True):
            sizes[position] = size
    return sizes


def _groups(index: _core.Index, kept: NDArray[np.int64], texts: list[str], threshold: float) -> NDArray[np.uint32]:
    if threshold == _core.DUPLICATE_THRESHOLD:
        return index.function_groups[kept]
    return _core.near_duplicates(texts, LANGUAGE, threshold)
