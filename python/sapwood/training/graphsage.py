"""Recipe: trains the graph model. It reads from top to bottom; `frame` calls its parts in that order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from sapwood import _core
from sapwood.data import TRAIN, VALIDATION, go_on, kind_targets, mutants_of_split, outcomes_of
from sapwood.data.import_labels import ImportLabels
from sapwood.data.statistics import kind_counts, module_counts, training_modules
from sapwood.data.union import Places, union_graph
from sapwood.labels import modules_of_json, modules_to_json
from sapwood.models.encode import encode_files, encode_nodes
from sapwood.models.graphsage import (
    BUGS,
    CODE,
    CONFIDENCE,
    HEADS,
    IMPORTS,
    GraphSage,
    GraphSageShape,
    NeighbourhoodTensors,
)
from sapwood.models.priors import priors_of
from sapwood.models.whitening import fit_whitening
from sapwood.naming import GRAPHSAGE
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
from sapwood.training.losses import all_known, multi_label_loss, multi_task, positive_weights
from sapwood.training.objective import PairLoss, PairVectors
from sapwood.training.optimiser import Step, in_steps, take_step
from sapwood.training.precision import Precision
from sapwood.training.publish import Trained, whitening_texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sapwood.config import Config
    from sapwood.data import Dataset, HeedStop, Mutants, Outcomes
    from sapwood.training.batches import Draw, TextPairs, Views
    from sapwood.training.session import Session
    from sapwood.training.starting import Start
    from sapwood.training.state import TrainingState

ENCODING_BATCH = 256
PROJECT_SHARE = 0.25
"""Share of the functions that are seen at their place in the project, the others as texts that stand alone."""
FILES_SHARE, MUTANTS_SHARE, OUTCOMES_SHARE = 0.5, 0.5, 0.5
"""File nodes, mutants and tested texts of a batch, as shares of its pairs."""
BASE = ("encoder.layers.",)
"""Weights of the base; the heads are its projections, and the temperature of the code head's loss is beside them."""


# Data ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GraphData:
    """All that batches are made of; pairs and mutants are of functions of their split alone."""

    device: str
    world: World
    dataset: Dataset
    views: Views
    graph: _core.InputGraph
    places: Places
    pairs: dict[str, TextPairs]
    imports: ImportLabels
    outcomes: Outcomes
    mutants: dict[str, Mutants]

    @property
    def counts(self) -> dict[str, int]:
        """How much there is, for the manifest and for people."""
        own = {"files": len(self.dataset.file_positions(TRAIN)), "nodes": self.graph.node_count}
        return counts_of(self.dataset, self.pairs, self.mutants) | own | self.imports.counts | self.outcomes.counts

    @property
    def labels(self) -> dict[str, dict[str, int]]:
        """How often each class of a head is there, by head."""
        return {"imports": module_counts(self.dataset), "bugs": kind_counts(self.mutants[TRAIN])}


def prepare(
    dataset: Dataset, device: str, heed_stop: HeedStop = go_on, world: World = ALONE, start: Start | None = None
) -> GraphData:
    """Pairs, labels, mutants, and one graph of the project and of every text; modules are those of the `start`."""
    views = make_views(dataset, heed_stop)
    mutants = {split: mutants_of_split(dataset, split, heed_stop) for split in (TRAIN, VALIDATION)}
    modules = training_modules(dataset) if start is None else modules_of_json(start.labels)
    outcomes = outcomes_of(dataset)
    graph, places = union_graph(dataset, views.texts, views.languages, mutants, outcomes)
    return GraphData(
        device=device,
        world=world,
        dataset=dataset,
        views=views,
        graph=graph,
        places=places,
        pairs={split: pairs_of_split(dataset, views, split) for split in (TRAIN, VALIDATION)},
        imports=ImportLabels.of(dataset, modules),
        outcomes=outcomes,
        mutants=mutants,
    )


# Batches ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Batch:
    """A neighbourhood of distinct seeds, and where in it each head looks: the own share of a global batch of P pairs.

    Shapes:
        first, second (p,): pairs; weights, sources (P,), excluded, negatives (P, P): of the global batch; labelled
        (l,), imports, known (l, I): nodes, their modules, those of their language; judged (j,), bugs (j, 5): functions
        and the mistakes in them; tested (t,), passed (t, 1): code whose test results are known, and the share of its
        tests that pass.
    """

    neighbourhood: NeighbourhoodTensors
    first: Tensor
    second: Tensor
    weights: Tensor
    excluded: Tensor
    negatives: Tensor
    sources: Tensor
    labelled: Tensor
    imports: Tensor
    known: Tensor
    judged: Tensor
    bugs: Tensor
    tested: Tensor
    passed: Tensor

    @property
    def pairs(self) -> int:
        """P."""
        return len(self.weights)

    @property
    def functions(self) -> int:
        """Seeds of the neighbourhood."""
        return self.neighbourhood.hop_ends[0]


def make_batch(data: GraphData, split: str, draw: Draw) -> Batch:
    """The batch of some pairs, with some files and some mutants beside their originals."""
    config, device, world = data.dataset.config, data.device, data.world
    rng = np.random.default_rng([config.seed, *draw.key])
    pairs = data.pairs[split].take(draw.rows)
    anchors = data.places.anchors(pairs.first, PROJECT_SHARE, rng)
    files = some(data.dataset.file_positions(split), round(FILES_SHARE * len(pairs)), rng)
    mutants = some(np.arange(len(data.mutants[split])), round(MUTANTS_SHARE * len(pairs)), rng)
    outcomes = some(data.outcomes.positions(split), round(OUTCOMES_SHARE * len(pairs)), rng)
    # All is drawn for the whole batch, and made of the own share of it.
    own = world.share(len(pairs))
    files, mutants, outcomes = (drawn[world.share(len(drawn))] for drawn in (files, mutants, outcomes))
    first, second = anchors[own], data.places.texts[pairs.second[own]]
    labelled = np.concatenate([data.places.texts[pairs.first[own]], data.places.files[files]])
    judged = np.concatenate([data.places.mutants[split][mutants], data.places.originals[split][mutants]])
    tested, passed = data.places.outcomes[outcomes], data.outcomes.passed[outcomes, None]
    groups = [first, second, labelled, judged, tested]
    seeds, where = np.unique(np.concatenate(groups), return_inverse=True)
    parts = np.split(where, np.cumsum([len(group) for group in groups[:-1]]))
    bugs = kind_targets(data.mutants[split].kinds[mutants])
    functions = data.views.functions[pairs.first[own]]
    imports, known = data.imports.dense(functions, files), data.imports.known(functions, files)
    sampled = data.graph.sample(seeds.astype(np.uint32), config.graphsage.fanouts, int(rng.integers(2**32)))
    marked = (pairs.weights, *negatives_of(data.views, pairs, draw.rule), pairs.sources)
    columns = (parts[0], parts[1], *marked, parts[2], imports, known, parts[3], bugs, parts[4], passed)
    return Batch(
        NeighbourhoodTensors.of(sampled, _core.FEATURE_DIMENSIONS, device),
        *(torch.from_numpy(column).to(device) for column in columns),
    )


# Model and losses ---------------------------------------------------------------------------------------------------


class Learner(nn.Module):
    """The encoder with its heads, and the loss of its pairs, whose temperature is learned with them."""

    import_weight: Tensor
    bug_weight: Tensor

    def __init__(self, config: Config, data: GraphData) -> None:
        super().__init__()
        self.world = data.world
        self.encoder = GraphSage(GraphSageShape(len(data.imports.modules), **config.graphsage.model.model_dump()))
        self.pair_loss = PairLoss(config.graphsage)
        self.focal_gamma = config.graphsage.focal_gamma
        self.precision = Precision.of(config.graphsage.precision, data.device)
        self.weights = config.graphsage.loss_weights.model_dump()
        training, none = data.dataset.positions(TRAIN), np.zeros(0, np.int64)
        targets, known = (torch.from_numpy(of(training, none)) for of in (data.imports.dense, data.imports.known))
        self.register_buffer("import_weight", positive_weights(targets, known), persistent=False)
        kinds = torch.from_numpy(kind_targets(data.mutants[TRAIN].kinds))
        self.register_buffer("bug_weight", positive_weights(kinds), persistent=False)

    def forward(self, batch: Batch) -> tuple[dict[str, Tensor | None], PairVectors]:
        """The losses of a batch, None of a head without any label, and the vectors of its pairs."""
        gather, gamma = self.world.gather, self.focal_gamma
        with self.precision.autocast():
            embeddings = self.encoder(batch.neighbourhood).float()
        codes = self.encoder.head(CODE, embeddings)
        vectors = PairVectors(gather(codes[batch.first]), gather(codes[batch.second]), batch.excluded, batch.negatives)
        code, terms = self.pair_loss(vectors, batch.weights)
        imports = gather(self.encoder.head(IMPORTS, embeddings[batch.labelled]))
        bugs = gather(self.encoder.head(BUGS, embeddings[batch.judged]))
        losses: dict[str, Tensor | None] = {
            CODE: code,
            IMPORTS: multi_label_loss(imports, gather(batch.imports), gather(batch.known), self.import_weight, gamma),
            BUGS: multi_label_loss(bugs, gather(batch.bugs), all_known(bugs), self.bug_weight, gamma),
            CONFIDENCE: self.confidence_loss(embeddings[batch.tested], gather(batch.passed)),
        }
        logged = {name: term.detach() for name, term in terms.items()} | vectors.accuracies(batch.sources)
        return {"loss": multi_task(losses, self.weights), **losses, **logged}, vectors

    def confidence_loss(self, embeddings: Tensor, passed: Tensor) -> Tensor | None:
        """Over the code that was tested; None without any, so that weight decay leaves the head alone."""
        if not len(passed):
            return None
        logits = self.world.gather(self.encoder.head(CONFIDENCE, embeddings))
        return multi_label_loss(logits, passed, all_known(logits), torch.ones_like(logits[0]))


# Training -----------------------------------------------------------------------------------------------------------


def draws_of(data: GraphData, epoch: int) -> list[Draw]:
    """The batches of an epoch."""
    config, pairs = data.dataset.config, data.pairs[TRAIN]
    size = data.world.size * config.graphsage.batch_size
    return epoch_draws(pairs, config, batch_size=size, most=len(pairs), epoch=epoch)


def encode_views(data: GraphData, encoder: GraphSage, views: NDArray[np.int64]) -> NDArray[np.float32]:
    """(n, output): views, as texts that stand alone, by the weights of the moment."""
    return encode_nodes(encoder.eval(), data.graph, data.places.texts[views].astype(np.uint32), ENCODING_BATCH)


def fit(session: Session, data: GraphData, learner: Learner, state: TrainingState) -> None:
    """Epochs until they are done, nothing improves any more, or the budget is used up."""
    progress, settings, make = state.progress, session.config.graphsage, partial(make_batch, data)
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


def conclude(data: GraphData, learner: Learner) -> Trained:
    """The encoder with its heads, a whitening fitted on training functions, and how frequent mistakes were."""
    dataset, encoder, prevalence = data.dataset, learner.encoder, data.dataset.config.bugs.prevalence
    texts, languages = whitening_texts(dataset)
    kinds = kind_targets(data.mutants[TRAIN].kinds)
    return Trained(
        weights=encoder.state_dict(),
        whitening=fit_whitening(encode_files(encoder, texts, languages, ENCODING_BATCH)),
        labels=modules_to_json(data.imports.modules),
        vocabulary=None,
        heads=trained_heads(data),
        priors=priors_of(kinds.sum(axis=0) / max(1, len(kinds)), learner.bug_weight.cpu().numpy(), prevalence),
        counts=data.counts,
        encode=lambda codes, named: encode_files(encoder, codes, named, ENCODING_BATCH),
    )


def trained_heads(data: GraphData) -> list[str]:
    """The heads that had labels."""
    labels = (True, len(data.outcomes.positions(TRAIN)), len(data.imports.modules), len(data.mutants[TRAIN]))
    return [head for head, many in zip(HEADS, labels, strict=True) if many]


RECIPE = Recipe(GRAPHSAGE, lambda config: config.graphsage, prepare, draws_of, Learner, fit, conclude, BASE)
