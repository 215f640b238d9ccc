"""The functions and files of an indexed code base as training and evaluation see them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np

from sapwood import _core
from sapwood.data.languages import families_of, file_languages, language_files, learned_languages, node_languages
from sapwood.data.positives import Pairs, match_functions, match_languages, plain_docstring
from sapwood.data.split import SPLITS, packages_of, split_packages
from sapwood.data.usable import usable_functions
from sapwood.errors import BadInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sapwood.config import Config, Data, Positives
    from sapwood.data.kept import Kept

RECEIVERS = frozenset({"self", "cls", "this"})
"""Parameters that stand for the object of a method."""


@dataclass(frozen=True)
class Dataset:
    """Functions without near-duplicates, and files, each in the split of its package.

    Shapes:
        functions, packages, split (n,): node id, package and split of each function, also names, texts, languages,
        docstrings; files, file_packages, file_split, file_copied (F,): position of each file in the index, its package,
        its split, and whether most of its functions are near-duplicates of another file's.

    Files in other languages than those of `data.languages`, and what is in them, take no part.
    """

    index: _core.Index
    config: Config
    functions: NDArray[np.uint32]
    names: list[str]
    texts: list[str]
    languages: list[str]
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

    def positions(self, split: str) -> NDArray[np.int64]:
        """Positions of the functions of a split."""
        return np.flatnonzero(self.split == split)

    def file_positions(self, split: str) -> NDArray[np.int64]:
        """Positions of the files of a split, without those that are copies of others."""
        return np.flatnonzero((self.file_split == split) & ~self.file_copied)

    @cached_property
    def families(self) -> list[str]:
        """The family of each function's language."""
        return families_of(self.languages)

    @cached_property
    def positives(self) -> Pairs:
        """Independent implementations of the same thing, in different packages or languages of one split."""
        settings, seed = self.config.data.positives, self.config.seed
        return self.independent(settings, seed).beside(self.cross_language(settings, seed))

    def independent(self, settings: Positives, seed: int) -> Pairs:
        """Pairs of one family of languages."""
        groups = [f"{split} {family}" for split, family in zip(self.split.tolist(), self.families, strict=True)]
        return match_functions(
            self.names, self.docstrings, self.packages.tolist(), groups, settings=settings, seed=seed
        )

    def cross_language(self, settings: Positives, seed: int) -> Pairs:
        """Pairs of two families."""
        return match_languages(
            self.names,
            self.docstrings,
            self.families,
            self.split.tolist(),
            cache(self.arity),
            settings=settings,
            seed=seed,
        )

    def arity(self, position: int) -> int:
        """How many parameters a function has, without one that stands for its object."""
        scopes = _core.scope_names(self.texts[position], self.languages[position])
        names = {name for name, origin in scopes[0][2] if origin == "parameter"} if scopes else set()
        return len(names - RECEIVERS)

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

    @cached_property
    def file_families(self) -> list[str]:
        """(F,): the family of each file's language."""
        return families_of(file_languages(self.index)[self.files].tolist())


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
    usable = usable_functions(index, settings, config.seed)
    nodes = usable.nodes
    if not len(nodes):
        raise BadInputError(_nothing_to_learn(engine, settings))
    files, package_of_file = language_files(index, settings), every_package(index, settings)
    packages, languages = package_of_file[index.node_file[nodes]], node_languages(index, nodes)
    splits = _splits(packages.tolist(), config)
    every_name = index.node_names
    return Dataset(
        index=index,
        config=config,
        functions=nodes,
        names=[every_name[node] for node in nodes.tolist()],
        texts=usable.texts,
        languages=languages,
        docstrings=[plain_docstring(*of) for of in zip(index.docstrings(nodes), languages, strict=True)],
        packages=packages,
        split=np.array([splits[package] for package in packages.tolist()]),
        files=files,
        file_packages=package_of_file[files],
        # A package without any function is never held out: nothing could be asked about it.
        file_split=np.array([splits.get(package, SPLITS[0]) for package in package_of_file[files].tolist()]),
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


def _nothing_to_learn(engine: _core.Engine, settings: Data) -> str:
    languages = learned_languages(settings)
    which = "function" if len(languages) == len(_core.LANGUAGES) else f"function in {' or '.join(languages)}"
    return (
        f"no {which} of {engine.root} has {settings.min_lines} lines or more and {settings.max_nodes} syntax nodes or "
        "less; train on a larger code base, lower data.min_lines or raise data.max_nodes"
    )


def every_package(index: _core.Index, settings: Data) -> NDArray[np.str_]:
    """(files of the index,): the package of each file, empty for those that take no part.

    Each family of languages is laid out in its own way: where all Python lies in one folder and all Rust in another,
    these two are no packages.
    """
    packages = np.full(len(index.file_paths), "", dtype=object)
    files, paths = language_files(index, settings), index.file_paths
    families = np.array(families_of(file_languages(index)[files].tolist()), np.str_)
    for family in np.unique(families).tolist():
        members = files[families == family]
        packages[members] = packages_of([paths[file] for file in members.tolist()])
    return packages.astype(np.str_)
