"""Tasks tell skill from chance: a perfect method scores 1, permuted answers and blind methods fall to chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sapwood.evaluation import bugs, imports, methods, retrieval
from sapwood.evaluation.results import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sapwood.evaluation.results import Result

SIZE = 120
TABLE = Table("task", "queries", "candidates")


def values(rows: Sequence[Result]) -> dict[str, float | None]:
    return {row.metric: row.value for row in rows}


def function(number: int, name: str = "f") -> str:
    return f"def {name}(a):\n    '''Text.'''\n    return a + {number}\n"


def body(text: str) -> int:
    return int(text.split("+")[1])


def one_hot(texts: Sequence[str], _languages: Sequence[str], sizes: int = SIZE // 2) -> np.ndarray:
    """Vectors that know which counterparts belong together: bodies equal modulo ``sizes``."""
    return np.eye(sizes, dtype=np.float32)[[body(text) % sizes for text in texts]]


def pool() -> retrieval.Pool:
    texts = [function(number, f"name{number % 60}") for number in range(SIZE)]
    packages = ["one" if number < SIZE // 2 else "two" for number in range(SIZE)]
    return retrieval.pool_of(list(map(retrieval.Function, texts, packages)), limit=1000, seed=3)


def search(limit: int = 1000) -> retrieval.Search:
    return retrieval.counterparts(pool(), [(at, at + SIZE // 2) for at in range(SIZE // 2)], limit, seed=5)


def test_a_perfect_method_finds_all_counterparts() -> None:
    rows = search().results(methods.Vectors("oracle", one_hot), [1, 10])
    assert values(rows) == {"MAP@R": 1.0, "MRR": 1.0, "hit@1": 1.0, "recall@1": 1.0, "recall@10": 1.0}
    assert {row.n for row in rows} == {SIZE}


def test_permuted_answers_fall_to_chance() -> None:
    task = search()
    rows = values(task.control(methods.Vectors("oracle", one_hot), [10], seed=1))
    assert rows["hit@1"] is not None
    assert rows["hit@1"] <= 0.05
    assert rows["recall@10"] is not None
    assert rows["recall@10"] <= 0.05


def test_candidates_are_of_other_packages() -> None:
    task = search()
    assert not (task.relevant & ~task.allowed).any()
    assert set(task.allowed.sum(axis=1)) == {SIZE // 2}


def test_queries_are_capped_and_drawn_by_the_seed() -> None:
    first, second = search(limit=10), search(limit=10)
    assert first.queries == second.queries
    assert len(first.queries) == 10


def test_pairs_inside_a_package_are_no_counterparts() -> None:
    task = retrieval.counterparts(pool(), [(0, 1), (2, 3)], 100, seed=0)
    assert values(task.results(methods.Vectors("oracle", one_hot), [1])) == {"MRR": None}


def test_too_few_counterparts_give_no_value() -> None:
    task = retrieval.counterparts(pool(), [(0, SIZE // 2)], 100, seed=0)
    rows = task.results(methods.Vectors("oracle", one_hot), [1])
    assert {row.value for row in rows} == {None}
    assert {row.note for row in rows} == {"too few queries (n = 2)"}


def test_the_pool_hides_names_and_keeps_equal_bodies_once() -> None:
    texts = [function(1, "alpha"), function(1, "beta"), function(2, "gamma"), "not a function"]
    made = retrieval.pool_of(list(map(retrieval.Function, texts, "abcd")), limit=10, seed=0)
    assert len(made.texts) == 2
    assert not any(word in text for text in made.texts for word in ("alpha", "beta", "gamma", "Text"))


def test_each_text_is_embedded_once() -> None:
    seen: list[str] = []

    def embed(texts: Sequence[str], languages: Sequence[str]) -> np.ndarray:
        seen.extend(texts)
        return one_hot(texts, languages)

    method = methods.Vectors("counting", embed)
    task = search()
    task.results(method, [1])
    task.control(method, [1], seed=0)
    assert len(seen) == len(set(seen)) == SIZE


def test_a_counterpart_in_another_language_is_sought_in_the_others_alone() -> None:
    """Queries of one language never compete with functions of their own."""
    languages = {
        "python": "def {name}(a):\n    return a + {n}\n",
        "go": "func {name}(a int) int {{ return a + {n} }}\n",
    }
    functions = [
        retrieval.Function(text.format(name=f"name{number}", n=number), "one", language, f"m.name{number}")
        for language, text in languages.items()
        for number in range(20)
    ]
    made = retrieval.pool_of(functions, limit=1000, seed=3)
    assert not any("name" in text for text in made.texts)
    task = retrieval.translations(made, [(at, at + 20) for at in range(20)], 1000, seed=5)
    assert len(task.queries) == 40
    assert "20 in python, 20 in go" in task.table.queries
    own = np.array([[language == other for other in made.languages] for language in task.languages.queries])
    np.testing.assert_array_equal(task.allowed, ~own)

    def embed(texts: Sequence[str], _languages: Sequence[str]) -> np.ndarray:
        return np.eye(20, dtype=np.float32)[[int(text.split("+")[1].split()[0]) for text in texts]]

    assert values(task.results(methods.Vectors("oracle", embed), [1]))["hit@1"] == 1.0
    assert values(task.results(methods.Structure(), [1]))["hit@1"] is not None


def test_permuted_answers_are_those_of_another_name() -> None:
    """Where many queries share their right answers, another one of them would be no permutation."""
    pairs = [(at, at + SIZE // 2) for at in range(50, SIZE // 2)]
    pairs += [(first, second) for first in range(50) for second in range(SIZE // 2, SIZE // 2 + 50)]
    task = retrieval.counterparts(pool(), pairs, 1000, seed=5)
    oracle = methods.Vectors("oracle", lambda texts, _: np.eye(61, dtype=np.float32)[[clique(text) for text in texts]])
    assert values(task.results(oracle, [1]))["hit@1"] == 1.0
    rows = values(task.control(oracle, [1], seed=1))
    assert rows["hit@1"] is not None
    assert rows["hit@1"] <= 0.05


def clique(text: str) -> int:
    """Bodies below 50, modulo half of them, are alike."""
    return 60 if body(text) % 60 < 50 else body(text) % 60


def test_tokens_see_names_and_hidden_names_do_not() -> None:
    named, hidden = methods.token_baselines()
    query = ["def function(value):\n    return value + 1\n"]
    renamed = ["def function(other):\n    return other + 1\n", "def function(value):\n    del value\n    pass\n"]
    assert hidden.score(query, renamed)[0, 0] == pytest.approx(1.0, abs=1e-6)
    assert named.score(query, renamed)[0, 0] < 0.9


def test_fusion_prefers_what_both_legs_prefer() -> None:
    @dataclass
    class Fixed:
        name: str
        rows: np.ndarray
        is_baseline: bool = False

        def score(self, _queries: Sequence[str], _candidates: Sequence[str], _languages: object) -> np.ndarray:
            return self.rows

    first, second = Fixed("a", np.array([[0.9, 0.8, 0.1]])), Fixed("b", np.array([[0.1, 0.8, 0.9]]))
    fused = methods.Fused(first, second)
    assert fused.name == "a + b"
    np.testing.assert_allclose(fused.score([], []), [[1 / 61 + 1 / 63, 2 / 62, 1 / 61 + 1 / 63]])


@dataclass
class FakeJudge:
    """Knows mistakes by a mark in the text, or by nothing."""

    is_blind: bool = False
    name: str = "judge"
    is_baseline: bool = False

    def judge(self, texts: Sequence[str]) -> tuple[np.ndarray, list[list[tuple[int, float]]]]:
        wrong = ["wrong" in text and not self.is_blind for text in texts]
        lines = [[(line, float(line == 2 and is_wrong)) for line in range(1, 5)] for is_wrong in wrong]
        return np.asarray(wrong, dtype=np.float64), lines


def mistakes(count: int) -> list[bugs.Pair]:
    return [
        bugs.Pair(f"def f():\n    right({at})\n", f"def f():\n    wrong({at})\n", "wrong-operator", frozenset({2}))
        for at in range(count)
    ]


def test_a_judge_that_knows_scores_one_and_a_blind_one_scores_chance() -> None:
    pairs = mistakes(40)
    assert values(bugs.Verdicts.of(FakeJudge(), pairs).results(TABLE)) == {
        "AUROC": 1.0,
        "paired": 1.0,
        "line top-1": 1.0,
        "line top-3": 1.0,
    }
    blind = values(bugs.Verdicts.of(FakeJudge(is_blind=True), pairs).results(TABLE))
    assert blind == {"AUROC": 0.5, "paired": 0.5, "line top-1": 0.25, "line top-3": 0.75}


def test_swapped_labels_fall_to_chance() -> None:
    rows = values(bugs.Verdicts.of(FakeJudge(), mistakes(400)).control(TABLE, seed=0))
    assert rows["AUROC"] == pytest.approx(0.5, abs=0.08)
    assert rows["paired"] == pytest.approx(0.5, abs=0.08)


def test_chance_is_worked_out_from_statement_lines() -> None:
    assert values(bugs.chance(mistakes(10), TABLE)) == {
        "AUROC": 0.5,
        "paired": 0.5,
        "line top-1": 0.5,
        "line top-3": 1.0,
    }


def test_a_mistake_inside_a_statement_counts_for_its_first_line() -> None:
    pair = bugs.Pair("", "", "wrong-operator", frozenset({4}))
    assert bugs.wrong_starts([(1, 0.0), (3, 0.0), (5, 0.0)], pair) == {3}
    assert bugs.wrong_starts([(5, 0.0)], pair) == set()


def test_few_mistakes_give_no_value() -> None:
    assert values(bugs.Verdicts.of(FakeJudge(), mistakes(4)).results(TABLE)) == {"AUROC": None}


@dataclass
class Known:
    """Guesses what the text itself says."""

    name: str = "known"
    is_baseline: bool = False

    def guess(self, texts: Sequence[str]) -> np.ndarray:
        return np.asarray([[float(word in text.split()) for word in ("os", "re", "json")] for text in texts])


def files(count: int, seed: int = 0) -> imports.Files:
    rng = np.random.default_rng(seed)
    names = [[name for name in ("os", "re", "json", "rare") if rng.random() < 0.4] for _ in range(count)]
    return imports.Files.of([" ".join(of_file) for of_file in names], names, ["os", "re", "json"])


def test_files_are_laid_out_over_the_vocabulary() -> None:
    laid = imports.Files.of(["a", "b", "c"], [["os", "rare"], [], ["re"]], ["os", "re"])
    assert laid.texts == ["a", "c"]
    assert laid.labels.tolist() == [[True, False], [False, True]]
    assert laid.unreachable == [1, 0]


def test_a_guesser_that_knows_beats_popularity_and_falls_to_it_when_permuted() -> None:
    held_out, fitting = files(200), files(100, seed=1)
    known = values(imports.Guesses.of(Known(), held_out, fitting).results(TABLE))
    popular = values(imports.Guesses.of(imports.Popularity.fit(fitting), held_out, fitting).results(TABLE))
    shuffled = values(imports.Guesses.of(Known(), held_out, fitting).control(TABLE, seed=2))
    assert known["micro-F1"] == known["average precision"] == 1.0
    for metric in ("micro-F1", "average precision"):
        assert shuffled[metric] < 0.65  # type: ignore[operator]
        assert popular[metric] < 0.65  # type: ignore[operator]


def test_nearest_files_vote_by_what_is_in_a_file_but_its_imports() -> None:
    bodies = ["def area(width):\n    return width * 2\n", "for line in open('x'):\n    print(line.strip())\n"] * 20
    labels = [["re"] if "open" in body else ["os"] for body in bodies]
    nearest = imports.NearestFiles.fit(imports.Files.of(bodies, labels, ["os", "re"]))
    scores = nearest.guess(bodies[:2])
    assert scores.argmax(axis=1).tolist() == [0, 1]
    assert nearest.guess([f"import re\n{bodies[0]}"]).tobytes() == scores[:1].tobytes()


def test_modules_outside_the_vocabulary_are_told() -> None:
    rows = imports.Guesses.of(Known(), files(50), files(50, seed=1)).results(TABLE)
    assert any("outside the vocabulary" in row.note for row in rows)


def test_few_files_give_no_value() -> None:
    assert values(imports.Guesses.of(Known(), files(3), files(50)).results(TABLE)) == {"micro-F1": None}
