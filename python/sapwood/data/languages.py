"""Which languages are learned, and which of them count as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sapwood import _core

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sapwood.config import Data

EVERY_LANGUAGE = "all"
"""In the settings: whatever is built in."""
PYTHON = "python"


def learned_languages(settings: Data) -> list[str]:
    """The languages that models learn, in the order in which they are built in."""
    chosen = settings.languages
    return [language for language in _core.LANGUAGES if EVERY_LANGUAGE in chosen or language in chosen]


def family_of(language: str) -> str:
    """The same for languages whose files import each other, such as JavaScript and TypeScript."""
    return _core.LANGUAGE_FAMILIES[language]


def families_of(languages: Iterable[str]) -> list[str]:
    """The family of each language."""
    return [_core.LANGUAGE_FAMILIES[language] for language in languages]


def file_languages(index: _core.Index) -> NDArray[np.str_]:
    """(F,): the language of each file of an index."""
    return np.array(index.file_languages, np.str_)


def language_files(index: _core.Index, settings: Data) -> NDArray[np.uint32]:
    """Positions of the files in languages that models learn."""
    return np.flatnonzero(np.isin(file_languages(index), learned_languages(settings))).astype(np.uint32)


def language_functions(index: _core.Index, settings: Data) -> NDArray[np.uint32]:
    """Nodes of the functions in languages that models learn."""
    return index.functions[np.isin(index.node_file[index.functions], language_files(index, settings))]


def node_languages(index: _core.Index, nodes: NDArray[np.uint32]) -> list[str]:
    """The language of each node's file."""
    languages: list[str] = file_languages(index)[index.node_file[nodes]].tolist()
    return languages
