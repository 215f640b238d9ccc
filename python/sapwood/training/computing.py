"""How an encoder computes its steps: with which backend, what it keeps for the backward pass, compiled or not."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from sapwood.errors import EnvironmentProblemError
from sapwood.training.device import KERNELS

if TYPE_CHECKING:
    from torch import nn

    from sapwood.config import Recipe as Settings
    from sapwood.training.device import DeviceChoice


@runtime_checkable
class Encoder(Protocol):
    """What both models let a run set; see there."""

    backend: str
    recomputes: bool

    def compile(self, *, dynamic: bool) -> None:
        """Compiles the forward pass where it is."""


def set_up(learner: nn.Module, choice: DeviceChoice, settings: Settings) -> None:
    """Lets the encoder compute as chosen and set.

    `compile=auto` compiles nowhere: where it was measured, on the CPU, GraphSAGE gains nothing, and Tree-LSTM less than
    the kernels give; its levels have other sizes in each batch, and stay uncompiled.

    Raises:
        EnvironmentProblemError: There is no compiler to compile with.
    """
    for encoder in learner.modules():
        if isinstance(encoder, Encoder):
            encoder.backend, encoder.recomputes = choice.backend, settings.gradient_checkpointing
            if settings.compile is True and choice.backend != KERNELS:
                _require_compiler(choice.device)
                encoder.compile(dynamic=True)


def without_effect(choice: DeviceChoice, settings: Settings) -> list[str]:
    """Sentences about settings that were made and change nothing."""
    if choice.backend != KERNELS:
        return []
    asked = {"gradient_checkpointing": settings.gradient_checkpointing, "compile": settings.compile is True}
    return [
        f"{name} changes nothing where the kernels compute; for torch set `backend=torch`"
        for name, wanted in asked.items()
        if wanted
    ]


def _require_compiler(device: str) -> None:
    if device == "cpu" and shutil.which(os.environ.get("CXX", "g++")) is None:
        message = "torch.compile needs a C++ compiler, and there is none; install g++, or set `compile=auto`"
        raise EnvironmentProblemError(message)
