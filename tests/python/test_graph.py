"""The project graph in every form that it leaves in: the same nodes and edges, and files that are refused by name."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings

import networkx as nx
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import sapwood
from sapwood import _core
from sapwood.errors import (
    BadInputError,
    MissingDependencyError,
    PathMissingError,
    SapwoodError,
    SchemaMismatchError,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch_geometric warns about its own past while it is imported
    import torch
    from torch_geometric.data import HeteroData

FIELDS = ("kind", "name", "file", "start_line", "end_line")


@pytest.fixture
def graph(project):
    (project / "shapes" / "solid.py").write_text(
        "from shapes.area import area\n\nUNIT = 1\n\n\nclass Solid:\n    def volume(self):\n"
        "        return area(UNIT, 2)\n\n\nclass Cube(Solid):\n    pass\n"
    )
    (project / "other.js").write_text("import {a} from './größe.js';\nfunction f() { return a(); }\n", encoding="utf-8")
    return sapwood.Graph.of(project)


@pytest.fixture
def rows(graph):
    """Nodes by number and edges, as the JSON lines have them."""
    lines = [json.loads(line) for line in graph.to_jsonl()]
    nodes = {line["id"]: tuple(line[field] for field in FIELDS) for line in lines if line["type"] == "node"}
    edges = {
        (line["source"], line["target"], line["kind"], np.float32(line["confidence"]))
        for line in lines
        if line["type"] == "edge"
    }
    assert (len(nodes), len(edges)) == (graph.node_count, graph.edge_count)
    return nodes, edges


def test_networkx_has_the_nodes_and_edges_of_the_lines(graph, rows):
    made = graph.to_networkx()
    assert isinstance(made, nx.MultiDiGraph)
    nodes = {node: tuple(data[field] for field in FIELDS) for node, data in made.nodes(data=True)}
    edges = {
        (source, target, key, np.float32(data["confidence"]))
        for source, target, key, data in made.edges(keys=True, data=True)
    }
    assert (nodes, edges) == rows
    assert all(data["kind"] == key for _, _, key, data in made.edges(keys=True, data=True))


def unfolded(data):
    """Nodes and edges of PyG's object in the numbers of the graph."""
    nodes, edges = {}, set()
    for kind in data.node_types:
        store = data[kind]
        places = zip(store.node_id.tolist(), store.name, store.file, store.start_line, store.end_line, strict=True)
        for node, name, file, start, end in places:
            place = (data.file_paths[file], int(start), int(end)) if file >= 0 else (None, None, None)
            nodes[node] = (kind, name, *place)
    for source, kind, target in data.edge_types:
        store = data[source, kind, target]
        ends = data[source].node_id[store.edge_index[0]].tolist(), data[target].node_id[store.edge_index[1]].tolist()
        edges |= {(*pair, kind, np.float32(sure)) for *pair, sure in zip(*ends, store.confidence.tolist(), strict=True)}
    return nodes, edges


def assert_features(data, index):
    """Every row is where it should be, and only kinds with features have any."""
    rows = index.input_graph
    for kind in data.node_types:
        has_rows = kind in {"file", "module", "class", "function"}
        assert ("x" in data[kind]) == has_rows
        if has_rows:
            dense = data[kind].x.to_dense().numpy()
            for place, node in enumerate(data[kind].node_id.tolist()):
                span = slice(*rows.feature_indptr[node : node + 2])
                expected = np.zeros(_core.FEATURE_DIMENSIONS, dtype=np.float32)
                expected[rows.feature_indices[span]] = rows.feature_values[span]
                assert np.array_equal(dense[place], expected)


def test_pyg_has_the_nodes_edges_and_features(graph, rows):
    data = graph.to_pyg()
    assert isinstance(data, HeteroData)
    assert unfolded(data) == rows
    assert_features(data, graph.index)
    assert data["function"].x.layout == torch.sparse_coo
    assert data.validate(raise_on_error=False)


def test_a_file_for_pyg_reads_as_it_was(graph, rows, tmp_path):
    (file,) = graph.write_pyg(tmp_path / "graph.safetensors")
    data = sapwood.load_pyg(file)
    assert unfolded(data) == rows
    assert_features(data, graph.index)
    assert data.file_paths == graph.index.file_paths


@pytest.mark.parametrize(
    ("damage", "error", "says"),
    [
        (lambda columns, _: columns.pop("function/name.ends"), BadInputError, "damaged"),
        (lambda columns, _: columns["function/calls/function/edge_index"].fill(99), BadInputError, "damaged"),
        (lambda columns, _: columns["function/calls/function/edge_index"].fill(-1), BadInputError, "damaged"),
        (lambda columns, _: columns["function/x.indices"].fill(978), BadInputError, "damaged"),
        (lambda _, header: header.update(format="other"), BadInputError, "no exported graph"),
        (lambda _, header: header.update(feature_schema="0"), SchemaMismatchError, "export the graph again"),
    ],
)
def test_files_that_are_no_whole_graph_are_refused(graph, tmp_path, damage, error, says):
    from sapwood.hetero import FORMAT

    (file,) = graph.write_pyg(tmp_path / "graph.safetensors")
    columns, header = load_file(file), {"format": FORMAT, "feature_schema": _core.schema_fingerprint()}
    damage(columns, header)
    save_file(columns, file, header)
    with pytest.raises(error, match=says):
        sapwood.load_pyg(file)


def test_other_files_are_refused(tmp_path):
    with pytest.raises(PathMissingError, match="check the path"):
        sapwood.load_pyg(tmp_path / "none")
    torch_file = tmp_path / "graph.pt"
    torch_file.write_bytes(b"PK\x03\x04 a pickle in a zip")
    with pytest.raises(BadInputError, match="--format pyg"):
        sapwood.load_pyg(torch_file)
    with pytest.raises(SapwoodError):
        sapwood.load_pyg(tmp_path)


@pytest.mark.parametrize(
    ("module", "use"),
    [
        ("networkx", lambda graph, _: graph.to_networkx()),
        ("torch_geometric", lambda graph, _: graph.to_pyg()),
        ("safetensors", lambda graph, folder: graph.write_pyg(folder / "g")),
        ("safetensors", lambda _, folder: sapwood.load_pyg(folder / "g")),
    ],
)
def test_what_is_not_installed_is_named_with_its_extra(graph, tmp_path, monkeypatch, module, use):
    from importlib import util

    found = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name: None if name == module else found(name))
    with pytest.raises(MissingDependencyError, match="of the extra `train`, not installed here; run"):
        use(graph, tmp_path)


def test_parquet_tables_hold_what_the_lines_do(graph, rows, tmp_path):
    """Read by pyarrow, which has no code in common with the writer."""
    parquet = pytest.importorskip("pyarrow.parquet")
    nodes, edges = (parquet.read_table(file).to_pydict() for file in graph.write_parquet(tmp_path / "graph"))
    read = dict(zip(nodes["id"], zip(*(nodes[field] for field in FIELDS), strict=True), strict=True))
    sure = map(np.float32, edges["confidence"])
    assert (read, set(zip(edges["source"], edges["target"], edges["kind"], sure, strict=True))) == rows
    input_graph = graph.index.input_graph
    assert np.array_equal(np.concatenate(nodes["feature_columns"]), input_graph.feature_indices)
    assert np.array_equal(np.concatenate(nodes["feature_values"]).astype(np.float32), input_graph.feature_values)
    assert list(map(len, nodes["feature_columns"])) == np.diff(input_graph.feature_indptr).tolist()


def test_modules_use_one_another_as_their_edges_say(graph):
    from sapwood.modules import module_graph

    modules = module_graph(graph)
    assert set(modules) == {"files.config", "other", "shapes.area", "shapes.perimeter", "shapes.solid"}
    assert set(modules.edges) == {("shapes.perimeter", "shapes.area"), ("shapes.solid", "shapes.area")}
    assert modules.nodes["shapes.perimeter"] == {"lines": 10, "functions": 2}
    assert modules.edges["shapes.perimeter", "shapes.area"]["uses"] == 2


def test_a_guess_by_name_is_no_use_of_a_module(tmp_path):
    from sapwood.modules import module_graph

    (tmp_path / "a.py").write_text("def use(thing):\n    return thing.measure_it()\n")
    (tmp_path / "b.py").write_text("class Tape:\n    def measure_it(self):\n        return 1\n")
    graph = sapwood.Graph.of(tmp_path)
    calls = [
        data["confidence"] for *_, kind, data in graph.to_networkx().edges(keys=True, data=True) if kind == "calls"
    ]
    assert calls == [pytest.approx(0.3)]
    assert not module_graph(graph).edges


def test_modules_of_a_cycle_stand_in_layers_with_few_uses_up():
    from sapwood.modules import _layers

    modules = nx.DiGraph()
    modules.add_weighted_edges_from([("a", "b", 3), ("b", "c", 3), ("c", "a", 1), ("d", "a", 1)], weight="uses")
    assert _layers(modules) == [["d"], ["a"], ["b"], ["c"]]


def test_many_modules_are_drawn_by_their_packages():
    from sapwood.modules import by_package

    modules = nx.DiGraph()
    for name, lines in (("a", 1), ("a.x", 2), ("a.y.z", 4), ("b.x", 8), ("b.y", 16)):
        modules.add_node(name, lines=lines, functions=1)
    modules.add_weighted_edges_from([("a.x", "b.x", 3), ("a.y.z", "b.y", 2), ("b.x", "b.y", 1)], weight="uses")
    assert by_package(modules, most=5) is modules
    assert set(by_package(modules, most=4)) == {"a", "b"}
    packages = by_package(modules, most=2)
    assert {name: data["lines"] for name, data in packages.nodes(data=True)} == {"a": 7, "b": 24}
    assert list(packages.edges(data="uses")) == [("a", "b", 5)]


def test_a_wide_layer_takes_several_rows():
    from sapwood.modules import _rows

    rows = _rows([[str(number) for number in range(20)], ["last"]])
    assert list(map(len, rows)) == [16, 4, 1]


@pytest.mark.parametrize("kind", [".png", ".svg"])
def test_pictures_are_drawn_alike(graph, tmp_path, kind):
    from sapwood.modules import draw_modules

    files = [tmp_path / f"{name}{kind}" for name in ("first", "second")]
    for file in files:
        draw_modules(graph, file)
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert len(first) > 5000


def test_an_index_gives_its_graph(indexed):
    engine = sapwood.open(indexed)
    assert list(engine.graph().to_jsonl()) == list(sapwood.Graph.of(indexed).to_jsonl())


def test_a_graph_imports_nothing_heavy(project):
    code = f"import sapwood; sapwood.Graph.of({str(project)!r}); import sys; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
