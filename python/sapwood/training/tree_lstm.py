"""Recipe: trains the tree model. It reads from top to bottom; `frame` calls its parts in that order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from sapwood import _core
from sapwood.data import TRAIN, VALIDATION, Mutants, go_on, mutants_of_split, statement_targets
from sapwood.data.statistics import kind_counts
from sapwood.models.encode import encode_trees, forest_of, vocabulary_of
from sapwood.models.priors import priors_of
from sapwood.models.tree_lstm import ForestTensors, TreeLstm, TreeLstmShape
from sapwood.models.whitening import fit_whitening
from sapwood.naming import TREE_LSTM
from sapwood.training.batches import (
    counts_of,
    epoch_draws,
    held_out_figures,
    made_ahead,
    make_views,
    negatives_of,
    pairs_of_split,
    some,
    validation_draws,
)
from sapwood.training.curriculum import Curriculum
from sapwood.training.distributed import ALONE, World
from sapwood.training.frame import Recipe
from sapwood.training.losses import multi_label_loss, positive_weights
from sapwood.training.objective import PairLoss, PairVectors
from sapwood.training.optimiser import Step, in_steps, take_step
from sapwood.training.precision import Precision
from sapwood.training.publish import Trained, whitening_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sapwood.config import Config
    from sapwood.data import Dataset, HeedStop
    from sapwood.training.batches import Draw, TextPairs, Views
    from sapwood.training.session import Session
    from sapwood.training.starting import Start
    from sapwood.training.state import TrainingState

ENCODING_BATCH, MINING_BATCH = 64, 256
BASE = ("encoder.embedding.", "encoder.cell.")
"""Weights of the base; the output layer is the projection, beside it are the statements' head and the temperature."""


# Data ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TreeData:
    """All that batches are made of. Mutants are of functions of their split alone."""

    device: str
    world: World
    dataset: Dataset
    views: Views
    vocabulary: _core.Vocabulary
    pairs: dict[str, TextPairs]
    mutants: dict[str, Mutants]

    @property
    def counts(self) -> dict[str, int]:
        """How much there is, for the manifest and for people."""
        return counts_of(self.dataset, self.pairs, self.mutants)

    @property
    def labels(self) -> dict[str, dict[str, int]]:
        """How often each class of a head is there, by head."""
        return {"bugs": kind_counts(self.mutants[TRAIN])}


def prepare(
    dataset: Dataset, device: str, heed_stop: HeedStop = go_on, world: World = ALONE, start: Start | None = None
) -> TreeData:
    """Pairs and mutants of the training and validation packages, and the vocabulary of the training packages.

    A run that starts from a version keeps its vocabulary.
    """
    views = make_views(dataset, heed_stop)
    positions = dataset.positions(TRAIN).tolist()
    training = [dataset.texts[position] for position in positions]
    languages = [dataset.languages[position] for position in positions]
    if start is None:
        vocabulary = vocabulary_of(training, languages, dataset.config.tree_lstm.model.vocabulary)
    else:
        vocabulary = _core.Vocabulary.from_json(start.labels.decode())
    return TreeData(
        device=device,
        world=world,
        dataset=dataset,
        views=views,
        vocabulary=vocabulary,
        pairs={split: pairs_of_split(dataset, views, split) for split in (TRAIN, VALIDATION)},
        mutants={split: mutants_of_split(dataset, split, heed_stop) for split in (TRAIN, VALIDATION)},
    )


def known_statements(data: TreeData) -> Tensor:
    """(S, 1): the label of each statement of the training mutants, then of their originals."""
    mutants, dataset = data.mutants[TRAIN], data.dataset
    functions = mutants.functions.tolist()
    texts = mutants.texts + [dataset.texts[position] for position in functions]
    languages = 2 * [dataset.languages[position] for position in functions]
    targets = [torch.zeros(0)]
    for start in range(0, len(texts), ENCODING_BATCH):
        chunk = slice(start, start + ENCODING_BATCH)
        forest = _core.parse_forest(texts[chunk], data.vocabulary, languages[chunk])
        labels, _ = statement_labels(forest, 0, mutants.lines[chunk])
        targets.append(torch.from_numpy(labels))
    return torch.cat(targets).unsqueeze(1)


# Batches ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Batch:
    """One forest: anchors, positives, then mutants and their originals; those of the own share of a global batch.

    Attributes:
        pairs: p, of the global batch.
        own: Of them in the forest.

    Shapes:
        weights, sources (p,); excluded, negatives (p, p); targets (S,) and known (S,): labels of the statements, known
        for mutants and originals.
    """

    forest: ForestTensors
    pairs: int
    own: int
    weights: Tensor
    excluded: Tensor
    negatives: Tensor
    sources: Tensor
    targets: Tensor
    known: Tensor

    @property
    def functions(self) -> int:
        """Trees in the forest."""
        return len(self.forest.columns.statement_indptr) - 1


def make_batch(data: TreeData, split: str, draw: Draw) -> Batch:
    """The batch of some pairs, with some mutants, and the names of some trees hidden."""
    config, device, world = data.dataset.config, data.device, data.world
    settings, rng = config.tree_lstm, np.random.default_rng([config.seed, *draw.key])
    pairs, mutants = data.pairs[split].take(draw.rows), data.mutants[split]
    chosen = some(np.arange(len(mutants)), round(world.size * settings.batch_size * settings.bug_share / 2), rng)
    hidden = rng.random(2 * len(pairs) + len(chosen)) < settings.anonymous_share
    # All is drawn for the whole batch, and made of the own share of it.
    own, mutated = world.share(len(pairs)), chosen[world.share(len(chosen))]
    hidden_first, hidden_second, hidden_mutants = np.split(hidden, [len(pairs), 2 * len(pairs)])
    alike_hidden = hidden_mutants[world.share(len(chosen))]  # a mutant and its original look alike
    views = np.concatenate([pairs.first[own], pairs.second[own]])
    originals = mutants.functions[mutated].tolist()
    first_mutant = len(views)
    texts, languages = data.views.shown(views)
    texts += [mutants.texts[position] for position in mutated.tolist()]
    texts += [data.dataset.texts[position] for position in originals]
    languages += 2 * [data.dataset.languages[position] for position in originals]
    anonymous = np.concatenate([hidden_first[own], hidden_second[own], alike_hidden, alike_hidden])
    forest = forest_of(texts, data.vocabulary, languages, anonymous.tolist())
    targets, known = statement_labels(forest, first_mutant, [mutants.lines[position] for position in mutated.tolist()])
    alike, negatives = negatives_of(data.views, pairs, draw.rule)
    return Batch(
        forest=ForestTensors.of(forest, device),
        pairs=len(pairs),
        own=first_mutant // 2,
        weights=torch.from_numpy(pairs.weights).to(device),
        excluded=torch.from_numpy(alike).to(device),
        negatives=torch.from_numpy(negatives).to(device),
        sources=torch.from_numpy(pairs.sources).to(device),
        targets=torch.from_numpy(targets).to(device),
        known=torch.from_numpy(known).to(device),
    )


def statement_labels(
    forest: _core.Forest, first_mutant: int, changed: Sequence[Sequence[int]]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Targets and mask of all statements: known from the tree `first_mutant` on, 1 where a mutant was changed."""
    indptr, lines = forest.statement_indptr.astype(np.int64), forest.statement_lines.astype(np.int64)
    targets = np.zeros(len(lines), np.float32)
    for tree, mutated in enumerate(changed, start=first_mutant):
        span = slice(int(indptr[tree]), int(indptr[tree + 1]))
        targets[span] = statement_targets(lines[span], mutated)
    return targets, np.arange(len(lines)) >= indptr[first_mutant]


# Model and losses ---------------------------------------------------------------------------------------------------


class Learner(nn.Module):
    """The encoder and the loss of its pairs, whose temperature is learned with it."""

    wrong_weight: Tensor
    wrong_share: Tensor

    def __init__(self, config: Config, data: TreeData) -> None:
        super().__init__()
        shape, self.world = config.tree_lstm.model, data.world
        self.encoder = TreeLstm(TreeLstmShape(len(data.vocabulary), shape.embedding, shape.hidden, shape.output))
        self.pair_loss = PairLoss(config.tree_lstm)
        self.focal_gamma = config.tree_lstm.focal_gamma
        self.precision = Precision.of(config.tree_lstm.precision, data.device)
        self.statement_weight = config.tree_lstm.statement_weight
        known = known_statements(data)
        self.register_buffer("wrong_weight", positive_weights(known), persistent=False)
        self.register_buffer("wrong_share", known.sum(0) / max(1, len(known)), persistent=False)

    def forward(self, batch: Batch) -> tuple[dict[str, Tensor | None], PairVectors]:
        """The losses of a batch with the share of pairs that find each other, and the vectors of its pairs."""
        gather = self.world.gather
        with self.precision.autocast():
            encoded = self.encoder(batch.forest)
        anchors, positives, _ = encoded.outputs.float().tensor_split((batch.own, 2 * batch.own))
        vectors = PairVectors(gather(anchors), gather(positives), batch.excluded, batch.negatives)
        embedding, terms = self.pair_loss(vectors, batch.weights)
        logits = gather(self.encoder.score_statements(batch.forest, encoded))
        statement = multi_label_loss(
            logits, gather(batch.targets), gather(batch.known), self.wrong_weight, self.focal_gamma
        )
        losses: dict[str, Tensor | None] = {
            "loss": embedding + self.statement_weight * statement,
            **{name: term.detach() for name, term in terms.items()},
            "statement": statement.detach(),
            **vectors.accuracies(batch.sources),
        }
        return losses, vectors


# Training -----------------------------------------------------------------------------------------------------------


def draws_of(data: TreeData, epoch: int) -> list[Draw]:
    """The batches of an epoch."""
    config = data.dataset.config
    size, most = data.world.size * config.tree_lstm.batch_size, config.tree_lstm.max_pairs
    return epoch_draws(data.pairs[TRAIN], config, batch_size=size, most=most, epoch=epoch)


def encode_views(data: TreeData, encoder: TreeLstm, views: NDArray[np.int64]) -> NDArray[np.float32]:
    """(n, output): views by the weights of the moment."""
    texts, languages = data.views.shown(views)
    return encode_trees(encoder.eval(), data.vocabulary, texts, languages, MINING_BATCH)


def fit(session: Session, data: TreeData, learner: Learner, state: TrainingState) -> None:
    """Epochs until they are done, nothing improves any more, or the budget is used up."""
    progress, settings, make = state.progress, session.config.tree_lstm, partial(make_batch, data)
    size = data.world.size * settings.batch_size
    held_out = [make(VALIDATION, draw) for draw in validation_draws(data.pairs[VALIDATION], size)]
    curriculum = Curriculum(session, data, partial(draws_of, data), partial(encode_views, data, learner.encoder))
    while not session.is_over(state):
        steps = in_steps(curriculum.draws(state), settings.accumulation)
        for step in made_ahead(lambda draws: Step([make(TRAIN, draw) for draw in draws]), steps[progress.step :]):
            losses = take_step(learner, state, step, settings, session.share_done(progress, len(steps)), data.world)
            session.after_step(state, losses, step, len(steps))
            if session.out_of_budget:
                break
        session.after_epoch(state, held_out_figures(learner, held_out))


def conclude(data: TreeData, learner: Learner) -> Trained:
    """The encoder, a whitening fitted on training functions, and how frequent wrong statements were."""
    dataset, config, encoder = data.dataset, data.dataset.config, learner.encoder
    texts, languages = whitening_texts(dataset)
    priors = priors_of(learner.wrong_share.cpu().numpy(), learner.wrong_weight.cpu().numpy(), config.bugs.prevalence)
    return Trained(
        weights=encoder.state_dict(),
        whitening=fit_whitening(encode_trees(encoder, data.vocabulary, texts, languages, ENCODING_BATCH)),
        labels=data.vocabulary.to_json().encode(),
        vocabulary=data.vocabulary.fingerprint,
        heads=["code", "bugs"] if len(data.mutants[TRAIN]) else ["code"],
        priors=priors,
        counts=data.counts,
        encode=lambda codes, named: encode_trees(encoder, data.vocabulary, codes, named, ENCODING_BATCH),
    )


RECIPE = Recipe(TREE_LSTM, lambda config: config.tree_lstm, prepare, draws_of, Learner, fit, conclude, BASE)
