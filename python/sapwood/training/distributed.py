"""Several processes that train one model: what each takes of a batch, and what they tell each other.

Every process plans the same global batch, encodes its own part of it, and gathers the vectors of all parts. So each
computes the whole batch's losses, to the last bit alike, and what is decided by them is decided alike everywhere.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from sapwood.errors import BadInputError, EnvironmentProblemError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WAIT = timedelta(minutes=30)
"""How long a process waits for the others; what comes before the first step takes some longer than others."""


@dataclass(frozen=True)
class World:
    """The processes of a run; by default there is one.

    Attributes:
        rank: Which of them this one is, from 0.
        size: How many there are.
        local_rank: Which of those on this machine it is.
        local_size: How many are on this machine.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1

    @property
    def writes(self) -> bool:
        """Whether this process writes the run's files and publishes; one does."""
        return self.rank == 0

    def share(self, items: int) -> slice:
        """Which of so many items of the global batch are this process's; those of all are in order and even."""
        return slice(items * self.rank // self.size, items * (self.rank + 1) // self.size)

    def gather(self, rows: Tensor) -> Tensor:
        """The rows (n_r, …) of all processes (Σ n_r, …) in the order of their ranks.

        A gradient flows to the own rows alone, times `size`: each process computes the same loss of all rows, and
        `average_gradients` divides by `size` again. So weights before and after `gather` both get the gradient of the
        global loss, and nothing is sent on the way back.
        """
        return rows if self.size == 1 else _Gather.apply(rows, self)

    def average_gradients(self, weights: Iterable[Tensor]) -> None:
        """Replaces each gradient by its mean over the processes; one that a process lacks counts as 0."""
        if self.size == 1:
            return
        held = list(weights)
        missing = [weight.grad is None for weight in held]
        flat = torch.cat([_gradient(weight).flatten() for weight in held])
        lacking = torch.tensor(missing, dtype=flat.dtype, device=flat.device)
        summed = self._summed(torch.cat([flat, lacking]))
        nowhere = (summed[len(flat) :] == self.size).tolist()
        parts = torch.split(summed[: len(flat)] / self.size, [weight.numel() for weight in held])
        for weight, part, absent in zip(held, parts, nowhere, strict=True):
            weight.grad = None if absent else part.view_as(weight)

    def of_writer(self, value: float) -> float:
        """The writer's value, the same in every process: clocks differ, and what hangs on them must not."""
        return value if self.size == 1 else float(self._from_writer(torch.tensor([value], dtype=torch.float64))[0])

    def anywhere(self, flag: bool) -> bool:
        """Whether the flag is set in any process."""
        return flag if self.size == 1 else bool(self._summed(torch.tensor([float(flag)]))[0])

    def bytes_of_writer(self, data: bytes) -> bytes:
        """The writer's bytes, in every process."""
        if self.size == 1:
            return data
        length = int(self.of_writer(len(data)))
        if not length:
            return b""
        own = torch.frombuffer(bytearray(data if self.writes else length), dtype=torch.uint8)
        return bytes(self._from_writer(own).numpy().tobytes())

    def require_alike(self, what: str, value: str) -> None:
        """Raises `BadInputError` in every process where `value` differs between them; `what` names it."""
        if self.anywhere(self.bytes_of_writer(value.encode()) != value.encode()):
            message = (
                f"the processes of this run do not have the same {what}; "
                "start each of them with the same command, on the same code, indexed by the same version"
            )
            raise BadInputError(message)

    def _summed(self, values: Tensor) -> Tensor:
        with _together():
            torch.distributed.all_reduce(values)
        return values

    def _from_writer(self, values: Tensor) -> Tensor:
        with _together():
            torch.distributed.broadcast(values, src=0)
        return values

    def all_rows(self, rows: Tensor) -> tuple[list[Tensor], int]:
        """The rows of each process, and how many come before the own."""
        counts = self._counts(len(rows), rows.device)
        # Not every backend knows truth values.
        sent = torch.uint8 if rows.dtype == torch.bool else rows.dtype
        padded = torch.zeros(max(counts), *rows.shape[1:], dtype=sent, device=rows.device)
        padded[: len(rows)] = rows
        found = [torch.empty_like(padded) for _ in counts]
        with _together():
            torch.distributed.all_gather(found, padded)
        parts = [part[:count].to(rows.dtype) for part, count in zip(found, counts, strict=True)]
        return parts, sum(counts[: self.rank])

    def _counts(self, own: int, device: torch.device) -> list[int]:
        counts = torch.zeros(self.size, dtype=torch.int64, device=device)
        counts[self.rank] = own
        return [int(count) for count in self._summed(counts).tolist()]


ALONE = World()
"""The world of a run in one process."""


class _Gather(torch.autograd.Function):
    """See `World.gather`."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, world: World) -> Tensor:
        """Rows of all processes."""
        parts, before = world.all_rows(rows.contiguous())
        ctx.own, ctx.size = slice(before, before + len(rows)), world.size
        return torch.cat(parts)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """The own rows' gradient."""
        return gradients[0][ctx.own] * ctx.size, None


@contextmanager
def joined_world() -> Iterator[World]:
    """Joins the processes that `torchrun` started, by its variables of the environment; alone without them.

    Raises:
        EnvironmentProblemError: The others cannot be reached.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield ALONE
        return
    # Tensors are exchanged where they are: sizes and flags on the CPU, vectors on the device that trains.
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    with _together():
        torch.distributed.init_process_group(backend, timeout=WAIT)
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
    try:
        yield World(*(int(os.environ[name]) for name in names))
    finally:
        torch.distributed.destroy_process_group()


def _gradient(weight: Tensor) -> Tensor:
    return torch.zeros_like(weight) if weight.grad is None else weight.grad


@contextmanager
def _together() -> Iterator[None]:
    """Something that all processes do at once.

    Raises:
        EnvironmentProblemError: One of them is gone or does not answer.
    """
    try:
        yield
    except (RuntimeError, ValueError) as error:
        message = (
            f"another process of this run has ended or cannot be reached ({_first_line(error)}); what the run saved "
            "last is kept: start all processes again with --ckpt-path last"
        )
        raise EnvironmentProblemError(message) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
