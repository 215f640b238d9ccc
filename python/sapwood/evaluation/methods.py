"""Who answers: learned vectors, the unlearned structure index, token counts, and fusions of two of them.

A method scores every candidate for every query; a higher score is a nearer candidate. All methods see the same texts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np
from scipy.stats import rankdata
from sklearn.feature_extraction.text import TfidfVectorizer

from sapwood import _core

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

FUSION_CONSTANT: Final = 60
"""Constant of reciprocal rank fusion (Cormack et al. 2009), the one that search uses."""


class Languages(NamedTuple):
    """The language of the queries and of the candidates: one of all, or one of each."""

    queries: str | Sequence[str] = "python"
    candidates: str | Sequence[str] = "python"


IN_PYTHON: Final = Languages()


class Method(Protocol):
    """Something that ranks texts by likeness to a text."""

    @property
    def name(self) -> str:
        """What the table calls it."""

    @property
    def is_baseline(self) -> bool:
        """Whether it learns nothing from the training packages."""

    def score(self, queries: Sequence[str], candidates: Sequence[str], languages: Languages = IN_PYTHON) -> Floats:
        """Score candidates, (queries, candidates); higher is nearer."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """Cosine of learned vectors. ``embed`` gives L2-normalised rows of texts in languages; each is embedded once."""

    name: str
    embed: Callable[[Sequence[str], Sequence[str]], NDArray[np.float32]]
    is_baseline: bool = False
    known: dict[tuple[str, str], NDArray[np.float32]] = field(default_factory=dict)

    def score(self, queries: Sequence[str], candidates: Sequence[str], languages: Languages = IN_PYTHON) -> Floats:
        """Score by the dot product of unit vectors."""
        return self.vectors(queries, languages.queries) @ self.vectors(candidates, languages.candidates).T

    def vectors(self, texts: Sequence[str], languages: str | Sequence[str]) -> NDArray[np.float32]:
        """Embed texts, (texts, d), reusing what was embedded before."""
        asked = list(zip(texts, each_of(languages, len(texts)), strict=True))
        new = [pair for pair in dict.fromkeys(asked) if pair not in self.known]
        if new:
            rows = self.embed([text for text, _ in new], [language for _, language in new])
            self.known.update(zip(new, rows, strict=True))
        return np.stack([self.known[pair] for pair in asked])


@dataclass(frozen=True, slots=True)
class Structure:
    """The structure index: hashed features of the canonical form, weighted by the idf of the candidates."""

    name: str = "structure tf-idf"
    is_baseline: bool = True

    def score(self, queries: Sequence[str], candidates: Sequence[str], languages: Languages = IN_PYTHON) -> Floats:
        """Score by the structure index; candidates it does not return share nothing and score 0."""
        index = _core.StructureIndex(candidates, languages.candidates)
        scores = np.zeros((len(queries), len(candidates)), dtype=np.float32)
        for row, (found, values) in zip(
            scores, index.query_batch(queries, len(candidates), languages.queries), strict=True
        ):
            row[found] = values
        return scores


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tf-idf cosine of single code tokens and neighbouring pairs (scikit-learn, sub-linear counts)."""

    name: str
    tokens: Callable[[Sequence[str], str | Sequence[str]], list[list[str]]]
    is_baseline: bool = True

    def score(self, queries: Sequence[str], candidates: Sequence[str], languages: Languages = IN_PYTHON) -> Floats:
        """Score by the vectoriser fitted on the candidates."""
        vectorizer = TfidfVectorizer(analyzer=_singles_and_pairs, sublinear_tf=True, dtype=np.float32)
        rows = vectorizer.fit_transform(self.tokens(candidates, languages.candidates))
        scores: Floats = (vectorizer.transform(self.tokens(queries, languages.queries)) @ rows.T).toarray()
        return scores


def _singles_and_pairs(tokens: list[str]) -> list[str]:
    return tokens + [f"{first} {second}" for first, second in pairwise(tokens)]


@dataclass(frozen=True, slots=True)
class Fused:
    """Reciprocal rank fusion of two methods, as search does it."""

    first: Method
    second: Method
    is_baseline: bool = False

    @property
    def name(self) -> str:
        """Name both legs."""
        return f"{self.first.name} + {self.second.name}"

    def score(self, queries: Sequence[str], candidates: Sequence[str], languages: Languages = IN_PYTHON) -> Floats:
        """Score by the sum of reciprocal ranks."""
        legs = [leg.score(queries, candidates, languages) for leg in (self.first, self.second)]
        return sum((1.0 / (FUSION_CONSTANT + _ranks(leg)) for leg in legs), np.zeros(()))


def each_of(languages: str | Sequence[str], count: int) -> Sequence[str]:
    """The language of each of ``count`` texts."""
    return [languages] * count if isinstance(languages, str) else languages


def _ranks(scores: Floats) -> Floats:
    """Rank each row from 1, the highest score first; equal scores share the worst of their ranks."""
    ranks: Floats = rankdata(-scores, method="max", axis=1)
    return ranks


def token_baselines() -> list[Method]:
    """Token counts with names and with the names that a text binds numbered."""
    return [
        Tokens("token tf-idf", _core.code_tokens),
        Tokens("token tf-idf, names hidden", _core.anonymous_tokens),
    ]
