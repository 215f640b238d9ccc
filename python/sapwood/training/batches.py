"""What both recipes do with pairs: the order of an epoch, negatives to leave out, and work done ahead."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

import numpy as np
import torch

from sapwood.data import SOURCES, TRAIN, VALIDATION, Pairs, Rewrites, go_on, hide_own_name, rewrite_functions
from sapwood.data.positives import REWRITE, name_numbers
from sapwood.training.negatives import every_negative, negative_weights
from sapwood.training.objective import geometry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from sapwood.config import Config
    from sapwood.data import Dataset, HeedStop, Mutants
    from sapwood.training.negatives import Rule
    from sapwood.training.state import Losses

    Item = TypeVar("Item")
    Made = TypeVar("Made")

VALIDATION_PAIRS = 512
"""Enough to see whether the heads learn, and no more than an epoch's pause."""
MOST_REWRITES = 3000
"""Functions that are rewritten: each costs some milliseconds before training, and such a pair teaches little."""
FEWEST_BATCHES = 8
"""Batches of an epoch that rewrites fill where there are no other pairs."""
VALIDATION_KEY = 2**31
"""No epoch has this number, so validation draws what training never does."""


class Draw(NamedTuple):
    """What a batch is made of: rows of the pairs, the key of its own random choices, and how much negatives count.

    With the key, a resumed run draws what the interrupted one would have drawn.
    """

    rows: NDArray[np.int64]
    key: tuple[int, int]
    rule: Rule = every_negative


@dataclass(frozen=True)
class TextPairs:
    """Pairs of texts that do alike, of one split.

    Shapes:
        first, second (p,): positions in a list of texts; weights (p,); sources (p,): where each comes from, positions
        in `SOURCES`; matched: how many of them, in front, are implementations of their own; the others are rewrites.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    weights: NDArray[np.float32]
    sources: NDArray[np.int64]
    matched: int

    def __len__(self) -> int:
        return len(self.first)

    def take(self, rows: NDArray[np.int64]) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.first[rows], self.second[rows], self.weights[rows], self.sources[rows])

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each source, for the manifest and for people."""
        counts = np.bincount(self.sources, minlength=len(SOURCES)).tolist()
        return {f"{source}_pairs": count for source, count in zip(SOURCES, counts, strict=True)}


@dataclass(frozen=True)
class Views:
    """All texts that pairs are made of, their own names hidden: the functions of the data set, then their rewrites.

    Shapes:
        texts, languages (v,); functions (v,): position of the function that each shows; names (v,): texts with one
        number may be alike and are no negatives of each other.
    """

    texts: list[str]
    languages: list[str]
    functions: NDArray[np.int64]
    names: NDArray[np.int64]
    rewrites: Rewrites

    def shown(self, views: NDArray[np.int64]) -> tuple[list[str], list[str]]:
        """Texts and languages of some views."""
        chosen = views.tolist()
        return [self.texts[view] for view in chosen], [self.languages[view] for view in chosen]


def make_views(dataset: Dataset, heed_stop: HeedStop = go_on) -> Views:
    """Rewrites some functions of the training and validation packages, chosen at random."""
    if dataset.kept is not None:
        return dataset.kept.instance(Views, "views", rewrites=dataset.kept.instance(Rewrites, "rewrites"))
    config = dataset.config
    rng = np.random.default_rng(config.seed)
    limits = {TRAIN: MOST_REWRITES, VALIDATION: VALIDATION_PAIRS}
    chosen = [rng.permutation(dataset.positions(split))[:most] for split, most in limits.items()]
    functions = np.concatenate(chosen)
    rewrites = rewrite_functions(dataset.texts, functions, config.seed, dataset.languages, heed_stop)
    own = np.concatenate([np.arange(len(dataset)), rewrites.functions])
    texts = dataset.texts + rewrites.texts
    languages = [dataset.languages[function] for function in own.tolist()]
    shown = zip(texts, (dataset.names[function] for function in own.tolist()), languages, strict=True)
    hidden = [hide_own_name(*of_text) for of_text in shown]
    names = name_numbers(dataset.names)
    if config.data.permute_labels:
        # Who is no negative of whom is a label too.
        names = rng.permutation(names)
    return Views(hidden, languages, own, names[own], rewrites)


def pairs_of_split(dataset: Dataset, views: Views, split: str) -> TextPairs:
    """Matched functions and rewrites of a split; with `data.permute_labels` each first has another pair's second."""
    members = dataset.split == split
    matched = dataset.positives.where(members)
    own = np.flatnonzero(members[views.rewrites.functions])
    weight, source = dataset.config.data.positives.rewrite_weight, np.full(len(own), REWRITE)
    second = np.concatenate([matched.second, len(dataset) + own])
    if dataset.config.data.permute_labels:
        second = np.random.default_rng(dataset.config.seed).permutation(second)
    return TextPairs(
        first=np.concatenate([matched.first, views.rewrites.functions[own]]),
        second=second,
        weights=np.concatenate([matched.weights, np.full(len(own), weight, np.float32)]),
        sources=np.concatenate([matched.sources, source]),
        matched=len(matched),
    )


def counts_of(dataset: Dataset, pairs: Mapping[str, TextPairs], mutants: Mapping[str, Mutants]) -> dict[str, int]:
    """How much there is of what both recipes learn from."""
    train = pairs[TRAIN]
    return {
        "functions": len(dataset.positions(TRAIN)),
        "matched_pairs": train.matched,
        **train.counts,
        "mutants": len(mutants[TRAIN]),
        "validation_pairs": len(pairs[VALIDATION]),
        "validation_mutants": len(mutants[VALIDATION]),
    }


def epoch_draws(pairs: TextPairs, config: Config, *, batch_size: int, most: int, epoch: int) -> list[Draw]:
    """The batches of an epoch: all matched pairs, and rewrites up to their share, in an order of the epoch's own.

    Where few functions could be matched, rewrites fill `FEWEST_BATCHES` nonetheless, unless their share is 0.
    """
    rng = np.random.default_rng([config.seed, epoch])
    share = config.data.positives.rewrite_share
    matched = rng.permutation(pairs.matched)[: round(most * (1.0 - share))]
    wanted = most if share == 1.0 else round(len(matched) * share / (1.0 - share))
    wanted = min(most - len(matched), max(wanted, FEWEST_BATCHES * batch_size if share else 0))
    rewritten = pairs.matched + rng.permutation(len(pairs) - pairs.matched)[:wanted]
    return _draws(rng.permutation(np.concatenate([matched, rewritten])), batch_size, epoch)


def validation_draws(pairs: TextPairs, batch_size: int) -> list[Draw]:
    """The same batches each time: all matched pairs, filled up with rewrites."""
    return _draws(np.arange(min(len(pairs), VALIDATION_PAIRS)), batch_size, VALIDATION_KEY)


def _draws(rows: NDArray[np.int64], size: int, key: int) -> list[Draw]:
    # Batches of about one size: a short last one would have few negatives, one of a single pair none.
    chunks = np.array_split(rows, max(1, -(-len(rows) // size)))
    return [Draw(chunk, (key, number)) for number, chunk in enumerate(chunks) if len(chunk) > 1]


def some(items: NDArray[np.int64], most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Up to `most` different items."""
    return rng.choice(items, min(most, len(items)), replace=False) if len(items) else items


def may_be_alike(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(p, p): pairs i and j whose firsts, or i's first and j's second, share a name: no negatives."""
    alike: NDArray[np.bool_] = (first[:, None] == first[None, :]) | (first[:, None] == second[None, :])
    return alike


def negatives_of(views: Views, pairs: Pairs, rule: Rule) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """(p, p) twice: which pairs may be alike, and by a rule how much each of the others counts as a negative."""
    alike = may_be_alike(views.names[pairs.first], views.names[pairs.second])
    return alike, negative_weights(rule, pairs.first, pairs.second, alike)


class Counted(Protocol):
    """A batch that knows how much is in it."""

    @property
    def pairs(self) -> int:
        """Pairs that are held together."""

    @property
    def functions(self) -> int:
        """Texts that the model reads, those of the other heads included."""


@torch.no_grad()
def held_out_figures(learner: nn.Module, batches: Sequence[Counted]) -> Losses:
    """Losses over the validation batches that have one, weighted by their pairs, and how their vectors lie in space.

    Nothing without any batch.
    """
    learner.eval()
    found, vectors = [], []
    for batch in batches:
        losses, pairs = learner(batch)
        found.append((losses, batch.pairs))
        vectors.append(pairs)
    return mean_losses(found) | geometry(vectors)


def mean_losses(batches: Sequence[tuple[Mapping[str, Tensor | None], int]]) -> Losses:
    """Each loss over the batches that have one, weighted by their pairs; None where none has."""
    found: dict[str, list[tuple[float, int]]] = {}
    for losses, pairs in batches:
        for name, value in losses.items():
            of_name = found.setdefault(name, [])
            of_name += [] if value is None else [(float(value.detach()), pairs)]
    return {name: _weighted(values) for name, values in found.items()}


def _weighted(values: list[tuple[float, int]]) -> float | None:
    total = sum(pairs for _, pairs in values)
    return sum(value * pairs / total for value, pairs in values) if total else None


def made_ahead(make: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
    """`map` that makes the next item in another thread while this one is used."""
    with ThreadPoolExecutor(1) as pool:
        waiting = None
        for item in items:
            following = pool.submit(make, item)
            if waiting is not None:
                yield waiting.result()
            waiting = following
        if waiting is not None:
            yield waiting.result()
