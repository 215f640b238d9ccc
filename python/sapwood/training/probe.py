"""A small training step of the tree model, by which devices and backends are compared: its gradients and its time.

The model itself, because devices have been wrong without an error where it adds to slices inside of tensors.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import torch

from sapwood import _core
from sapwood.models.tree_lstm import ForestTensors, TreeLstm, TreeLstmShape

if TYPE_CHECKING:
    from torch import Tensor

TEXT = """
def least(values, limit):
    found = None
    for number, value in enumerate(values):
        if value < limit and (found is None or value < values[found]):
            found = number
    return found


def joined(parts, mark=", "):
    return mark.join(str(part) for part in parts if part)
"""
COPIES = 8
"""Trees of each function, with literals and names of their own, so that levels have rows as those of a batch do."""


def gradients_of_probe(device: str, backend: str) -> dict[str, Tensor]:
    """The gradient of each weight of a small model after a step, on the CPU."""
    model, forest = _probe(device, backend, (16, 32, 16), [TEXT, *TEXT.split("\n\n")])
    _step(model, forest)
    return {name: gradient.cpu() for name, gradient in _gradients(model).items()}


def seconds_of_probe(device: str, backend: str) -> float:
    """Time of a step at the default widths: the best of two, after one to warm up."""
    texts = [
        text.replace("limit", f"limit_{copy}").replace("found", f"found_{copy}")
        for copy in range(COPIES)
        for text in TEXT.split("\n\n")
    ]
    model, forest = _probe(device, backend, (128, 256, 512), texts)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        _step(model, forest)
        # To read a value is to wait for it.
        _gradients(model)["output.bias"].sum().item()
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])


def _gradients(model: TreeLstm) -> dict[str, Tensor]:
    return {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}


def _probe(device: str, backend: str, widths: tuple[int, int, int], texts: list[str]) -> tuple[TreeLstm, ForestTensors]:
    vocabulary = _core.Vocabulary.build(texts, size=512)
    forest = ForestTensors.of(_core.parse_forest(texts, vocabulary), device)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = TreeLstm(TreeLstmShape(len(vocabulary), *widths)).to(device)
    model.backend = backend
    return model, forest


def _step(model: TreeLstm, forest: ForestTensors) -> None:
    model.zero_grad(set_to_none=True)
    encoded = model(forest)
    loss = encoded.outputs.square().sum() + model.score_statements(forest, encoded).square().sum()
    loss.backward()
