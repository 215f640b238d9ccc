"""The engine as Python sees it: open a code base, index it, ask about code.

Nothing here imports torch or numpy until an answer needs it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sapwood import _core
from sapwood.answering import Answerer
from sapwood.answers import Analysis, Hit, Item
from sapwood.errors import NoWorkspaceError, SapwoodError
from sapwood.graph import Graph

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

Answer = TypeVar("Answer")


def open(path: str | os.PathLike[str] = ".", workspace: str | os.PathLike[str] | None = None) -> Engine:  # noqa: A001
    """Opens the code base at `path`.

    Uses the nearest workspace at or above `path`, or makes one in `path` where there is none.

    Args:
        path: Folder with the sources.
        workspace: Folder that holds the workspace, where that is not the sources' own.

    Raises:
        PathMissingError: There is no such folder.
        PathDeniedError: The folder can't be read, or the workspace can't be written.
    """
    place = None if workspace is None else os.fspath(workspace)
    try:
        return Engine(_core.Engine.open(os.fspath(path), place))
    except NoWorkspaceError:
        return Engine(_core.Engine.create(os.fspath(path), place))


class Engine:
    """A code base with its index, its learned versions, and answers about code."""

    def __init__(self, core: _core.Engine) -> None:
        self._core = core
        self._answerer = Answerer(core)

    def __repr__(self) -> str:
        return f"<sapwood.Engine of {self.root}>"

    @property
    def core(self) -> _core.Engine:
        """The compiled engine, with the index as numpy columns."""
        return self._core

    @property
    def root(self) -> str:
        """The folder of the sources."""
        return self._core.root

    @property
    def workspace_path(self) -> str:
        """The `.sapwood` folder."""
        return self._core.workspace_path

    @property
    def versions(self) -> _core.Versions:
        """The published versions of each model."""
        return self._core.versions

    def index(self, on_progress: Callable[[int, int, int], bool | None] | None = None) -> _core.IndexReport:
        """Indexes the sources; an unchanged code base keeps its index.

        Args:
            on_progress: Called with files done, files in all and bytes done; returning False cancels.

        Raises:
            EmptyFolderError: There is no source file to index.
            InterruptedRunError: `on_progress` cancelled; the earlier index stays.
        """
        return self._core.index(on_progress)

    def graph(self) -> Graph:
        """The project graph of the stored index.

        Raises:
            NoIndexError: The code base was not indexed yet.
        """
        return Graph(self._core.index_data())

    def watch(self, on_renewal: Callable[[_core.Renewal | SapwoodError], bool | None]) -> None:
        """Follows the sources: indexes them now and after each change.

        Returns when `on_renewal` returns False, and ends with the exception that it or Ctrl-C raises.

        Args:
            on_renewal: Called with each index that is another than the one before: the files `added`, `changed` and
                `removed`, what is `left_out` since then and why, and the `report`. Called with the error where a
                change keeps the index from being made.

        Raises:
            PathMissingError: The source folder is gone.
        """
        self._core.watch(on_renewal)

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The k functions nearest to `query`: words, or `FILE:LINE` for functions like the one there, see `place_of`.

        Raises:
            NoIndexError: The code base was not indexed yet.
            BadInputError: No indexed file of that name, or no function at that line.
        """
        place = self.place_of(query)
        found = self._core.search_words(query, k) if place is None else self._core.search_at(*place, k)
        return [Hit.of(hit) for hit in found]

    def place_of(self, query: str) -> tuple[str, int] | None:
        """File and line of a query `FILE:LINE`; None for words, such as `error:404` where no file is named so.

        A file is looked for below the sources, then below the working folder.
        """
        place = file_and_line(query)
        if place is None or _exists(Path(self.root, place[0])):
            return place
        here = Path(place[0]).absolute()
        if _exists(here):
            return str(here), place[1]
        return place if _looks_like_a_file(place[0]) else None

    def search_code(self, code: str, language: str = "python", k: int = 10) -> list[Hit]:
        """The k functions most like `code`."""
        return [Hit.of(hit) for hit in self._core.search_code(code, language, k)]

    @property
    def vectors_problem(self) -> str | None:
        """Why searches by place and by code go without the serving version's vectors; None if nothing is wrong."""
        return self._core.vectors_problem()

    def embed(
        self, code: str, language: str = "python", model: str = "tree-lstm", path: str | None = None
    ) -> NDArray[np.float32]:
        """The vector of a text, of length 1: (512,) from tree-lstm, (256,) from graphsage, (4096,) from structure.

        Args:
            code: Any source text, from an expression to a file.
            language: Name of its language.
            model: What embeds; graphsage alone looks beyond the text and takes notice of `path`.
            path: The indexed file in whose place the text stands, see `Item.path`.

        Raises:
            NoModelError: The model was not trained yet.
            SapwoodError: The typed reason why the text can't be taken.
        """
        return _answer(self._answerer.embed([Item(None, code, language, path)], model))

    def analyze(self, code: str, language: str = "python", path: str | None = None) -> Analysis:
        """What the models say about a text.

        Args:
            code: Any source text, from an expression to a file.
            language: Name of its language.
            path: The indexed file in whose place the text stands, see `Item.path`.

        Raises:
            NoModelError: No model was trained yet.
            SapwoodError: The typed reason why the text can't be taken.
        """
        return _answer(self._answerer.analyze([Item(None, code, language, path)]))


def file_and_line(query: str) -> tuple[str, int] | None:
    """The parts of `FILE:LINE`, or of `FILE:LINE:COLUMN` without the column; None for a query of another form."""
    file, _, line = query.rpartition(":")
    before, _, number = file.rpartition(":")
    if before and _is_number(line) and _is_number(number):
        file, line = before, number
    if not file or " " in file or not _is_number(line):
        return None
    # No file has more lines than fit in 32 bits.
    return file, min(int(line), 2**32 - 1)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _looks_like_a_file(name: str) -> bool:
    """Whether a name that may be misspelt is meant as a file's: it has folders, or a suffix."""
    path = Path(name)
    return len(path.parts) > 1 or path.suffix[1:2].isalpha()


def _exists(path: Path) -> bool:
    """Whether something is there; nothing is under a name that no file can have."""
    try:
        return path.exists()
    except OSError:
        return False


def _answer(answers: list[Answer | SapwoodError]) -> Answer:
    (answer,) = answers
    if isinstance(answer, SapwoodError):
        raise answer
    return answer
