"""Sapwood: an on-device learning engine for code.

```python
import sapwood

engine = sapwood.open("path/to/code")
engine.index()
engine.search("read config")
```

Each name is imported when it is first used, so `import sapwood` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sapwood._core import (
        MUTATION_KINDS,
        PRESERVING_KINDS,
        Flow,
        Rewritten,
        flow,
        mutate,
        preserve,
        preserving_kinds,
    )
    from sapwood._core import __version__ as __version__
    from sapwood.answers import Analysis, Bug, Hit, Import, Item, Leg, Line
    from sapwood.engine import Engine, open  # noqa: A004 the package's verb
    from sapwood.errors import SapwoodError
    from sapwood.graph import Graph, load_pyg

__all__ = [
    "MUTATION_KINDS",
    "PRESERVING_KINDS",
    "Analysis",
    "Bug",
    "Engine",
    "Flow",
    "Graph",
    "Hit",
    "Import",
    "Item",
    "Leg",
    "Line",
    "Rewritten",
    "SapwoodError",
    "__version__",
    "flow",
    "load_pyg",
    "mutate",
    "open",
    "preserve",
    "preserving_kinds",
]

_HOMES = {
    **dict.fromkeys(("__version__", "Flow", "flow", "Rewritten", "mutate", "preserve", "preserving_kinds"), "_core"),
    **dict.fromkeys(("MUTATION_KINDS", "PRESERVING_KINDS"), "_core"),
    "Engine": "engine",
    "open": "engine",
    "Graph": "graph",
    "load_pyg": "graph",
    "SapwoodError": "errors",
    **dict.fromkeys(("Analysis", "Bug", "Hit", "Import", "Item", "Leg", "Line"), "answers"),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module 'sapwood' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"sapwood.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
