"""Mixed precision: activations in half the bits, while weights, moments and losses stay float32."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch
from torch.amp import GradScaler

from sapwood.errors import ConfigError

if TYPE_CHECKING:
    from typing import Self

HALF: Final = {"bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Precision:
    """In what an encoder computes on a device; without `half` in its weights' own type."""

    device: str
    half: torch.dtype | None = None

    @classmethod
    def of(cls, name: str, device: str) -> Self:
        """The setting `precision`: float32, bf16 or fp16.

        Raises:
            ConfigError: The device does not compute in it.
        """
        made = cls(torch.device(device).type, HALF.get(name))
        if made.half is not None and not made.is_there():
            message = f"{device} does not compute in {name} here; use `precision=float32` in the model's section"
            raise ConfigError(message)
        return made

    def autocast(self) -> torch.autocast:
        """Computes products in `half` within it; what has to stay exact, such as a loss, belongs outside."""
        return torch.autocast(self.device, self.half, enabled=self.half is not None)

    def scaler(self) -> GradScaler:
        """Scales losses so that small gradients do not vanish in fp16; bf16 has the range of float32 and needs none."""
        return GradScaler(self.device, enabled=self.half is torch.float16)

    def is_there(self) -> bool:
        """Whether a product on the device really is in `half`: torch only warns where it cannot be."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                with self.autocast():
                    ones = torch.ones(2, 2, device=self.device)
                    return (ones @ ones).dtype == self.half
            except RuntimeError:
                return False
