"""A folder of many languages is indexed, exported and searched as one project."""

import json

import pytest

SOURCES = {
    "area.py": "def circle_area(radius):\n    return 3.14 * radius * radius\n",
    "area.js": "export function squareArea(side) {\n  return side * side;\n}\n",
    "area.ts": "export class Box {\n  volume(): number {\n    return 1;\n  }\n}\n",
    "area.tsx": "export const Panel = () => {\n  return <div />;\n};\n",
    "area.rs": "pub fn triangle_area(base: f64) -> f64 {\n    base / 2.0\n}\n",
    "area.go": "package area\n\nfunc RingArea(r float64) float64 {\n\treturn r\n}\n",
    "Area.java": "class Area {\n  int kite(int a) {\n    return a * (a + 2);\n  }\n}\n",
    "area.c": "int trapezoid(int a) {\n  return a;\n}\n",
    "area.cpp": "namespace area {\nint rhombus(int a) {\n  return a;\n}\n}\n",
    "plain.h": "static int plain(void) {\n  return 1;\n}\n",
    "classy.h": "class Classy {\n public:\n  int one() { return 1; }\n};\n",
    "script": "#!/usr/bin/env python3\ndef from_script():\n    return 1\n",
    "shell": "#!/bin/sh\necho no\n",
    "notes.txt": "none of ours\n",
}
FILES = {
    "c": "area.c",
    "cpp": "area.cpp",
    "go": "area.go",
    "java": "Area.java",
    "javascript": "area.js",
    "python": "area.py",
    "rust": "area.rs",
    "tsx": "area.tsx",
    "typescript": "area.ts",
}
COUNTS = {"c": 2, "cpp": 2, "go": 1, "java": 1, "javascript": 1, "python": 2, "rust": 1, "tsx": 1, "typescript": 1}
FUNCTIONS = {
    "area.circle_area",
    "area.squareArea",
    "area.Box.volume",
    "area.Panel",
    "area.triangle_area",
    "area.RingArea",
    "Area.Area.kite",
    "area.trapezoid",
    "area.area.rhombus",
    "plain.plain",
    "classy.Classy.one",
    "script.from_script",
}


@pytest.fixture
def mixed(tmp_path):
    for name, text in SOURCES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_index_counts_files_by_language(run, mixed):
    report = run("index", mixed, "--json").json()
    assert report["languages"] == COUNTS
    assert (report["files"], report["skipped"], report["syntax_errors"]) == (12, [], [])
    shown = run("index", mixed).out
    assert "python 2" in shown
    assert "tsx 1" in shown


def test_the_export_has_the_functions_of_every_language(run, mixed):
    rows = [json.loads(line) for line in run("graph", "export", mixed, "--format", "jsonl").out.splitlines()]
    assert {row["name"] for row in rows if row.get("kind") == "function"} == FUNCTIONS


@pytest.mark.parametrize(
    ("words", "symbol"),
    [("ring area", "area.RingArea"), ("kite", "Area.Area.kite"), ("from script", "script.from_script")],
)
def test_words_find_functions_of_every_language(run, mixed, words, symbol):
    run("index", mixed, "--json")
    assert run("search", words, "--json", cwd=mixed).json()["hits"][0]["symbol"] == symbol


def test_code_finds_what_is_alike(run, mixed):
    run("index", mixed, "--json")
    arguments = ["search", "--code", "-", "--language", "java", "--json"]
    hits = run(*arguments, cwd=mixed, stdin="int f(int s) { return s * (s + 2); }").json()["hits"]
    assert first_by_structure(hits) == {"Area.Area.kite"}


def first_by_structure(hits):
    return {hit["symbol"] for hit in hits for leg in hit["legs"] if (leg["leg"], leg["rank"]) == ("structure", 1)}


TEXTS = [
    ("like.java", "int f(int s) { return s * (s + 2); }", "java", False),
    ("like.txt", "#!/usr/bin/env node\nfunction f(s) { return s * (s + 2); }", "javascript", False),
    ("like.txt", "fn f(s: i32) -> i32 { s * (s + 2) }", "rust", True),
    ("-", "def f(s):\n    return s * (s + 2)\n", "python", True),
]


@pytest.mark.parametrize(("name", "text", "language", "is_guessed"), TEXTS)
def test_the_language_of_code_is_found(run, mixed, name, text, language, is_guessed):
    run("index", mixed, "--json")
    if name != "-":
        (mixed / name).write_text(text, encoding="utf-8")
    done = run("search", "--code", name, "--json", cwd=mixed, stdin=text)
    assert done.json()["query"]["language"] == language
    assert first_by_structure(done.json()["hits"]) == {"Area.Area.kite"}
    assert ("--language" in done.err) == is_guessed


def test_code_of_no_language_is_explained(run, mixed):
    run("index", mixed, "--json")
    done = run("search", "--code", "-", "--json", cwd=mixed, stdin="Dear all, we'll meet; at 9 o'clock? Yes! (or no")
    assert (done.code, done.json()["error"]["code"]) == (2, "unknown_language")
    assert "standard input" in done.err
    assert "--language" in done.err


def test_lines_without_a_language_have_that_of_path_or_text(run):
    code = "int f(int s) { return s * (s + 2); }"
    named = [{"id": 1, "code": code, "language": "java"}, {"id": 2, "code": code, "path": "A.java"}]
    lines = "".join(json.dumps(item) + "\n" for item in [*named, {"id": 3, "code": ")))(("}])
    first, second, third = map(json.loads, run("embed", "--model", "structure", stdin=lines).out.splitlines())
    assert first["vector"] == second["vector"]
    assert third["error"]["code"] == "unknown_language"
    assert '"language"' in third["error"]["message"]


@pytest.mark.parametrize("language", sorted(COUNTS))
def test_every_language_is_embedded_from_an_expression_to_a_file(run, language):
    codes = ["f(a) + 1", SOURCES[FILES[language]]]
    items = [{"id": str(place), "language": language, "code": code} for place, code in enumerate(codes)]
    lines = "".join(json.dumps(item) + "\n" for item in items)
    found = [json.loads(line) for line in run("embed", "--model", "structure", stdin=lines).out.splitlines()]
    assert [len(line["vector"]) for line in found] == [4096, 4096]
