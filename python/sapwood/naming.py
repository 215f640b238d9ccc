"""Names of what learns and of what embeds; they are part of the command line, of messages and of workspaces."""

from __future__ import annotations

from typing import Final

GRAPHSAGE: Final = "graphsage"
TREE_LSTM: Final = "tree-lstm"
STRUCTURE: Final = "structure"
"""The encoder that needs nothing learned."""
MODELS: Final = (GRAPHSAGE, TREE_LSTM)
"""The models with weights."""
ENCODERS: Final = (*MODELS, STRUCTURE)
"""Everything that embeds."""
