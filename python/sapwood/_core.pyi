"""The compiled core: everything that computes without torch.

Arrays are numpy, C-contiguous and read-only; they are views of Rust memory or were moved out of it, never copies.
A *text* is source code as `str`; lines are 1-based and inclusive. Batch functions release the interpreter lock and use
every core. Every failure is a `SapwoodError` subclass with a stable `code`.
"""

import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, TypeAlias, TypedDict, final, type_check_only

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BUG_KINDS",
    "DUPLICATE_THRESHOLD",
    "EDGE_KINDS",
    "FEATURE_DIMENSIONS",
    "FLOW_KINDS",
    "LANGUAGES",
    "LANGUAGE_FAMILIES",
    "MUTATION_KINDS",
    "NODE_KINDS",
    "PRESERVING_KINDS",
    "RELATIONS",
    "STRUCTURE_DIMENSIONS",
    "BadConfigError",
    "BadInputError",
    "BinaryFileError",
    "CodeSyntaxError",
    "DamagedIndexError",
    "DamagedVersionError",
    "EmptyFolderError",
    "Engine",
    "EnvironmentProblemError",
    "Flow",
    "Forest",
    "Index",
    "InputGraph",
    "InternalError",
    "InterruptedRunError",
    "LockedError",
    "MissingDependencyError",
    "Neighbourhood",
    "NewerFormatError",
    "NoIndexError",
    "NoModelError",
    "NoWorkspaceError",
    "NotAFolderError",
    "NotUtf8Error",
    "ParseBudgetError",
    "PathDeniedError",
    "PathMissingError",
    "PlacedText",
    "Rewritten",
    "RunLock",
    "SapwoodError",
    "SchemaMismatchError",
    "StaleIndexError",
    "StorageError",
    "StructureIndex",
    "TextGraphs",
    "TooLargeError",
    "TreeKernels",
    "TreePass",
    "UnknownLanguageError",
    "UnknownVersionError",
    "Versions",
    "Vocabulary",
    "VocabularyMismatchError",
    "__version__",
    "anonymous_tokens",
    "check_text",
    "check_tree",
    "code_tokens",
    "feature_schema",
    "flow",
    "graphsage_forward",
    "index_path",
    "labelled_forest",
    "language_of",
    "message_schema",
    "mutate",
    "near_duplicates",
    "parse_forest",
    "preserve",
    "preserving_kinds",
    "readable_text",
    "schema_fingerprint",
    "scope_names",
    "standalone_texts",
    "structure_terms",
    "text_graphs",
    "tree_lstm_forward",
    "whiten",
    "write_atomic",
]

__version__: Final[str]
NODE_KINDS: Final[list[str]]
"""Names of the node kinds; the position is the number used in columns."""
EDGE_KINDS: Final[list[str]]
"""Names of the edge kinds; the position is the number used in columns."""
FLOW_KINDS: Final[list[str]]
"""Names of the kinds of data flow; the position is the number used in columns."""
RELATIONS: Final[list[str]]
"""Names of the input relations of the graph model, in order: container, contained, callees, callers, bases, subclasses."""
BUG_KINDS: Final[list[str]]
"""Names of the mutations that the bug head learns; the order is that of its columns."""
MUTATION_KINDS: Final[list[str]]
"""Names of all mutations, those of `BUG_KINDS` first."""
PRESERVING_KINDS: Final[list[str]]
"""Names of the meaning-preserving rewrites."""
LANGUAGES: Final[list[str]]
"""Names of the languages that are built in."""
LANGUAGE_FAMILIES: Final[dict[str, str]]
"""The family of each of `LANGUAGES`: the same for those whose files import each other."""
FEATURE_DIMENSIONS: Final[int]
"""Length of a feature row (978)."""
DUPLICATE_THRESHOLD: Final[float]
"""Jaccard overlap of subtrees from which the index takes functions for near-duplicates."""
STRUCTURE_DIMENSIONS: Final[int]
"""Length of a hashed structure vector (4,096)."""

# Errors -------------------------------------------------------------------------------------------------------------

class SapwoodError(Exception):
    """Base of every failure that a user can meet; the message says what to do next."""

    code: ClassVar[str]
    """Stable name of the failure, the same in Rust, Python and TypeScript."""

class NoWorkspaceError(SapwoodError): ...
class NoIndexError(SapwoodError): ...
class StaleIndexError(SapwoodError): ...
class NoModelError(SapwoodError): ...
class PathMissingError(SapwoodError): ...
class PathDeniedError(SapwoodError): ...
class NotAFolderError(SapwoodError): ...
class EmptyFolderError(SapwoodError): ...
class NotUtf8Error(SapwoodError): ...
class CodeSyntaxError(SapwoodError): ...
class TooLargeError(SapwoodError): ...
class ParseBudgetError(SapwoodError): ...
class BinaryFileError(SapwoodError): ...
class UnknownLanguageError(SapwoodError): ...
class UnknownVersionError(SapwoodError): ...
class DamagedVersionError(SapwoodError): ...
class DamagedIndexError(SapwoodError): ...
class NewerFormatError(SapwoodError): ...
class SchemaMismatchError(SapwoodError): ...
class VocabularyMismatchError(SapwoodError): ...
class LockedError(SapwoodError): ...
class BadConfigError(SapwoodError): ...
class BadInputError(SapwoodError): ...
class MissingDependencyError(SapwoodError): ...
class EnvironmentProblemError(SapwoodError): ...
class InterruptedRunError(SapwoodError): ...
class StorageError(SapwoodError): ...
class InternalError(SapwoodError): ...

# Schemas ------------------------------------------------------------------------------------------------------------

def feature_schema() -> str:
    """The feature schema as JSON."""

def schema_fingerprint() -> str:
    """Fingerprint of the feature schema, as it stands in every manifest."""

def message_schema() -> str:
    """JSON schema of every message between Rust and Python: `{"requests": …, "responses": …, "events": …}`."""

# Trees --------------------------------------------------------------------------------------------------------------

@final
class Vocabulary:
    """What the entries of a forest are made of: kinds with roles, subtokens, literal classes, bytes."""

    @staticmethod
    def build(texts: Sequence[str], language: str | Sequence[str] = ..., size: int = 10_000) -> Vocabulary:
        """The `size` entries that the texts need most. Texts that cannot be parsed are left out."""
    @staticmethod
    def of_trees(trees: Sequence[tuple[Sequence[str], Sequence[int | None]]], size: int = 10_000) -> Vocabulary:
        """The `size` entries that trees of labels and parents need most; raises `BadInputError` for what is no tree."""
    @staticmethod
    def from_json(text: str) -> Vocabulary:
        """Reads what `to_json` wrote; raises `VocabularyMismatchError` for anything else."""
    def to_json(self) -> str: ...
    def __len__(self) -> int: ...
    @property
    def fingerprint(self) -> str: ...

@final
class Forest:
    """Trees that share their equal subtrees. Unique nodes are sorted by level; children are always in lower levels.

    With N unique nodes, E entries, T trees and S statements; `*_indptr` have one number more than they have rows.
    """

    def __len__(self) -> int:
        """T, the number of trees."""
    @property
    def unique_nodes(self) -> int:
        """N."""
    @property
    def level_ends(self) -> NDArray[np.uint32]:
        """(levels,): one past the last unique node of each level; level 0 holds the leaves."""
    @property
    def entry(self) -> NDArray[np.uint32]:
        """(N,): each node's row in the entry table."""
    @property
    def child_indptr(self) -> NDArray[np.uint32]:
        """(N + 1,)."""
    @property
    def children(self) -> NDArray[np.uint32]:
        """Unique nodes, repeated where a child occurs more than once."""
    @property
    def entry_indptr(self) -> NDArray[np.uint32]:
        """(E + 1,)."""
    @property
    def entry_tokens(self) -> NDArray[np.uint32]:
        """Vocabulary ids, 1 to 8 an entry; a node's input is the mean of their embeddings."""
    @property
    def roots(self) -> NDArray[np.uint32]:
        """(T,): the unique node of each tree's root."""
    @property
    def pool_indptr(self) -> NDArray[np.uint32]:
        """(T + 1,)."""
    @property
    def pool_nodes(self) -> NDArray[np.uint32]:
        """The unique nodes of each tree."""
    @property
    def pool_counts(self) -> NDArray[np.uint32]:
        """How often each of `pool_nodes` occurs in its tree."""
    @property
    def statement_indptr(self) -> NDArray[np.uint32]:
        """(T + 1,)."""
    @property
    def statement_nodes(self) -> NDArray[np.uint32]:
        """(S,): unique nodes of the statements, tree by tree."""
    @property
    def statement_lines(self) -> NDArray[np.uint32]:
        """(S,): first line of each statement in its text, 1-based."""
    @property
    def tree_sizes(self) -> NDArray[np.uint32]:
        """(T,): nodes of each tree, shared ones counted as often as they occur."""

def check_text(text: str, language: str = "python") -> int:
    """Number of syntax errors of a text that can be taken; raises the typed reason for one that cannot."""

def language_of(text: str, path: str = "") -> tuple[str, str] | None:
    """Name of the language of a text, and what told it: the `extension` of `path`, the interpreter in the `first_line`, or
    the `reading`: the first of `LANGUAGES` whose grammar leaves least of it unread. None where each leaves half or more.
    """

def readable_text(text: str, language: str = "python") -> str:
    """The text as it is best read: with its last string closed where it then has fewer syntax errors.

    Lines keep their numbers. Raises `CodeSyntaxError` where there is no statement and no expression.
    """

def scope_names(text: str, language: str = "python", path: str = "") -> list[tuple[int, str, list[tuple[str, str]]]]:
    """The scopes of a text but that of its module, by line: first line, name, and each name with where it comes from.

    That is `parameter`, `local`, `free` (bound by a function around) or `global` (bound by the module, by the language
    or by nothing). Functions and classes have their own name, others are a `lambda` or a `comprehension`. `path` is
    where the text stands, which tells what relative imports can bind.
    """

def standalone_texts(texts: Sequence[str], language: str | Sequence[str] = ...) -> list[str | None]:
    """The text of each function so that it reads without what is around it: a member that the grammar knows only inside of
    a class becomes a function. None for one that cannot. A text of another language is taken as it is.
    """

def parse_forest(
    texts: Sequence[str],
    vocabulary: Vocabulary,
    language: str | Sequence[str] = ...,
    anonymous: Sequence[bool] | None = None,
) -> Forest:
    """One tree over each whole text, in order. `anonymous[i]` replaces the names that text i binds.

    `language`, here and wherever texts are given, is that of all texts or one for each, by default Python. Raises the typed reason of the first text that cannot be taken, naming its position.
    """

def labelled_forest(trees: Sequence[tuple[Sequence[str], Sequence[int | None]]], vocabulary: Vocabulary) -> Forest:
    """Trees that are no code, in order: each a label a node and the position of its parent, None for the root.

    Raises `BadInputError` for the first that is no tree, naming its position. Statements are a matter of code: there are none.
    """

def check_tree(labels: Sequence[str], parents: Sequence[int | None]) -> None:
    """Raises `BadInputError` with the reason where a label a node and the positions of their parents make no tree."""

# Graphs -------------------------------------------------------------------------------------------------------------

@final
class Neighbourhood:
    """The nodes that a batch of seeds needs, seeds first, then hop by hop.

    Layer l (1-based) of L computes the first `hop_ends[L - l]` nodes from the first `hop_ends[L - l + 1]`, by the rows of
    the relations restricted to that prefix.
    """

    @property
    def nodes(self) -> NDArray[np.uint32]:
        """(M,): node ids in the input graph."""
    @property
    def hop_ends(self) -> NDArray[np.uint32]:
        """(hops + 1,): one past the last node of the seeds, of hop 1, …"""
    def relation(self, index: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """CSR (indptr, indices) of one input relation: row r lists the positions in `nodes` that send to node r.

        There are `hop_ends[hops - 1]` rows. Ready for torch.
        """
    def feature_rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        """CSR (indptr (M + 1,), indices, values) of the feature rows of `nodes`. Ready for torch."""

@final
class InputGraph:
    """What the graph model reads: sparse feature rows and six relations, row r of each the nodes that send to r."""

    @property
    def node_count(self) -> int: ...
    @property
    def feature_indptr(self) -> NDArray[np.uint32]:
        """(node_count + 1,)."""
    @property
    def feature_indices(self) -> NDArray[np.uint16]: ...
    @property
    def feature_values(self) -> NDArray[np.float32]: ...
    def relation(self, index: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """CSR (indptr, indices) of relation 0 to 5, see `RELATIONS`."""
    @staticmethod
    def concat(parts: Sequence[InputGraph]) -> InputGraph:
        """Disjoint union; node ids are shifted in order."""
    def cut(self, parts: NDArray[np.uint8]) -> InputGraph:
        """The same nodes without the edges between different parts; `parts` (node_count,) names each node's part."""
    def sample(self, seeds: NDArray[np.uint32], fanouts: Sequence[int], seed: int) -> Neighbourhood:
        """At most `fanouts[h]` nodes a relation a node at hop h, without replacement; -1 takes all, 0 none.

        The choice depends on (`seed`, node) alone, not on the batch. Seeds must be distinct.
        """

@final
class TextGraphs:
    """The graphs of texts that stand alone, as one disjoint input graph."""

    @property
    def graph(self) -> InputGraph: ...
    @property
    def file_nodes(self) -> NDArray[np.uint32]:
        """(texts,): the file node of each text."""
    @property
    def node_text(self) -> NDArray[np.uint32]:
        """(nodes,): position of each node's text."""
    @property
    def node_kind(self) -> NDArray[np.uint8]: ...
    @property
    def node_start_line(self) -> NDArray[np.uint32]: ...
    @property
    def node_end_line(self) -> NDArray[np.uint32]: ...
    @property
    def node_names(self) -> list[str]: ...
    def import_labels(self) -> tuple[NDArray[np.uint32], list[str]]:
        """Pairs (node, absolute module as written)."""

@final
class PlacedText:
    """A text where a file of the index stands, with as much of the project as some hops reach."""

    @property
    def graph(self) -> InputGraph: ...
    @property
    def file_node(self) -> int:
        """The text's file node in the graph."""
    @property
    def functions(self) -> NDArray[np.uint32]:
        """The text's functions and methods in the graph, ascending."""

def text_graphs(texts: Sequence[str], language: str | Sequence[str] = ...) -> TextGraphs:
    """The graph of each text as if it were a file of its own; externals have no features and no neighbours.

    Raises the typed reason of the first text that cannot be taken, naming its position.
    """

# Data flow ----------------------------------------------------------------------------------------------------------

@final
class Flow:
    """The occurrences of variables in a text, O of them in order, and E edges between them."""

    def __len__(self) -> int:
        """E."""
    @property
    def names(self) -> list[str]:
        """O names."""
    @property
    def starts(self) -> NDArray[np.uint32]:
        """(O,): where each occurrence begins: `text[starts[i]:ends[i]] == names[i]`."""
    @property
    def ends(self) -> NDArray[np.uint32]:
        """(O,)."""
    @property
    def lines(self) -> NDArray[np.uint32]:
        """(O,)."""
    @property
    def sources(self) -> NDArray[np.uint32]:
        """(E,): positions among the occurrences. Edges are sorted by source, target and kind."""
    @property
    def targets(self) -> NDArray[np.uint32]:
        """(E,): positions among the occurrences."""
    @property
    def kinds(self) -> NDArray[np.uint8]:
        """(E,): positions in `FLOW_KINDS`."""

def flow(text: str, language: str = "python") -> Flow:
    """The data flow of a text, functions in it included; occurrences without an edge are left out.

    From an occurrence `last_write` leads to what may have written what it finds there, `next_use` to what may come next,
    and `computed_from` from a written one to the variables that its value comes from. Raises the typed reason why a text
    can't be taken.
    """

# Rewriting ----------------------------------------------------------------------------------------------------------

@final
class Rewritten:
    """Another text made of a text."""

    @property
    def source(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def lines(self) -> list[int]:
        """Changed lines of the new text, 1-based, ascending."""
    @property
    def changes(self) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        """What became of the changed lines: the first and the last one in the old text, and in the new one, 1-based.

        Lines before, between and after the changes are as they were.
        """

def mutate(text: str, kind: str, seed: int, language: str = "python") -> Rewritten | None:
    """A likely mistake of one of `MUTATION_KINDS`, or None where the text offers no place for it."""

def preserve(text: str, kind: str, seed: int, language: str = "python") -> Rewritten | None:
    """A text of the same meaning by one of `PRESERVING_KINDS`, or None where the text offers no place for it.

    Raises:
        BadInputError: the kind is unknown, or not offered for the language.
    """

def preserving_kinds(language: str) -> list[str]:
    """Names of the meaning-preserving rewrites that are offered for a language."""

# Structure ----------------------------------------------------------------------------------------------------------

def structure_terms(texts: Sequence[str], language: str | Sequence[str] = ...) -> list[NDArray[np.uint64]]:
    """Hashed features of each text's canonical form, ascending, each once."""

def code_tokens(texts: Sequence[str], language: str | Sequence[str] = ...) -> list[list[str]]:
    """The tokens of each text, without comments, documentation, imports and layout."""

def anonymous_tokens(texts: Sequence[str], language: str | Sequence[str] = ...) -> list[list[str]]:
    """The tokens of each text, names that it binds numbered in order of first use."""

def near_duplicates(
    texts: Sequence[str], language: str | Sequence[str] = ..., threshold: float = ...
) -> NDArray[np.uint32]:
    """Group of each text: texts share one where their subtrees overlap by `threshold` (Jaccard) or more."""

@final
class StructureIndex:
    """Texts by what their canonical forms share; the idf is that of the texts given."""

    def __new__(cls, texts: Sequence[str], language: str | Sequence[str] = ...) -> StructureIndex: ...
    def __len__(self) -> int: ...
    def query(
        self, text: str, k: int = 10, language: str | Sequence[str] | None = None
    ) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
        """The k nearest texts and their scores, best first. `language` is the query's, by default that of all texts of
        the index; raises `BadInputError` where these have several and none is given.
        """
    def query_batch(
        self, texts: Sequence[str], k: int = 10, language: str | Sequence[str] | None = None
    ) -> list[tuple[NDArray[np.uint32], NDArray[np.float32]]]: ...
    def vectors(self, texts: Sequence[str], language: str | Sequence[str] | None = None) -> NDArray[np.float32]:
        """(n, 4096): signed hashing of the weighted terms, L2-normalised."""

# Native model -------------------------------------------------------------------------------------------------------

def tree_lstm_forward(weights: Mapping[str, NDArray[np.float32]], forest: Forest) -> NDArray[np.float32]:
    """(T, 512) raw outputs of the tree model, before whitening. `weights` by their names in weights.safetensors."""

_Weights: TypeAlias = tuple[NDArray[Any], ...]
"""Seven arrays of one type, float32 or float64, C-contiguous: `embedding.weight` (V, E), `cell.weight_x` (4H, E),
`cell.weight_h_iou` (3H, H), `cell.weight_h_f` (H, H), `cell.bias` (4H,), `output.weight` (O, H), `output.bias` (O,)."""

@final
class TreeKernels:
    """Threads and buffers of the tree model's training on the CPU. The same thread count gives the same bits."""

    def __new__(cls, threads: int) -> TreeKernels: ...
    @property
    def threads(self) -> int: ...
    def forward(
        self, weights: _Weights, forest: Any, results: tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
    ) -> TreePass:
        """Encodes a forest, anything that has the columns of `Forest`. `results` are written: outputs (T, O) before
        whitening, mean states (T, H), states of the statements (S, H). Raises `BadInputError` for arrays that do not fit
        and `VocabularyMismatchError` for a token beyond the vocabulary.
        """

@final
class TreePass:
    """A forward pass that waits for its backward pass. Its buffers go back to its kernels when it is let go."""

    def backward(
        self,
        weights: _Weights,
        results: tuple[NDArray[Any] | None, NDArray[Any] | None, NDArray[Any] | None],
        gradients: _Weights,
    ) -> None:
        """Writes the gradients of all weights from gradients of the results, where there are any."""

def graphsage_forward(
    weights: Mapping[str, NDArray[np.float32]], neighbourhood: Neighbourhood, residual: bool
) -> dict[str, NDArray[np.float32]]:
    """Outputs of each head of the graph model by name, one row a seed. `weights` by their names in weights.safetensors."""

def whiten(vectors: NDArray[np.float32], mean: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows `l2((x - mean) @ matrix.T)`."""

# Workspace ----------------------------------------------------------------------------------------------------------

@type_check_only
class Skipped(TypedDict):
    path: str
    code: str
    reason: str

@type_check_only
class BrokenFile(TypedDict):
    path: str
    line: int
    """The line, from 1, that the first syntax error starts in."""

@type_check_only
class IndexReport(TypedDict):
    unchanged: bool
    """Whether nothing had changed, so that the stored index was kept."""
    files_read: int
    """Files that were read anew; the others' content had not changed."""
    files: int
    languages: dict[str, int]
    """Indexed files by language."""
    bytes: int
    seconds: float
    megabytes_per_second: float
    nodes: dict[str, int]
    edges: dict[str, int]
    functions: int
    distinct_subtrees: int
    total_subtrees: int
    skipped: list[Skipped]
    syntax_errors: list[BrokenFile]

@type_check_only
class Renewal(TypedDict):
    added: list[str]
    changed: list[str]
    removed: list[str]
    left_out: list[Skipped]
    report: IndexReport

@type_check_only
class HitLeg(TypedDict):
    leg: str
    rank: int

@type_check_only
class Hit(TypedDict):
    node: int
    path: str
    symbol: str
    start_line: int
    end_line: int
    score: float
    legs: list[HitLeg]
    why: str

@final
class Index:
    """The indexed code base as columns. N nodes, E edges, F files."""

    @property
    def fingerprint(self) -> str:
        """Changes when any indexed byte does."""
    @property
    def file_paths(self) -> list[str]:
        """(F,), '/'-relative to the source root, sorted."""
    @property
    def file_languages(self) -> list[str]:
        """(F,): the language of each file."""
    @property
    def node_kind(self) -> NDArray[np.uint8]: ...
    @property
    def node_file(self) -> NDArray[np.uint32]:
        """(N,): position in `file_paths`; 4294967295 for externals."""
    @property
    def node_start_line(self) -> NDArray[np.uint32]: ...
    @property
    def node_end_line(self) -> NDArray[np.uint32]: ...
    @property
    def node_start_byte(self) -> NDArray[np.uint32]: ...
    @property
    def node_end_byte(self) -> NDArray[np.uint32]: ...
    @property
    def node_names(self) -> list[str]: ...
    @property
    def edge_source(self) -> NDArray[np.uint32]: ...
    @property
    def edge_target(self) -> NDArray[np.uint32]: ...
    @property
    def edge_kind(self) -> NDArray[np.uint8]: ...
    @property
    def edge_confidence(self) -> NDArray[np.float32]: ...
    @property
    def functions(self) -> NDArray[np.uint32]:
        """Node ids of the functions and methods, ascending; those without a name on one line are left out."""
    @property
    def function_groups(self) -> NDArray[np.uint32]:
        """(functions,): functions share a number where they are near-duplicates."""
    @property
    def input_graph(self) -> InputGraph: ...
    def import_labels(self) -> tuple[NDArray[np.uint32], list[str]]:
        """Pairs (node, absolute module as written): what files, classes and functions import and use."""
    def function_texts(self, nodes: NDArray[np.uint32]) -> list[str]:
        """Source of each node, dedented. Raises `StaleIndexError` where a file has changed since."""
    def docstrings(self, nodes: NDArray[np.uint32]) -> list[str]:
        """Docstring of each node, empty where it has none."""
    def file_texts(self, files: NDArray[np.uint32]) -> list[str]: ...
    def graph_jsonl(self) -> Iterator[str]:
        """The project graph as JSON lines (each with its newline): nodes, then edges."""
    def nodes_parquet(self) -> bytes:
        """The nodes as the bytes of a Parquet file: the fields of a JSON line, and the feature row as two lists."""
    def edges_parquet(self) -> bytes:
        """The edges as the bytes of a Parquet file: the fields of a JSON line."""

def index_path(
    path: str,
    excludes: Sequence[str] = ...,
    on_progress: Callable[[int, int, int], bool | None] | None = None,
) -> tuple[Index, IndexReport]:
    """Indexes a folder without a workspace: nothing is left behind."""

@type_check_only
class VersionSummary(TypedDict):
    model: str
    version: str
    parent: str | None
    created: str
    code_version: str
    feature_schema: str | None
    vocabulary: str | None
    metrics: dict[str, dict[str, Any]]
    aliases: list[str]

@type_check_only
class Damage(TypedDict):
    model: str
    version: str
    code: str
    message: str

@final
class Versions:
    """Published models of a workspace. `version` is a name such as v0003 or an alias: serving, previous, candidate."""

    def list(self, model: str | None = None) -> list[VersionSummary]: ...
    def damages(self, model: str | None = None) -> builtins.list[Damage]:
        """What `list` can't show: model, version (or `aliases`), code and message of each damage."""
    def show(self, model: str, version: str = "serving") -> dict[str, Any]:
        """The manifest."""
    def path(self, model: str, version: str = "serving") -> str:
        """Folder of a version; raises `NoModelError` where the model has none, `UnknownVersionError` for another name."""
    def read_file(self, model: str, version: str, name: str) -> bytes:
        """The bytes of a file of a version, after its checksum was found right; raises `DamagedVersionError`."""
    def require_schema(self, model: str, version: str = "serving") -> None:
        """Raises `SchemaMismatchError` where this release makes other rows than the version was trained with."""
    def aliases(self, model: str) -> dict[str, str]: ...
    def publish(self, model: str, files: Mapping[str, bytes], manifest_json: str) -> str:
        """Publishes a version atomically and returns its name; name, parent, creation time and checksums are filled in."""
    def verify(self, model: str, version: str = "serving") -> None:
        """Raises `DamagedVersionError` naming the first file that differs from its checksum."""
    def promote(self, model: str, version: str) -> None: ...
    def rollback(self, model: str) -> str:
        """Points serving at what it was before and returns that version's name."""
    def write_vectors(self, model: str, version: str, nodes: NDArray[np.uint32], vectors: NDArray[np.float32]) -> None:
        """Stores vectors of index nodes, (n,) and (n, d), for search; they hold for the current index alone."""
    def read_vectors(
        self, model: str, version: str = "serving"
    ) -> tuple[NDArray[np.uint32], NDArray[np.float32]] | None:
        """What `write_vectors` stored for the current index, or None."""

@final
class RunLock:
    """The lock on a file, held until it is released or the process ends, however it ends."""

    def __new__(cls, path: str) -> RunLock:
        """Takes the lock at `path`, in a folder that exists; raises `LockedError` where someone holds it."""
    def release(self) -> None:
        """Gives the lock back; a second time is none."""

@final
class Engine:
    """A workspace with its index, search and versions. Paths may be relative to the working directory."""

    @staticmethod
    def open(path: str, workspace: str | None = None) -> Engine:
        """The workspace at `workspace`, or the nearest one at or above `path`; raises `NoWorkspaceError`."""
    @staticmethod
    def create(path: str, workspace: str | None = None, excludes: Sequence[str] = ...) -> Engine:
        """Makes a workspace for the sources at `path` (in `path` itself by default), or opens the one that is there.

        `excludes` are ignore patterns, such as `test/`.
        """
    @property
    def root(self) -> str:
        """The folder of the sources."""
    @property
    def workspace_path(self) -> str:
        """The `.sapwood` folder."""
    @property
    def versions(self) -> Versions: ...
    def index(self, on_progress: Callable[[int, int, int], bool | None] | None = None) -> IndexReport:
        """Indexes the sources; `on_progress(files, total_files, bytes)` returning False cancels."""
    def watch(self, on_renewal: Callable[[Renewal | SapwoodError], bool | None]) -> None:
        """Indexes now and after each change of the sources until `on_renewal` returns False.

        It is given each index that is another than the one before, or the error that kept one from being made.
        """
    def index_report(self) -> IndexReport:
        """Report of the stored index; raises `NoIndexError`."""
    def index_data(self) -> Index:
        """The stored index; raises `NoIndexError`."""
    def search_words(self, query: str, k: int = 10) -> list[Hit]: ...
    def search_at(self, file: str, line: int, k: int = 10) -> list[Hit]:
        """Functions like the one at a line of an indexed file, which is left out itself."""
    def search_code(self, code: str, language: str = "python", k: int = 10) -> list[Hit]: ...
    def vectors_problem(self) -> str | None:
        """Why searches by example and by place go without learned vectors although a version serves; None if all is well."""
    def structure_vectors(self, texts: Sequence[str], language: str = "python") -> NDArray[np.float32]:
        """(n, 4096): signed hashing of terms weighted as in the stored index, L2-normalised."""
    def place(self, code: str, path: str, language: str = "python", hops: int = 3) -> PlacedText | None:
        """The text where the indexed file at `path` stands; None where it stands alone.

        It stands alone where nothing is indexed, and where `path` is no indexed file below the root.
        """

def write_atomic(path: str, data: bytes) -> None:
    """Writes a file so that a reader sees the old bytes or all of the new ones, also after a crash."""
