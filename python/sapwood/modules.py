"""Which modules of a code base use which others, and a picture of it."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import networkx as nx
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.axes import Axes

    from sapwood.graph import Graph

KINDS: Final = (".png", ".svg", ".pdf")
"""Endings of the files that a picture can be written to."""
LEAST_CONFIDENCE: Final = 0.5
"""Edges that are less sure are guesses by name, or one of several candidates."""
MOST_DRAWN: Final = 120
"""Code bases of more modules are drawn by packages."""
_SWEEPS: Final = 24
_MOST_A_ROW: Final = 16
_INCHES_A_MODULE: Final = 1.3
_INCHES_A_LAYER: Final = 0.9
_MOST_A_LINE: Final = 0.45
_LARGEST_DISC: Final = 1600.0
"""Areas in square points: of a line of code, and of the largest module."""
_DOTS_AN_INCH: Final = 110
_STYLE: Final[dict[Any, Any]] = {"font.size": 9, "svg.fonttype": "none", "svg.hashsalt": "sapwood"}
_INK, _USES, _CYCLE = "#243b53", "#829ab1", "#d64545"

_COUNTED = frozenset({"imports", "calls", "inherits", "reads", "writes"})
"""What one module does with another; what a test exercises is among its calls."""

Place = tuple[float, float]


def module_graph(graph: Graph) -> nx.DiGraph[str]:
    """One node a module, with its `lines` and how many `functions` it has; an edge where one uses another.

    An edge's `uses` counts the imports, calls, bases, reads and writes that lead from one to the other; those that are
    less sure than `LEAST_CONFIDENCE` are left out.
    """
    whole = graph.to_networkx()
    module_of = _modules_by_file(whole)
    modules: nx.DiGraph[str] = nx.DiGraph()
    functions = Counter(data["file"] for _, data in whole.nodes(data=True) if data["kind"] == "function")
    for _, data in whole.nodes(data=True):
        if data["kind"] == "module":
            modules.add_node(data["name"], lines=data["end_line"], functions=functions[data["file"]])
    uses: Counter[tuple[str, str]] = Counter()
    for source, target, kind, confidence in whole.edges(keys=True, data="confidence"):
        if kind not in _COUNTED or confidence < LEAST_CONFIDENCE:
            continue
        user, used = (module_of.get(whole.nodes[end]["file"]) for end in (source, target))
        if user is not None and used is not None and user != used:
            uses[user, used] += 1
    modules.add_edges_from((user, used, {"uses": count}) for (user, used), count in sorted(uses.items()))
    return modules


def _modules_by_file(whole: nx.MultiDiGraph[int]) -> dict[str, str]:
    """The name of the module of each file."""
    return {data["file"]: data["name"] for _, data in whole.nodes(data=True) if data["kind"] == "module"}


def by_package(modules: nx.DiGraph[str], most: int = MOST_DRAWN) -> nx.DiGraph[str]:
    """The same with packages in place of their modules where there are more than `most`: as few levels as it takes."""
    deepest = max((name.count(".") for name in modules), default=0)
    folded = modules
    for depth in range(deepest, 0, -1):
        if len(folded) <= most:
            break
        folded = _folded(modules, depth)
    return folded


def _folded(modules: nx.DiGraph[str], depth: int) -> nx.DiGraph[str]:
    """Modules under the first `depth` parts of their names; lines, functions and uses are added up."""
    package = {name: ".".join(name.split(".")[:depth]) for name in modules}
    packages: nx.DiGraph[str] = nx.DiGraph()
    for name, data in modules.nodes(data=True):
        added = packages.nodes.get(package[name], {"lines": 0, "functions": 0})
        packages.add_node(package[name], **{key: added[key] + data[key] for key in added})
    for user, used, uses in modules.edges(data="uses"):
        ends = package[user], package[used]
        if ends[0] != ends[1]:
            packages.add_edge(*ends, uses=packages.get_edge_data(*ends, {"uses": 0})["uses"] + uses)
    return packages


@dataclass(frozen=True)
class Drawing:
    """What a picture shows.

    Attributes:
        alone: modules or packages that neither use others nor are used, and are left out; sorted.
        packages: whether packages stand in place of their modules.
    """

    alone: list[str]
    packages: bool


def draw_modules(graph: Graph, path: Path) -> Drawing:
    """Draws the modules in layers, each above what it uses; modules that use one another in turn are joined in red.

    A disc's area is the module's lines. Of more than `MOST_DRAWN` modules the packages are drawn.
    """
    every = module_graph(graph)
    modules = by_package(every)
    drawing = Drawing(sorted(nx.isolates(modules)), packages=len(modules) < len(every))
    modules.remove_nodes_from(drawing.alone)
    layers = _rows(_layers(modules))
    widest = max(map(len, layers), default=1)
    size = (max(6.0, _INCHES_A_MODULE * widest), max(3.0, _INCHES_A_LAYER * len(layers)))
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=size, dpi=_DOTS_AN_INCH, layout="constrained")
        axes = figure.subplots()
        _draw(axes, modules, _places(layers))
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    return drawing


def _rows(layers: list[list[str]]) -> list[list[str]]:
    """Layers that fit a page: a wide one takes several rows."""
    return [layer[start : start + _MOST_A_ROW] for layer in layers for start in range(0, len(layer), _MOST_A_ROW)]


def _layers(modules: nx.DiGraph[str]) -> list[list[str]]:
    """Modules by layer, users above what they use as far as cycles allow. Neighbours stand near each other."""
    order = {module: place for place, module in enumerate(_users_first(modules))}
    depth: dict[str, int] = {}
    for module, place in order.items():
        above = [depth[user] for user in modules.predecessors(module) if order[user] < place]
        depth[module] = 1 + max(above, default=-1)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for module, row in depth.items():
        layers[row].append(module)
    for _ in range(_SWEEPS):
        for layer in [*layers, *reversed(layers)]:
            _sort_by_neighbours(layer, layers, modules)
    return layers


def _users_first(modules: nx.DiGraph[str]) -> list[str]:
    """An order in which few uses lead back (the greedy heuristic of Eades, Lin and Smyth 1993, with weights)."""
    left = modules.copy()
    first: list[str] = []
    last: list[str] = []
    while left:
        ends = sorted(module for module in left if left.out_degree(module) == 0)
        starts = sorted(module for module in left if left.in_degree(module) == 0)
        if ends:
            last.extend(ends)
        elif starts:
            first.extend(starts)
        else:
            starts = [max(sorted(left), key=lambda module: _surplus(left, module))]
            first.extend(starts)
        left.remove_nodes_from(ends or starts)
    return first + last[::-1]


def _surplus(modules: nx.DiGraph[str], module: str) -> int:
    used: int = modules.out_degree(module, weight="uses")
    return used - int(modules.in_degree(module, weight="uses"))


def _sort_by_neighbours(layer: list[str], layers: list[list[str]], modules: nx.DiGraph[str]) -> None:
    """Moves each module towards the middle of what it is tied to (the barycentre heuristic, Sugiyama et al. 1981)."""
    places = _places(layers)

    def middle(module: str) -> float:
        tied = [places[other][0] for other in (*modules.predecessors(module), *modules.successors(module))]
        return sum(tied) / len(tied) if tied else places[module][0]

    layer.sort(key=lambda module: (round(middle(module), 6), module))


def _places(layers: list[list[str]]) -> dict[str, Place]:
    """Each layer on a line of its own, from the top, spread evenly over the width of the widest."""
    width = max(map(len, layers), default=1)
    return {
        module: ((position + 0.5) * width / len(layer), -float(row))
        for row, layer in enumerate(layers)
        for position, module in enumerate(layer)
    }


def _draw(axes: Axes, modules: nx.DiGraph[str], places: Mapping[str, Place]) -> None:
    for user, used, uses in modules.edges(data="uses"):
        _draw_use(axes, places[user], places[used], uses)
    lines = dict(modules.nodes(data="lines"))
    a_line = min(_MOST_A_LINE, _LARGEST_DISC / max(lines.values(), default=1))
    for module, (x, y) in places.items():
        area = 12 + a_line * lines[module]
        axes.scatter([x], [y], s=area, color=_INK, edgecolor="white", linewidth=1.2, zorder=3)
        gap = 5 + 0.36 * math.sqrt(area)
        label = axes.annotate(
            module, (x, y), (0, -gap), textcoords="offset points", ha="center", va="top", color=_INK, zorder=4
        )
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6})
    axes.margins(0.06, 0.05)
    axes.set_axis_off()


def _draw_use(axes: Axes, start: Place, end: Place, uses: int) -> None:
    """A line from a user down to what it uses, wider the more it does; up or sideways it closes a cycle."""
    falls = end[1] < start[1]
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            connectionstyle=f"arc3,rad={0.06 if falls else 0.35}",
            arrowstyle="-|>",
            mutation_scale=7,
            shrinkA=4,
            shrinkB=6,
            linewidth=0.5 + 0.45 * math.log2(1 + uses),
            color=_USES if falls else _CYCLE,
            alpha=0.55 if falls else 0.8,
            zorder=1 if falls else 2,
        )
    )
