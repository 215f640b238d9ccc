"""Answers of published versions through torch: vectors, bug scores and imports of texts.

Texts are computed one at a time, so that an answer is the same to the last bit whatever is asked beside it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load

from sapwood import _core
from sapwood.answers import Analysis, Bug, Import, Item, Line
from sapwood.errors import (
    BadInputError,
    DamagedVersionError,
    NoModelError,
    VocabularyMismatchError,
)
from sapwood.labels import modules_of_json
from sapwood.models.encode import EVERY_NEIGHBOUR, embed_seeds, encode_trees
from sapwood.models.graphsage import BUGS, CODE, CONFIDENCE, HEADS, IMPORTS, GraphSage, GraphSageShape
from sapwood.models.priors import SAMPLED, Priors, any_of
from sapwood.models.tree_lstm import ForestTensors, TreeLstm, TreeLstmShape
from sapwood.models.whitening import Whitening
from sapwood.naming import GRAPHSAGE, TREE_LSTM
from sapwood.trees import Tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

LABELS = {GRAPHSAGE: "imports.json", TREE_LSTM: "vocabulary.json"}
"""The file of a version, by model, that says what its numbers stand for."""
TREES_SCHEMA = "labelled-trees"
"""In place of a feature schema: a version that reads trees of labels, not code."""
LINE_FLOOR, MOST_LINES = 0.05, 20
"""Lines that score less, or come after so many, say nothing."""
MOST_IMPORTS = 10
FUNCTION = "function"
WHITENING = "whitening."
"""What the names of the whitening's tensors begin with."""


@dataclass(frozen=True)
class _Nodes:
    """Where the graph model looks for one text: a file node, and its functions, in some graph."""

    graph: _core.InputGraph
    file: int
    functions: NDArray[np.integer[Any]]


class Predictor(ABC):
    """One published version, ready to answer.

    Attributes:
        model: `graphsage` or `tree-lstm`.
        version: Its name, such as v0002.
        trained_heads: Names of the heads that were trained; `bugs` of the tree model scores lines.
    """

    def __init__(self, model: str, version: str, trained_heads: frozenset[str], whitening: Whitening) -> None:
        self.model = model
        self.version = version
        self.trained_heads = trained_heads
        self._whitening = whitening

    @staticmethod
    def load(engine: _core.Engine, model: str, version: str = "serving") -> Predictor:
        """Reads a version and checks that this release reads code the way the version learned it.

        Raises:
            NoModelError: The model has no version.
            UnknownVersionError: It has none of this name.
            DamagedVersionError: A file is missing or was changed.
            SchemaMismatchError: It was trained with another feature schema.
            VocabularyMismatchError: Its vocabulary is not the one that it was trained with.
        """
        versions = engine.versions
        manifest = versions.show(model, version)
        # From here on by its name: an alias may move in between.
        name = manifest["version"]
        if manifest["feature_schema"] != TREES_SCHEMA:
            versions.require_schema(model, name)
        weights = read_weights(versions.read_file(model, name, "weights.safetensors"), f"{model} {name}")
        return Predictor.of(manifest, name, weights, versions.read_file(model, name, LABELS[model]))

    @staticmethod
    def of(manifest: Mapping[str, Any], version: str, weights: Mapping[str, Tensor], labels: bytes) -> Predictor:
        """Puts a version together from its parts, published or about to be; `labels` is its file named by `LABELS`.

        Raises:
            DamagedVersionError: The weights don't fit the configuration, or something is missing or unreadable.
            VocabularyMismatchError: Its vocabulary is not the one that it was trained with.
        """
        model = manifest["model"]
        kind = TreePredictor if model == TREE_LSTM else GraphPredictor
        try:
            return kind(manifest, version, weights, labels)
        except (KeyError, TypeError, ValueError) as error:
            message = (
                f"{model} {version} lacks what it needs to answer ({type(error).__name__}: {error}); "
                f"train again with: sapwood train {model}"
            )
            raise DamagedVersionError(message) from None

    def embed(self, texts: Sequence[str], languages: Sequence[str]) -> NDArray[np.float32]:
        """(n, d): whitened vectors of unit length."""
        rows = [np.zeros((0, len(self._whitening.mean)), np.float32)]
        rows += [
            self._whitening.apply(self._encode(text, language)) for text, language in zip(texts, languages, strict=True)
        ]
        return np.concatenate(rows)

    def embed_items(self, items: Sequence[Item | Tree], engine: _core.Engine) -> NDArray[np.float32]:
        """(n, d): as `embed`; a model that looks beyond a text sees an item with a path in the project of `engine`."""
        del engine
        texts = [item for item in items if isinstance(item, Item)]
        return self.embed([item.code for item in texts], [item.language for item in texts])

    @abstractmethod
    def bug_scores(
        self, texts: Sequence[str], languages: Sequence[str]
    ) -> tuple[NDArray[np.float32], list[list[tuple[int, float]]]]:
        """(n,): the probability that a text holds a mistake; and (line, score) of its statements, worst first.

        The graph model scores no lines: its lists are empty. The tree model scores nothing else: it answers with the
        probability that any statement is wrong.
        """

    @abstractmethod
    def _encode(self, text: str, language: str) -> NDArray[np.float32]:
        """(1, d): the output for one text, before whitening."""


class TreePredictor(Predictor):
    """The tree model: vectors, and scores of lines."""

    def __init__(
        self, manifest: Mapping[str, Any], version: str, weights: Mapping[str, Tensor], vocabulary: bytes
    ) -> None:
        super().__init__(TREE_LSTM, version, frozenset(manifest["trained_heads"]), _whitening(weights))
        self._vocabulary = _vocabulary(vocabulary, manifest, version)
        self._reads_trees = manifest.get("feature_schema") == TREES_SCHEMA
        self._priors = _priors(manifest)
        shape = manifest["config"]["tree_lstm"]["model"]
        widths = (shape["embedding"], shape["hidden"], shape["output"])
        encoder = TreeLstm(TreeLstmShape(len(weights["embedding.weight"]), *widths))
        self._encoder = _filled(encoder, weights, f"{TREE_LSTM} {version}")

    def embed_items(self, items: Sequence[Item | Tree], engine: _core.Engine) -> NDArray[np.float32]:
        """See `Predictor.embed_items`; a version that was trained on trees of labels takes those and no code.

        Raises:
            BadInputError: An item is of the other kind.
        """
        trees = [item for item in items if isinstance(item, Tree)]
        if len(trees) != (len(items) if self._reads_trees else 0):
            reads, gives = ("trees of labels", "code") if self._reads_trees else ("code", "trees of labels")
            message = f"{TREE_LSTM} {self.version} was trained on {reads} and reads no {gives}; name another --version"
            raise BadInputError(message)
        if not trees:
            return super().embed_items([item for item in items if isinstance(item, Item)], engine)
        rows = [encode_trees(self._encoder, self._vocabulary, [tree], [""], 1) for tree in trees]
        return np.concatenate([self._whitening.apply(row) for row in rows])

    def _encode(self, text: str, language: str) -> NDArray[np.float32]:
        return encode_trees(self._encoder, self._vocabulary, [text], [language], 1)

    def bug_scores(
        self, texts: Sequence[str], languages: Sequence[str]
    ) -> tuple[NDArray[np.float32], list[list[tuple[int, float]]]]:
        """See `Predictor.bug_scores`."""
        found = [self.wrong_lines(text, language) for text, language in zip(texts, languages, strict=True)]
        return np.array([probability for probability, _ in found], np.float32), [lines for _, lines in found]

    @torch.inference_mode()
    def wrong_lines(self, text: str, language: str) -> tuple[float, list[tuple[int, float]]]:
        """The probability that any statement is wrong, and the lines where statements start with the score of the worst
        one there, worst first.

        Scores are those of training, where every other function had a mistake: they say which line it would be.
        """  # noqa: D205
        forest = ForestTensors.of(_core.parse_forest([text], self._vocabulary, language))
        if not len(forest.statement_lines):
            return 0.0, []
        logits = self._encoder.score_statements(forest, self._encoder(forest))
        worst: dict[int, float] = {}
        for line, score in zip(forest.statement_lines.tolist(), torch.sigmoid(logits).tolist(), strict=True):
            worst[line] = max(score, worst.get(line, 0.0))
        probability = float(any_of(self._priors.correct(logits.numpy())))
        return probability, sorted(worst.items(), key=lambda item: (-item[1], item[0]))


class GraphPredictor(Predictor):
    """The graph model: vectors, kinds of mistakes, and imports.

    Attributes:
        modules: The modules that the imports head can name.
    """

    def __init__(
        self, manifest: Mapping[str, Any], version: str, weights: Mapping[str, Tensor], modules: bytes
    ) -> None:
        super().__init__(GRAPHSAGE, version, frozenset(manifest["trained_heads"]), _whitening(weights))
        self.modules = modules_of_json(modules)
        self._priors = _priors(manifest)
        shape = GraphSageShape(len(self.modules), **manifest["config"]["graphsage"]["model"])
        self._encoder = _filled(GraphSage(shape), weights, f"{GRAPHSAGE} {version}")

    def embed_items(self, items: Sequence[Item | Tree], engine: _core.Engine) -> NDArray[np.float32]:
        """See `Predictor.embed_items`."""
        rows = [np.zeros((0, len(self._whitening.mean)), np.float32)]
        texts = [item for item in items if isinstance(item, Item)]
        rows += [self._whitening.apply(self._output(_nodes(engine, item))) for item in texts]
        return np.concatenate(rows)

    def _encode(self, text: str, language: str) -> NDArray[np.float32]:
        return self._output(_alone(text, language))

    @torch.inference_mode()
    def _output(self, nodes: _Nodes) -> NDArray[np.float32]:
        embedding = embed_seeds(self._encoder, nodes.graph, np.array([nodes.file], np.uint32), 1)
        output: NDArray[np.float32] = self._encoder.head(CODE, embedding).numpy()
        return output

    def bug_scores(
        self, texts: Sequence[str], languages: Sequence[str]
    ) -> tuple[NDArray[np.float32], list[list[tuple[int, float]]]]:
        """See `Predictor.bug_scores`."""
        kinds = [self.kind_scores(_alone(text, language)) for text, language in zip(texts, languages, strict=True)]
        return np.array([any_of(scores) for scores in kinds], np.float32), [[] for _ in kinds]

    @property
    def import_names(self) -> list[str]:
        """The names of the modules, of whatever language."""
        return [module.name for module in self.modules]

    def columns_of(self, language: str) -> NDArray[np.int64]:
        """The positions of the modules that files of a language can import."""
        family = _core.LANGUAGE_FAMILIES[language]
        return np.flatnonzero([module.family == family for module in self.modules])

    def heads_for(self, language: str) -> frozenset[str]:
        """The heads that learned something of a language: without a module of it there are no imports to suggest."""
        return self.trained_heads - (frozenset() if len(self.columns_of(language)) else {IMPORTS})

    def import_scores(self, texts: Sequence[str], languages: Sequence[str]) -> NDArray[np.float32]:
        """(n, I): the score of each of `modules` for each text; those of other languages say nothing."""
        rows = [np.zeros((0, len(self.modules)), np.float32)]
        rows += [
            self.module_scores(_alone(text, language))[None] for text, language in zip(texts, languages, strict=True)
        ]
        return np.concatenate(rows)

    def kind_scores(self, nodes: _Nodes) -> NDArray[np.floating[Any]]:
        """(5,): the probability that any function of a text has a mistake of each kind; 0 without functions."""
        if not len(nodes.functions):
            return np.zeros(len(_core.BUG_KINDS))
        return any_of(self._priors.correct(self._logits(BUGS, nodes.graph, nodes.functions)))

    def confidence(self, nodes: _Nodes) -> float:
        """The probability that the code of a text passes its tests."""
        logits = self._logits(CONFIDENCE, nodes.graph, np.array([nodes.file]))
        return float(torch.sigmoid(torch.from_numpy(logits)))

    def module_scores(self, nodes: _Nodes) -> NDArray[np.float32]:
        """(I,): the score of each module."""
        logits = self._logits(IMPORTS, nodes.graph, np.array([nodes.file]))
        scores: NDArray[np.float32] = torch.sigmoid(torch.from_numpy(logits))[0].numpy()
        return scores

    @torch.inference_mode()
    def _logits(self, head: str, graph: _core.InputGraph, seeds: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        embeddings = embed_seeds(self._encoder, graph, seeds.astype(np.uint32), len(seeds))
        logits: NDArray[np.float32] = self._encoder.head(head, embeddings).numpy()
        return logits


class Analyzer:
    """What all serving versions have to say about a text, joined.

    A model without a version leaves its heads untrained. `version` names all that answer, such as
    `graphsage/v0002 tree-lstm/v0001`.
    """

    def __init__(self, engine: _core.Engine, graph: GraphPredictor | None, tree: TreePredictor | None) -> None:
        self._engine = engine
        self._graph = graph
        self._tree = tree
        there = [predictor for predictor in (graph, tree) if predictor is not None]
        self.version = " ".join(f"{predictor.model}/{predictor.version}" for predictor in there)

    @staticmethod
    def load(engine: _core.Engine, version: str = "serving") -> Analyzer:
        """Loads what there is.

        Raises what `Predictor.load` raises, but `NoModelError` only where no model has a version.
        """
        found: dict[str, Predictor] = {}
        missing: NoModelError | None = None
        for model in (GRAPHSAGE, TREE_LSTM):
            try:
                found[model] = Predictor.load(engine, model, version)
            except NoModelError as error:
                missing = error
        if not found and missing is not None:
            raise missing
        graph, tree = found.get(GRAPHSAGE), found.get(TREE_LSTM)
        return Analyzer(
            engine,
            graph if isinstance(graph, GraphPredictor) else None,
            tree if isinstance(tree, TreePredictor) else None,
        )

    def analyze(self, items: Sequence[Item]) -> list[Analysis]:
        """The analysis of each item, in order; the graph model sees an item with a path in its project."""
        return [self._analyze(item) for item in items]

    def _analyze(self, item: Item) -> Analysis:
        nodes = None if self._graph is None else _nodes(self._engine, item)
        heads = frozenset() if self._graph is None else self._graph.heads_for(item.language)
        wrong = self._wrong(item)
        trained = heads if wrong is None else heads | {BUGS}
        return Analysis(
            version=self.version,
            confidence=self._confidence(nodes) if CONFIDENCE in heads else None,
            bug=self._bug(nodes if BUGS in heads else None, wrong),
            imports=self._imports(nodes, item.language) if IMPORTS in heads else None,
            untrained=tuple(name for name in HEADS if name not in {CODE, *trained}),
        )

    def _confidence(self, nodes: _Nodes | None) -> float | None:
        return None if self._graph is None or nodes is None else self._graph.confidence(nodes)

    def _wrong(self, item: Item) -> Bug | None:
        """What the tree model says alone: it tells no kinds."""
        if self._tree is None or BUGS not in self._tree.trained_heads:
            return None
        probability, scores = self._tree.wrong_lines(item.code, item.language)
        lines = (Line(line, score) for line, score in scores[:MOST_LINES] if score >= LINE_FLOOR)
        return Bug(probability, {}, tuple(lines))

    def _imports(self, nodes: _Nodes | None, language: str) -> tuple[Import, ...] | None:
        if self._graph is None or nodes is None:
            return None
        scores, columns = self._graph.module_scores(nodes), self._graph.columns_of(language)
        best = columns[np.argsort(-scores[columns], kind="stable")][:MOST_IMPORTS].tolist()
        return tuple(Import(self._graph.modules[label].name, float(scores[label])) for label in best)

    def _bug(self, nodes: _Nodes | None, wrong: Bug | None) -> Bug | None:
        if self._graph is None or nodes is None:
            return wrong
        if not len(nodes.functions) and wrong is not None:
            # The graph model judges functions; of other code the tree model has more to say.
            return wrong
        kinds = self._graph.kind_scores(nodes)
        named = dict(zip(_core.BUG_KINDS, kinds.tolist(), strict=True))
        return Bug(float(any_of(kinds)), named, () if wrong is None else wrong.lines)


def _nodes(engine: _core.Engine, item: Item) -> _Nodes:
    """The item where the indexed file at its path stands, or alone."""
    hops = len(EVERY_NEIGHBOUR)
    placed = None if item.path is None else engine.place(item.code, item.path, item.language, hops)
    if placed is None:
        return _alone(item.code, item.language)
    return _Nodes(placed.graph, placed.file_node, placed.functions)


def _alone(text: str, language: str) -> _Nodes:
    graphs = _core.text_graphs([text], language)
    functions = np.flatnonzero(graphs.node_kind == _core.NODE_KINDS.index(FUNCTION))
    return _Nodes(graphs.graph, int(graphs.file_nodes[0]), functions)


def _vocabulary(file: bytes, manifest: Mapping[str, Any], version: str) -> _core.Vocabulary:
    vocabulary = _core.Vocabulary.from_json(file.decode())
    if vocabulary.fingerprint != manifest["vocabulary"]:
        message = (
            f"{manifest['model']} {version} was trained with vocabulary {manifest['vocabulary']}, "
            f"but holds {vocabulary.fingerprint}; train again with: sapwood train {manifest['model']}"
        )
        raise VocabularyMismatchError(message)
    return vocabulary


def _priors(manifest: Mapping[str, Any]) -> Priors:
    """Those of the version; one that keeps none answers as it was trained."""
    return Priors.of(manifest.get("priors", {"trained": [SAMPLED], "natural": [SAMPLED]}))


def read_weights(file: bytes, name: str) -> dict[str, Tensor]:
    """The tensors of a version called `name`; raises `DamagedVersionError` where there are none."""
    try:
        return load(file)
    except SafetensorError as error:
        message = f"cannot read the weights of {name} ({error}); roll back to another version"
        raise DamagedVersionError(message) from None


def _whitening(weights: Mapping[str, Tensor]) -> Whitening:
    return Whitening(weights[f"{WHITENING}mean"].numpy(), weights[f"{WHITENING}matrix"].numpy())


Model = TypeVar("Model", TreeLstm, GraphSage)


def _filled(model: Model, weights: Mapping[str, Tensor], name: str) -> Model:
    own = {key: weight for key, weight in weights.items() if not key.startswith(WHITENING)}
    try:
        model.load_state_dict(own)
    except RuntimeError as error:
        message = f"the weights of {name} don't fit its configuration ({error}); roll back to another version"
        raise DamagedVersionError(message) from None
    return model.eval()
