"""What training asks for when: three phases of an epoch or more each, and what they remember of embeddings.

1. Siblings, functions of one file or class, are no negatives of each other; of the others, the nearer in the project
   count more.
2. Hard negatives, mined from the embeddings of the moment, share a batch with their anchors.
3. Likely false negatives, functions of one cluster of embeddings, are no negatives of each other.

Whatever no phase takes is plain training: the share of one that is off, and what the shares leave at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import numpy as np
import torch

from sapwood.data import TRAIN
from sapwood.data.containment import places_of, siblings
from sapwood.training.batches import may_be_alike
from sapwood.training.negatives import Apart, Distant, cluster, compose, every_negative, met, mine, removed_share

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sapwood.config import Curriculum as Settings
    from sapwood.data import Dataset
    from sapwood.data.containment import Places
    from sapwood.training.batches import Draw, TextPairs, Views
    from sapwood.training.distributed import World
    from sapwood.training.negatives import Mined, Rule
    from sapwood.training.session import Session
    from sapwood.training.state import Progress, TrainingState

    Embed = Callable[[NDArray[np.int64]], NDArray[np.float32]]
    """Vectors (n, d) of views, given by their positions, by the weights of the moment in evaluation mode."""

Number = TypeVar("Number", np.int32, np.int64)

PLAIN, SIBLINGS, HARD, FALSE = "plain", "siblings", "hard_negatives", "false_negatives"
PHASES: Final = (PLAIN, SIBLINGS, HARD, FALSE)
"""Their positions are the numbers of the phases in curves."""
SENTENCES: Final = {
    PLAIN: "all other pairs of a batch are negatives alike",
    SIBLINGS: "functions of one file or class are no negatives of each other, and the nearer in the project count more",
    HARD: "pairs share batches with the hard negatives that are mined for them",
    FALSE: "functions of one cluster are no negatives of each other",
}
_CHUNK = 1024
"""Views that are embedded between two looks at a wish to stop."""


@dataclass(frozen=True)
class Memory:
    """What the epoch under way got from past embeddings: saved with the state, so that a resumed run has the same.

    Shapes:
        rows (r,), sizes (b,): rows of pairs in the order of the epoch and the sizes of its batches, empty where they
        are in the order of plain training; clusters (v,): of each view, -1 where it has none, empty before there are.

    Attributes:
        phase: one of `PHASES`.
        epoch: the epoch that this is of, from 0; -1 before the first.
        clustered: the epoch in which clusters were made; -1 before that.
        figures: of the phase, for logs.
    """

    phase: str = PLAIN
    epoch: int = -1
    clustered: int = -1
    figures: dict[str, float] = field(default_factory=dict)
    rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    sizes: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    clusters: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))

    def record(self) -> dict[str, Any]:
        """The phase, its number and its figures, as they stand in logs and history."""
        return {"phase": self.phase, "phase_number": PHASES.index(self.phase), **self.figures}

    def tensors(self) -> dict[str, torch.Tensor]:
        """The arrays by name."""
        return {name: torch.from_numpy(getattr(self, name)) for name in ("rows", "sizes", "clusters")}

    def values(self) -> dict[str, Any]:
        """All else, for JSON."""
        return {name: getattr(self, name) for name in ("phase", "epoch", "clustered", "figures")}

    @classmethod
    def of(cls, tensors: dict[str, torch.Tensor], values: dict[str, Any]) -> Memory:
        """What `tensors` and `values` were made of."""
        arrays: dict[str, Any] = {name: tensor.numpy() for name, tensor in tensors.items()}
        return cls(**values, **arrays)


class HasViews(Protocol):
    """Data of a recipe."""

    @property
    def world(self) -> World: ...  # noqa: D102
    @property
    def dataset(self) -> Dataset: ...  # noqa: D102
    @property
    def views(self) -> Views: ...  # noqa: D102
    @property
    def pairs(self) -> dict[str, TextPairs]: ...  # noqa: D102


def phase_at(settings: Settings, share: float) -> str:
    """The phase of an epoch that begins when `share` of the training is done, in [0, 1]."""
    phases = (settings.siblings, settings.hard_negatives, settings.false_negatives)
    ends = accumulate(phase.share for phase in phases)
    for name, phase, end in zip(PHASES[1:], phases, ends, strict=True):
        # Sums of shares are off by a rounding error now and then.
        if share < end - 1e-9:
            return name if phase.enabled else PLAIN
    return PLAIN


class Curriculum:
    """Decides at the start of each epoch what its batches are and which negatives count.

    Args:
        session: Of the run.
        data: Of the recipe.
        plain: The batches of an epoch, by its number, without any phase.
        embed: Vectors by the weights of the moment.
    """

    def __init__(self, session: Session, data: HasViews, plain: Callable[[int], list[Draw]], embed: Embed) -> None:
        self.session, self.data, self.plain, self.embed = session, data, plain, embed
        self.settings = session.config.curriculum
        self.pairs = data.pairs[TRAIN]
        # Made only where a phase needs them.
        self._places: Places | None = None
        self._fresh: dict[int, NDArray[np.float32]] = {}

    def draws(self, state: TrainingState) -> list[Draw]:
        """The batches of the epoch that begins or goes on."""
        epoch, draws = state.progress.epoch, self.plain(state.progress.epoch)
        if state.memory.epoch != epoch:
            state.memory = self._begin(state.memory, state.progress, draws)
        return _under(self._rule(state.memory), ordered(draws, state.memory))

    def _begin(self, before: Memory, progress: Progress, draws: list[Draw]) -> Memory:
        """What the epoch is going to need; tells where a phase begins."""
        phase = phase_at(self.settings, self.session.epochs_done(progress))
        memory = Memory(phase, progress.epoch, before.clustered, clusters=before.clusters)
        if phase == FALSE:
            memory = self._clustered(memory)
        if phase == HARD or (phase == FALSE and self.settings.false_negatives.hard_negatives):
            memory = self._mined(memory, draws)
        self._fresh.clear()
        memory = self._agreed(memory)
        if phase in (SIBLINGS, FALSE):
            memory = self._noted(memory, "removed_share", self._removed(memory, ordered(draws, memory)))
        if phase != before.phase:
            sentence = f"from epoch {progress.epoch + 1} on, {SENTENCES[phase]}"
            self.session.say(sentence, epoch=progress.epoch + 1, **memory.record())
        return memory

    def _mined(self, memory: Memory, draws: list[Draw]) -> Memory:
        """Puts the pairs of the epoch into batches with their hard negatives."""
        settings, epoch = self.settings.hard_negatives, np.concatenate([draw.rows for draw in draws])
        mined = self._mine(epoch, memory)
        rng = np.random.default_rng([self.session.config.seed, memory.epoch])
        batches = compose(mined.rows, [len(draw.rows) for draw in draws], settings.batch_share, rng)
        figures = {"mined": mined.count, "refused": mined.refused, "met": met(mined.rows, batches)}
        rows, sizes = epoch[np.concatenate(batches)], np.array([len(batch) for batch in batches])
        return replace(memory, rows=rows, sizes=sizes, figures=memory.figures | figures)

    def _mine(self, epoch: NDArray[np.int64], memory: Memory) -> Mined:
        """Hard negatives among the pairs of the epoch, as positions in it; a rewrite has its function's vector."""
        settings, of_view = self.settings.hard_negatives, self.data.views.functions
        first, second = (of_view[views] for views in (self.pairs.first[epoch], self.pairs.second[epoch]))
        functions, where = np.unique(np.concatenate([first, second]), return_inverse=True)
        vectors = torch.from_numpy(self._vectors(functions)).to(self.session.device.device)
        anchors, positives = vectors[torch.from_numpy(where).to(vectors.device)].tensor_split(2)
        # A function that is the second of several pairs would be mined for each of them.
        candidates = np.sort(np.unique(second, return_index=True)[1])

        def forbidden(rows: NDArray[np.int64]) -> NDArray[np.bool_]:
            return self._forbidden(memory, epoch[rows], epoch[candidates])

        return mine(anchors, positives, candidates, forbidden, per_anchor=settings.per_anchor, margin=settings.margin)

    def _forbidden(self, memory: Memory, rows: NDArray[np.int64], candidates: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(rows, candidates): which pairs may be alike, or are no negatives for another reason."""
        names, anchors, others = self.data.views.names, self.pairs.take(rows), self.pairs.take(candidates)
        own, theirs = (names[[pairs.first, pairs.second]] for pairs in (anchors, others))
        forbidden: NDArray[np.bool_] = (own[:, None, :, None] == theirs[None, :, None, :]).any((0, 1))
        if not self.settings.hard_negatives.siblings:
            forbidden |= siblings(self.places.take(anchors.first), self.places.take(others.second))
        if memory.phase == FALSE:
            forbidden |= Apart(memory.clusters).share(anchors.first, others.second)
        return forbidden

    def _clustered(self, memory: Memory) -> Memory:
        """Clusters anew where they are due: of the functions that the epochs until the next time are made of."""
        settings, every = self.settings.false_negatives, self.settings.false_negatives.every
        if memory.clustered >= 0 and memory.epoch < memory.clustered + every:
            return self._noted(memory, "clusters", _number(memory.clusters))
        coming = [draw.rows for epoch in range(memory.epoch, memory.epoch + every) for draw in self.plain(epoch)]
        pairs = self.pairs.take(np.unique(np.concatenate(coming)))
        of_view = self.data.views.functions
        functions = np.unique(of_view[np.concatenate([pairs.first, pairs.second])])
        found = np.full(len(self.data.dataset), -1, np.int32)
        found[functions] = cluster(self._vectors(functions), settings.clusters, self.session.config.seed)
        # A rewrite does what its function does.
        memory = replace(memory, clusters=found[of_view], clustered=memory.epoch)
        return self._noted(memory, "clusters", _number(memory.clusters))

    def _vectors(self, functions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Those of functions as they stand, each made once in the beginning of an epoch."""
        self.session.heed_stop()
        missing = np.array([function for function in functions.tolist() if function not in self._fresh], np.int64)
        for start in range(0, len(missing), _CHUNK):
            chunk = missing[start : start + _CHUNK]
            # Views begin with the functions as they stand, so these have the same positions.
            self._fresh.update(zip(chunk.tolist(), self.embed(chunk), strict=True))
            self.session.heed_stop()
        return np.stack([self._fresh[function] for function in functions.tolist()])

    def _agreed(self, memory: Memory) -> Memory:
        """The same in all processes of a run, whose processors may round differently."""
        return replace(memory, rows=self._of_writer(memory.rows), clusters=self._of_writer(memory.clusters))

    def _of_writer(self, numbers: NDArray[Number]) -> NDArray[Number]:
        sent = self.data.world.bytes_of_writer(numbers.tobytes())
        return np.frombuffer(sent, numbers.dtype).copy()

    def _rule(self, memory: Memory) -> Rule:
        if memory.phase == SIBLINGS:
            return Distant(self.places)
        return Apart(memory.clusters) if memory.phase == FALSE else every_negative

    def _removed(self, memory: Memory, draws: list[Draw]) -> float:
        """Mean share of the negatives of a batch that the phase takes away."""
        rule, names = self._rule(memory), self.data.views.names
        shares = []
        for draw in draws:
            pairs = self.pairs.take(draw.rows)
            alike = may_be_alike(names[pairs.first], names[pairs.second])
            shares.append(removed_share(rule, pairs.first, pairs.second, alike))
        return round(float(np.mean(shares)), 6)

    @property
    def places(self) -> Places:
        """Of each view's function."""
        if self._places is None:
            dataset = self.data.dataset
            self._places = places_of(dataset.index, dataset.functions).take(self.data.views.functions)
        return self._places

    @staticmethod
    def _noted(memory: Memory, name: str, figure: float) -> Memory:
        return replace(memory, figures=memory.figures | {name: figure})


def ordered(draws: list[Draw], memory: Memory) -> list[Draw]:
    """The batches as the phase composed them, where it did."""
    if not len(memory.sizes):
        return draws
    rows = np.split(memory.rows, np.cumsum(memory.sizes)[:-1])
    return [draw._replace(rows=mine) for draw, mine in zip(draws, rows, strict=True)]


def _under(rule: Rule, draws: list[Draw]) -> list[Draw]:
    return [draw._replace(rule=rule) for draw in draws]


def _number(clusters: NDArray[np.int32]) -> int:
    return len(np.unique(clusters[clusters >= 0]))
