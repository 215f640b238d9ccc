"""Finding a program's counterpart in another language: Recall@1 of the same MBPP task, by structure and by tokens.

Every method sees the same texts: prompt (its code only) and solution, without comments, documentation and imports.
Structure and the masked tokens see no name that a text chooses itself; names of libraries stay for all. Rows without a
solution are left out. Nothing is tuned on tasks with odd numbers, which are reported beside those with even ones.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from sapwood import _core
from sapwood.evaluation.methods import Tokens

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

QUERY_LANGUAGE: Final = "python"
LANGUAGES: Final = ("java", "javascript", "typescript", "cpp")
NEIGHBOURS: Final = 10
"""How many of a candidate's nearest queries its score is corrected by (CSLS, Lample et al. 2018)."""


@dataclass(frozen=True, slots=True)
class Programs:
    """Solutions in one language: number of the task and text of each."""

    language: str
    tasks: list[int]
    texts: list[str]


class Ranker(Protocol):
    """Scores candidates of one language for queries of another."""

    def score(self, queries: Programs, candidates: Programs) -> Floats:
        """(queries, candidates); higher is nearer."""


@dataclass(frozen=True, slots=True)
class ByStructure:
    """The structure index over the candidates, nothing learned."""

    def score(self, queries: Programs, candidates: Programs) -> Floats:
        """Scores of the index; 0 where nothing is shared."""
        index = _core.StructureIndex(candidates.texts, candidates.language)
        scores = np.zeros((len(queries.texts), len(candidates.texts)), dtype=np.float32)
        found = index.query_batch(queries.texts, len(candidates.texts), queries.language)
        for row, (documents, values) in zip(scores, found, strict=True):
            row[documents] = values
        return scores


@dataclass(frozen=True, slots=True)
class ByTokens:
    """Tf-idf of tokens and neighbouring pairs; names that a text binds kept, numbered, or all alike."""

    names: str

    def score(self, queries: Programs, candidates: Programs) -> Floats:
        """Cosines."""
        tokens = {text: tokens for side in (queries, candidates) for text, tokens in self._tokens(side)}
        cut = Tokens(f"tokens, names {self.names}", lambda texts, _languages: [tokens[text] for text in texts])
        return cut.score(queries.texts, candidates.texts)

    def _tokens(self, programs: Programs) -> list[tuple[str, list[str]]]:
        if self.names == "kept":
            return list(zip(programs.texts, _core.code_tokens(programs.texts, programs.language), strict=True))
        numbered = _core.anonymous_tokens(programs.texts, programs.language)
        if self.names == "alike":
            numbered = [["name" if _is_numbered(token) else token for token in tokens] for tokens in numbered]
        return list(zip(programs.texts, numbered, strict=True))


def _is_numbered(token: str) -> bool:
    return token.startswith("name") and token[4:].isdigit()


RANKERS: Final[dict[str, Ranker]] = {
    "structure": ByStructure(),
    "tokens_names_kept": ByTokens("kept"),
    "tokens_names_numbered": ByTokens("numbered"),
    "tokens_names_alike": ByTokens("alike"),
}
FLOORS: Final = ("tokens_names_numbered", "tokens_names_alike")
"""Those that see no name that a text chooses itself."""


@dataclass(slots=True)
class Recalls:
    """Recall@1 of one method in one language, in per cent: of even, odd and all tasks, and of all with CSLS."""

    even: float
    odd: float
    every: float
    csls: float
    n: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """One object."""
        return {"even": self.even, "odd": self.odd, "all": self.every, "all_csls": self.csls, "n": self.n}


def load(folder: Path, language: str) -> Programs:
    """Read the rows of `mbpp-<language>.jsonl.gz` that have a solution.

    Raises:
        FileNotFoundError: the data set is not there.
    """
    tasks, texts = [], []
    with gzip.open(folder / f"mbpp-{language}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["canonical_solution"]:
                tasks.append(int(row["task_id"].rpartition("/")[2]))
                texts.append(row["prompt"].rstrip("\n") + "\n" + row["canonical_solution"])
    return Programs(language, tasks, texts)


def recalls(scores: Floats, queries: Sequence[int], candidates: Sequence[int]) -> Recalls:
    """Share of the queries whose task has a candidate for which that candidate stands first."""
    at = {task: place for place, task in enumerate(candidates)}
    asked = np.array([task in at for task in queries])
    answers = np.array([at.get(task, -1) for task in queries])[asked]
    odd = (np.asarray(queries)[asked] % 2).astype(bool)
    found = scores[asked].argmax(axis=1) == answers
    corrected = _without_hubs(scores)[asked].argmax(axis=1) == answers
    n = {"even": int((~odd).sum()), "odd": int(odd.sum()), "candidates": len(candidates)}
    return Recalls(_percent(found[~odd]), _percent(found[odd]), _percent(found), _percent(corrected), n)


def _percent(found: NDArray[np.bool_]) -> float:
    return round(100 * float(found.mean()), 1) if len(found) else 0.0


def _without_hubs(scores: Floats) -> Floats:
    """Take from each candidate's scores the mean of its best ones: some are near to everything."""
    nearest = min(NEIGHBOURS, len(scores))
    best: Floats = np.sort(scores, axis=0)[-nearest:].mean(axis=0)
    corrected: Floats = 2 * scores - best
    return corrected


def table(folder: Path, languages: Sequence[str] = LANGUAGES) -> dict[str, dict[str, Recalls]]:
    """Recalls by language, then method.

    Raises:
        FileNotFoundError: the data set is not there.
    """
    queries = load(folder, QUERY_LANGUAGE)
    sides = {language: load(folder, language) for language in languages}
    return {
        language: {
            name: recalls(ranker.score(queries, programs), queries.tasks, programs.tasks)
            for name, ranker in RANKERS.items()
        }
        for language, programs in sides.items()
    }
