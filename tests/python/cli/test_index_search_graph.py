"""Index, search and export on a small code base."""

import json
import subprocess
import sys

import pytest


def test_index_counts_and_leaves_a_workspace_that_ignores_itself(run, project):
    report = run("index", project, "--json").json()
    assert (report["files"], report["functions"], report["unchanged"]) == (3, 4, False)
    assert report["root"] == str(project)
    assert (project / ".sapwood" / ".gitignore").read_text().strip().endswith("*")
    again = run("index", project, "--json").json()
    assert (again["unchanged"], again["files_read"]) == (True, 0)


def test_only_what_changed_is_read_anew(run, project):
    assert run("index", project, "--json").json()["files_read"] == 3
    (project / "more.py").write_text("def more():\n    return 1\n")
    shown = run("index", project).out
    assert "1 read anew, the others as they were" in shown


def test_index_excludes_what_it_is_told_to(run, project):
    assert run("index", project, "--exclude", "files/", "--json").json()["files"] == 2


def test_the_report_for_people_names_the_figures(run, project):
    shown = run("index", project).out
    for words in ("files", "B/s", "nodes", "edges", "function 4", "contains", "distinct"):
        assert words in shown


@pytest.mark.parametrize(
    ("arguments", "stdin", "best"),
    [
        (["read configuration"], "", "files.config.read_config"),
        (["read", "configuration"], "", "files.config.read_config"),
        (["shapes/perimeter.py:6"], "", None),
        (["--code", "-"], "def g(a, b):\n    return a * b\n", "shapes.area.area"),
    ],
)
def test_search_finds_and_says_by_which_leg(run, indexed, arguments, stdin, best):
    hits = run("search", *arguments, "--json", "-k", "3", cwd=indexed, stdin=stdin).json()["hits"]
    assert 1 <= len(hits) <= 3
    if best is not None:
        assert hits[0]["symbol"] == best
    for hit in hits:
        assert {"path", "symbol", "start_line", "end_line", "score", "legs", "why"} <= hit.keys()
        assert {leg["leg"] for leg in hit["legs"]} <= {"structure", "words", "vectors"}


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["read", "configuration"], {"kind": "words", "words": "read configuration"}),
        (["shapes/perimeter.py:6"], {"kind": "place", "path": "shapes/perimeter.py", "line": 6}),
        (["--code", "files/config.py"], {"kind": "code", "file": "files/config.py", "language": "python"}),
    ],
)
def test_the_json_says_what_was_asked(run, indexed, arguments, asked):
    found = run("search", *arguments, "--json", cwd=indexed).json()
    assert found["query"] == asked
    assert found["without_vectors"] is None


def test_search_for_people_shows_place_and_name(run, indexed):
    shown = run("search", "read configuration", cwd=indexed).out
    assert "files/config.py:4" in shown
    assert "files.config.read_config" in shown


def test_search_works_from_a_folder_below(run, indexed):
    assert run("search", "area", cwd=indexed / "shapes").code == 0


def test_search_code_that_cannot_be_read_is_explained(run, indexed):
    done = run("search", "--code", "none.py", "--json", cwd=indexed)
    assert (done.code, done.json()["error"]["code"]) == (2, "path_missing")


@pytest.mark.parametrize(
    ("arguments", "stdin", "exit_code", "code"),
    [
        ([""], "", 2, "bad_input"),
        (["?!"], "", 2, "bad_input"),
        (["--code", "-"], "# nothing yet\n", 1, "syntax"),
        (["--code", "-"], ")))((", 2, "unknown_language"),
        (["--code", "-", "--language", "python"], ")))((", 1, "syntax"),
        (["words", "--language", "python"], "", 2, "bad_input"),
    ],
)
def test_a_search_for_nothing_is_explained(run, indexed, arguments, stdin, exit_code, code):
    done = run("search", *arguments, "--json", cwd=indexed, stdin=stdin)
    assert (done.code, done.json()["error"]["code"]) == (exit_code, code)


def test_search_reads_half_typed_code(run, indexed):
    done = run("search", "--code", "-", "--json", "-k", "1", cwd=indexed, stdin="def g(a, b):\n    return a * b\nif (")
    assert done.json()["hits"][0]["symbol"] == "shapes.area.area"


def graph(run, project):
    done = run("graph", "export", project, "--format", "jsonl")
    assert done.code == 0
    rows = [json.loads(line) for line in done.out.splitlines()]
    nodes = {row["id"]: row for row in rows if row["type"] == "node"}
    return nodes, [row for row in rows if row["type"] == "edge"]


def test_graph_export_needs_no_workspace_and_leaves_nothing(run, project):
    nodes, edges = graph(run, project)
    assert not (project / ".sapwood").exists()
    assert {node["kind"] for node in nodes.values()} >= {"file", "module", "function", "import", "external"}
    named = {(nodes[edge["source"]]["name"], edge["kind"], nodes[edge["target"]]["name"]) for edge in edges}
    assert ("shapes.perimeter.slenderness", "calls", "shapes.perimeter.perimeter") in named
    assert ("shapes.perimeter.slenderness", "calls", "shapes.area.area") in named
    assert all(0 <= edge["confidence"] <= 1 for edge in edges)
    function = next(node for node in nodes.values() if node["name"] == "shapes.perimeter.slenderness")
    assert (function["start_line"], function["end_line"]) == (9, 10)


def test_the_stored_graph_is_the_same(run, indexed, project):
    stored = run("graph", "export", cwd=indexed)
    assert stored.out == run("graph", "export", project).out


def test_a_reader_that_leaves_early_is_no_failure(indexed, tmp_path):
    command = f"{sys.executable} -m sapwood graph export {indexed} | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_an_index_keeps_its_excludes_until_told_otherwise(run, project):
    assert run("index", project, "--exclude", "files/", "--json").json()["files"] == 2
    assert run("index", project, "--json").json()["files"] == 2
    assert run("index", project, "--exclude", "shapes/", "--json").json()["files"] == 1


@pytest.mark.parametrize(
    ("format_", "arguments", "files"),
    [
        ("parquet", [], ["graph/nodes.parquet", "graph/edges.parquet"]),
        ("parquet", ["--output", "tables"], ["tables/nodes.parquet", "tables/edges.parquet"]),
        ("pyg", [], ["graph.safetensors"]),
        ("pyg", ["--output", "g"], ["g"]),
        ("jsonl", ["--output", "lines"], ["lines"]),
    ],
)
def test_graph_export_writes_files_and_names_them(run, project, tmp_path, format_, arguments, files):
    done = run("graph", "export", project, "--format", format_, *arguments, "--json")
    nodes, edges = graph(run, project)
    assert done.json() == {"format": format_, "files": files, "nodes": len(nodes), "edges": len(edges)}
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()) == sorted(
        [*files, "project/files/config.py", "project/shapes/area.py", "project/shapes/perimeter.py"]
    )
    people = run("graph", "export", project, "--format", format_, *arguments)
    assert people.out.splitlines() == files
    assert (str(tmp_path / files[0].split("/")[0]) in people.err) == (not arguments), "a default says where it is"


@pytest.mark.parametrize("command", ["export --format parquet", "export --format pyg", "draw"])
def test_no_folder_is_made_for_what_is_written(run, project, tmp_path, command):
    done = run("graph", *command.split(), project, "--output", "new/folder.svg", "--json")
    assert (done.code, done.json()["error"]["code"]) == (2, "path_missing")
    assert done.json()["error"]["message"].startswith("new does not exist; ")
    assert [path.name for path in tmp_path.iterdir()] == ["project"]


def test_graph_export_says_why_it_cannot_write(run, project, tmp_path):
    (tmp_path / "taken").write_text("")
    done = run("graph", "export", project, "--format", "parquet", "--output", "taken", "--json")
    assert (done.code, done.json()["error"]["code"]) == (1, "path_denied")
    done = run("graph", "export", project, "--format", "pyg", "--output", ".", "--json")
    assert done.code == 1
    assert "error" in done.json()


def test_graph_draw_draws(run, indexed, tmp_path):
    done = run("graph", "draw", indexed, "--json")
    assert done.json()["files"] == ["modules.png"]
    assert done.json()["not_drawn"] == ["files.config"]
    assert (tmp_path / "modules.png").read_bytes().startswith(b"\x89PNG")
    people = run("graph", "draw", "--output", "m.svg", cwd=indexed)
    assert people.out == "m.svg\n"
    assert "not drawn, for they neither use other modules nor are used: files.config\n" in people.err
    assert (indexed / "m.svg").read_text().rstrip().endswith("</svg>")


def test_graph_draw_names_the_endings_it_knows(run, project):
    done = run("graph", "draw", project, "--output", "m.bmp", "--json")
    assert (done.code, done.json()["error"]["code"]) == (2, "bad_input")
    assert ".png, .svg, .pdf" in done.json()["error"]["message"]
