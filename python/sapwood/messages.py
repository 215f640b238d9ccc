"""Everything that is said between an embedding host and Python, as the host's schema defines it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

ModelName = Literal["graphsage", "tree-lstm"]
EncoderName = Literal["graphsage", "tree-lstm", "structure"]


class Message(BaseModel):
    """A frozen message."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Item(Message):
    """A text with what is known of it."""

    id: str
    language: str = "python"
    code: str
    path: str | None = None


class PingParams(Message):
    """Nothing is asked."""


class TrainRequest(Message):
    """Parameters of a training run."""

    workspace: str
    model: ModelName
    config: str | None = None
    overrides: list[str] = []
    resume: str | None = None


class EmbedRequest(Message):
    """Texts to embed."""

    workspace: str
    model: EncoderName
    version: str = "serving"
    items: list[Item]


class AnalyzeRequest(Message):
    """Texts to analyze."""

    workspace: str
    version: str = "serving"
    items: list[Item]


class Ping(Message):
    """Is anyone there?"""

    method: Literal["ping"]
    params: PingParams


class Train(Message):
    """Trains a model on the indexed workspace."""

    method: Literal["train"]
    params: TrainRequest


class Embed(Message):
    """Embeds texts."""

    method: Literal["embed"]
    params: EmbedRequest


class Analyze(Message):
    """Analyzes texts."""

    method: Literal["analyze"]
    params: AnalyzeRequest


Request = Annotated[Ping | Train | Embed | Analyze, Field(discriminator="method")]
REQUEST: TypeAdapter[Ping | Train | Embed | Analyze] = TypeAdapter(Request)


class Failure(Message):
    """A failure with its stable code."""

    code: str
    message: str
    traceback: str | None = None


class Ok(Message):
    """The reply that belongs to the request."""

    ok: Any


class Error(Message):
    """Why there is none."""

    error: Failure


class Pong(Message):
    """Reply to ping."""

    version: str
    python: str
    executable: str


class Trained(Message):
    """Reply to train."""

    run_dir: str
    version: str | None
    metrics: dict[str, Any] = {}


class Failed(Message):
    """An item that could not be handled."""

    id: str
    error: Failure


class Vector(Message):
    """An embedded text."""

    id: str
    vector: list[float]
    version: str | None


class LineScore(Message):
    """How wrong a line looks."""

    line: int
    score: float


class Bug(Message):
    """Where a text looks wrong."""

    probability: float
    kinds: dict[str, float]
    lines: list[LineScore]


class Import(Message):
    """A module that a text seems to need."""

    name: str
    score: float


class Analysis(Message):
    """An analyzed text."""

    id: str
    version: str
    confidence: float | None
    bug: Bug | None
    imports: list[Import] | None
    untrained: list[str]


class Embedded(Message):
    """Reply to embed, in the order of the items."""

    items: list[Failed | Vector]


class Analyzed(Message):
    """Reply to analyze, in the order of the items."""

    items: list[Failed | Analysis]


class Event(BaseModel):
    """Something that happened while a request runs; what does not apply is None."""

    # An event may tell more than the host asks for: that stays out of the message.
    model_config = ConfigDict(frozen=True, extra="ignore")

    event: Literal["start", "step", "epoch", "checkpoint", "done", "message"]
    model: ModelName | None = None
    epoch: int | None = None
    epochs: int | None = None
    step: int | None = None
    steps: int | None = None
    loss: float | None = None
    losses: dict[str, float | None] | None = None
    pairs_per_second: float | None = None
    seconds_left: float | None = None
    message: str | None = None
