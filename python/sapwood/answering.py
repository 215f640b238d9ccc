"""Answers to many items at once: a text that can't be taken gets its reason, and the others their answers.

The command line, the Python API and an embedding host all answer through here.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeVar

from sapwood import _core
from sapwood.answers import Item
from sapwood.dependencies import require_training
from sapwood.errors import BadInputError, NoIndexError, NoModelError, NoWorkspaceError, SapwoodError
from sapwood.naming import ENCODERS, MODELS, STRUCTURE, TREE_LSTM
from sapwood.trees import Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from sapwood.answers import Analysis
    from sapwood.inference import Analyzer, Predictor

Answer = TypeVar("Answer")


class Answerer:
    """Embeds and analyzes with the versions of one workspace, and loads each version once.

    Each call looks up what its alias names, so a newly promoted version answers from the next call on.
    """

    def __init__(self, core: _core.Engine | None) -> None:
        """`core` may be None for structure alone, which then has no index to weigh terms by."""
        self._core = core
        self._predictors: dict[str, tuple[str, Predictor]] = {}
        self._analyzer: tuple[tuple[str | None, ...], Analyzer] | None = None

    def version(self, model: str, version: str = "serving") -> str | None:
        """Name of the version behind an alias, such as v0002; None for structure, which has no versions.

        Raises:
            NoModelError: The model has no version.
            UnknownVersionError: It has none of this name.
        """
        if model == STRUCTURE:
            return None
        return PurePath(self._workspace().versions.path(model, version)).name

    def embed(
        self, items: Sequence[Item | Tree], model: str, version: str = "serving"
    ) -> list[NDArray[np.float32] | SapwoodError]:
        """The vector of each item, or the reason why it has none, in order.

        Trees of labels are for versions of `tree-lstm` alone that were trained on such.
        """
        if model == STRUCTURE:
            return each(items, self._embed_structure)
        if model == TREE_LSTM:
            reader, core = self._predictor(model, version), self._workspace()
            return each(items, lambda taken: list(reader.embed_items(taken, core)), trees=True)
        predictor, core = self._predictor(model, version), self._workspace()
        return each(items, lambda taken: list(predictor.embed_items(taken, core)))

    def analyze(self, items: Sequence[Item | Tree], version: str = "serving") -> list[Analysis | SapwoodError]:
        """The analysis of each item, or the reason why it has none, in order."""
        return each(items, self._analyzer_of(version).analyze)

    def _predictor(self, model: str, version: str) -> Predictor:
        if model not in MODELS:
            message = f"unknown model `{model}`; known: {', '.join(ENCODERS)}"
            raise BadInputError(message)
        name = self.version(model, version) or version
        loaded = self._predictors.get(model)
        if loaded is None or loaded[0] != name:
            require_training()
            from sapwood.inference import Predictor

            loaded = (name, Predictor.load(self._workspace(), model, name))
            self._predictors[model] = loaded
        return loaded[1]

    def _analyzer_of(self, version: str) -> Analyzer:
        aliases = [self._workspace().versions.aliases(model) for model in MODELS]
        names = tuple(alias.get(version) for alias in aliases)
        if self._analyzer is None or self._analyzer[0] != names:
            self._require_version(version)
            require_training()
            from sapwood.inference import Analyzer

            self._analyzer = (names, Analyzer.load(self._workspace(), version))
        return self._analyzer[1]

    def _require_version(self, version: str) -> None:
        """Refuses where no model has a version, before torch is loaded for nothing."""
        missing: NoModelError | None = None
        for model in MODELS:
            try:
                self.version(model, version)
            except NoModelError as error:
                missing = error
            else:
                return
        if missing is not None:
            raise missing

    def _workspace(self) -> _core.Engine:
        if self._core is None:
            message = "there is no workspace here; make one with: sapwood index PATH"
            raise NoWorkspaceError(message)
        return self._core

    def _embed_structure(self, items: Sequence[Item]) -> list[NDArray[np.float32]]:
        texts, languages = [item.code for item in items], [item.language for item in items]
        vectors: dict[int, NDArray[np.float32]] = {}
        for language in sorted(set(languages)):
            places = [place for place, other in enumerate(languages) if other == language]
            vectors.update(zip(places, self._structure([texts[place] for place in places], language), strict=True))
        return [vectors[place] for place in range(len(texts))]

    def _structure(self, texts: list[str], language: str) -> NDArray[np.float32]:
        if self._core is not None:
            try:
                return self._core.structure_vectors(texts, language)
            except NoIndexError:
                pass
        return _core.StructureIndex([], language).vectors(texts)


def each(
    items: Sequence[Item | Tree], answer: Callable[[Sequence[Any]], Sequence[Answer]], *, trees: bool = False
) -> list[Answer | SapwoodError]:
    """`answer` of all the items that can be read, together; the reason in place of the others.

    `trees` says whether `answer` takes trees of labels, too.
    """
    read = [readable(item) if isinstance(item, Item) else _tree(item, trees) for item in items]
    answers = iter(_answers([item for item in read if isinstance(item, Item | Tree)], answer))
    return [next(answers) if isinstance(item, Item | Tree) else item for item in read]


def _tree(tree: Tree, taken: bool) -> Tree | SapwoodError:
    if taken:
        return tree
    return BadInputError("trees of labels are embedded by tree-lstm alone; send code, or give --model tree-lstm")


def readable(item: Item) -> Item | SapwoodError:
    """The item with its text as it is best read, or why nothing can be read of it."""
    try:
        code = _core.readable_text(item.code, item.language)
    except SapwoodError as error:
        return error
    except UnicodeEncodeError:
        return BadInputError("the code holds half of a surrogate pair, which no text can; send valid Unicode")
    return item if code == item.code else replace(item, code=code)


def _answers(
    items: Sequence[Item | Tree], answer: Callable[[Sequence[Any]], Sequence[Answer]]
) -> list[Answer | SapwoodError]:
    if not items:
        return []
    try:
        return list(answer(items))
    except SapwoodError as error:
        if len(items) == 1:
            return [error]
    # One text spoils the batch: each for itself, so that the others are answered.
    return [one for item in items for one in _answers([item], answer)]
