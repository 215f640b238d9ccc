"""Where a fresh run starts: with random weights, or with those of a published version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sapwood.errors import BadInputError
from sapwood.inference import LABELS, WHITENING, read_weights

if TYPE_CHECKING:
    from torch import Tensor, nn

    from sapwood import _core
    from sapwood.config import Recipe as Settings

NONE = "none"
"""The value of `start_from` that means random weights."""


@dataclass(frozen=True)
class Start:
    """A version to start from. A run keeps its vocabulary or labels too, so that every weight means what it did.

    Attributes:
        name: Model and version, for people.
        weights: By the names in its encoder.
        labels: The file that says what its numbers stand for, see `sapwood.inference.LABELS`.
    """

    name: str
    weights: dict[str, Tensor]
    labels: bytes

    def fill(self, learner: nn.Module) -> None:
        """Gives the encoder of a learner these weights.

        Raises:
            BadInputError: They are of another shape.
        """
        weights = {f"encoder.{name}": weight for name, weight in self.weights.items()}
        try:
            learner.load_state_dict(learner.state_dict() | weights)
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1].strip()
            message = (
                f"{self.name} has another shape than the settings ask for ({reason}); "
                "set the model's widths as in the config.yaml of the version, or `start_from=none`"
            )
            raise BadInputError(message) from None


def parent_of(settings: Settings) -> str | None:
    """The version that a fresh run starts with, None for random weights."""
    return None if settings.start_from == NONE else settings.start_from


def start_of(engine: _core.Engine, model: str, settings: Settings) -> Start | None:
    """The version that the setting `start_from` names; None for random weights.

    Raises:
        UnknownVersionError: There is none of this name.
        DamagedVersionError: A file is missing or was changed.
        SchemaMismatchError: It was trained with another feature schema.
    """
    version = parent_of(settings)
    if version is None:
        return None
    versions = engine.versions
    versions.require_schema(model, version)
    name = f"{model} {version}"
    weights = read_weights(versions.read_file(model, version, "weights.safetensors"), name)
    own = {key: weight for key, weight in weights.items() if not key.startswith(WHITENING)}
    return Start(name, own, versions.read_file(model, version, LABELS[model]))
