"""The tree model's pass over a whole forest by the kernels of the compiled core, as one operation of autograd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sapwood import _core


def can_compute(weight: Tensor) -> bool:
    """Whether the kernels compute with a weight as it is: on the CPU, in single or double precision."""
    return (
        weight.device.type == "cpu"
        and weight.dtype in (torch.float32, torch.float64)
        and not torch.is_autocast_enabled("cpu")
    )


def encode(kernels: _core.TreeKernels, forest: Any, weights: tuple[Tensor, ...]) -> tuple[Tensor, Tensor, Tensor]:
    """Outputs (T, O), mean states (T, H), and states of the statements (S, H) of `forest`.

    Args:
        kernels: Threads and buffers.
        forest: Columns as `ForestColumns` has them.
        weights: In the order of `_core.TreeKernels.forward`.
    """
    *base, projection, bias = weights
    if any(weight.requires_grad for weight in base):
        outputs, means, statements = _Encode.apply(kernels, forest, *weights)
        return outputs, means, statements
    # Nothing goes back through a frozen base.
    with torch.no_grad():
        _, means, statements = _Encode.apply(kernels, forest, *weights)
    return functional.linear(means, projection, bias), means, statements


class _Encode(torch.autograd.Function):
    """The whole encoder; its buffers belong to the pass that `forward` gives, not to torch."""

    @staticmethod
    def forward(ctx: Any, kernels: _core.TreeKernels, forest: Any, *weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Computes the results of all trees."""
        trees, statements = len(forest.pool_indptr) - 1, len(forest.statement_nodes)
        width, hidden = weights[5].shape
        results = (
            weights[0].new_empty(trees, width),
            weights[0].new_empty(trees, hidden),
            weights[0].new_empty(statements, hidden),
        )
        outputs, means, of_statements = _arrays(results)
        ctx.taped = kernels.forward(_arrays(weights), forest, (outputs, means, of_statements))
        ctx.save_for_backward(*weights)
        ctx.set_materialize_grads(False)
        return results

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *given: Tensor | None) -> tuple[Tensor | None, ...]:
        """Computes the gradients of all weights."""
        weights: tuple[Tensor, ...] = ctx.saved_tensors
        gradients = [torch.empty_like(weight) for weight in weights]
        outputs, means, statements = (None if of is None else of.contiguous().numpy() for of in given)
        ctx.taped.backward(_arrays(weights), (outputs, means, statements), _arrays(gradients))
        needed = zip(gradients, ctx.needs_input_grad[2:], strict=True)
        return None, None, *(gradient if wanted else None for gradient, wanted in needed)


def _arrays(tensors: Iterable[Tensor]) -> tuple[NDArray[Any], ...]:
    """Views of the tensors' memory."""
    return tuple(tensor.detach().numpy() for tensor in tensors)
