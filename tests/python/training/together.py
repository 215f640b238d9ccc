"""What each of several processes checks of what they tell each other; `test_distributed` starts it."""

import sys

import pytest
import torch

from sapwood.errors import BadInputError
from sapwood.training.distributed import joined_world


def loss_of(rows, scale):
    """A loss in which every row meets every other one, as in a contrastive loss."""
    return (scale * rows @ rows.t()).logsumexp(1).mean()


def check_gradients(world):
    """The gradient of a global loss is that of one process, for weights before and after the vectors are gathered."""
    torch.manual_seed(0)
    inputs = torch.randn(5, 3, dtype=torch.float64)
    layer = torch.nn.Linear(3, 4, dtype=torch.float64)
    scale = torch.nn.Parameter(torch.tensor(2.0, dtype=torch.float64))
    unused = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
    weights = [*layer.parameters(), scale]
    expected = torch.autograd.grad(loss_of(layer(inputs), scale), weights)
    rows = world.gather(layer(inputs[world.share(len(inputs))]))
    loss_of(rows, scale).backward()
    world.average_gradients([*weights, unused])
    torch.testing.assert_close([weight.grad for weight in weights], list(expected))
    assert unused.grad is None


def check_messages(world):
    """Rows of different numbers, truth values, and the writer's word."""
    flags = torch.tensor([world.writes] * (world.rank + 1))
    assert world.gather(flags).tolist() == [True, False, False]
    assert world.gather(torch.zeros(0 if world.writes else 2, 3)).shape == (2, 3)
    assert world.of_writer(float(world.rank) + 0.125) == 0.125
    assert world.bytes_of_writer(b"the writer's" if world.writes else b"?") == b"the writer's"
    assert world.bytes_of_writer(b"") == b""
    assert world.anywhere(world.rank == 1)
    assert not world.anywhere(False)
    world.require_alike("index", "one")
    with pytest.raises(BadInputError, match="same index"):
        world.require_alike("index", str(world.rank))


with joined_world() as world:
    torch.set_num_threads(1)
    check_gradients(world)
    check_messages(world)
    sys.stdout.write(f"rank {world.rank} of {world.size} agrees\n")
