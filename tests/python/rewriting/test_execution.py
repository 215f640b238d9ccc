"""Rewrites of programs that are run: what preserves the meaning keeps every output."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from benches import rewrites
from benches.data import DATA_VARIABLE, data_folder
from benches.rewrites import Program

from sapwood import _core

SAMPLE = 10
"""Of so many functions one is run for its mutants, of half as many for the rewrites; by `--slow` all are."""


def programs(every: int) -> list[Program]:
    path = data_folder() / rewrites.PROGRAMS
    if not path.exists():
        pytest.skip(f"CRUXEval is not at {path}; name its folder in {DATA_VARIABLE}")
    found = rewrites.read_programs(path)[::every]
    assert set(rewrites.run(found)) == {"same"}
    return found


def broken(found: list[Program], seeds: int) -> list[str]:
    variants = rewrites.preserved(found, seeds)
    assert {variant.kind for variant in variants} == set(_core.PRESERVING_KINDS)
    outcomes = rewrites.run([variant.program for variant in variants])
    pairs = zip(variants, outcomes, strict=True)
    return [
        f"{variant.kind} {outcome}\n{variant.origin.code}\n->\n{variant.program.code}"
        for variant, outcome in pairs
        if outcome != "same"
    ]


def test_what_preserves_the_meaning_keeps_every_output_of_a_sample():
    assert broken(programs(every=SAMPLE // 2), seeds=1) == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_what_preserves_the_meaning_keeps_every_output():
    assert broken(programs(every=1), seeds=3) == []


def test_most_mutants_of_each_kind_are_noticed():
    counts = rewrites.outcomes_by_kind(rewrites.mutated(programs(every=SAMPLE), seeds=1))
    assert set(counts) == set(_core.MUTATION_KINDS)
    for kind, outcomes in counts.items():
        assert outcomes["same"] < outcomes.total() or outcomes.total() < 10, (kind, outcomes)
    unchanged = sum(outcomes["same"] for outcomes in counts.values())
    assert unchanged / sum(outcomes.total() for outcomes in counts.values()) < 0.5


def test_programs_can_end_nothing_but_themselves(tmp_path):
    written = tmp_path / "written"
    hostile = [
        Program("def f(): return 1", "", "1"),
        Program("def f(): return 2", "", "1"),
        Program("def f():\n while True: pass", "", "1"),
        Program("def f(): return [0] * 10**10", "", "1"),
        Program("import os\ndef f(): os._exit(0)", "", "1"),
        Program("import os\ndef f(): os.kill(os.getpid(), 9)", "", "1"),
        Program(f"def f():\n with open({str(written)!r}, 'w') as file: file.write('x')\n return 1", "", "1"),
        Program("import sys\ndef f(): print(sys.stdin.read()); return 1", "", "2"),
        Program("def f(): return True", "", "1"),
        Program("def f(): return 1", "", "1"),
    ]
    expected = ["same", "different", "endless", "raised", "killed", "killed", "raised", "different"]
    outcomes = rewrites.run(hostile)
    assert outcomes[:7] == expected[:7]
    assert outcomes[-1] in {"same", "killed"}
    assert not written.exists() or written.read_text() == ""


@pytest.mark.slow
@pytest.mark.parametrize("language", _core.LANGUAGES)
def test_rewrites_of_other_languages_still_compile(language, tmp_path):
    checker = CHECKERS.get(language)
    if checker is None or shutil.which(checker[0]) is None:
        pytest.skip(f"no compiler for {language}")
    name, text = SOURCES[language]
    for kind in _core.preserving_kinds(language):
        for seed in range(8):
            rewritten = _core.preserve(text, kind, seed, language)
            if rewritten is None:
                continue
            (tmp_path / name).write_text(rewritten.source)
            done = subprocess.run([*checker, name], cwd=tmp_path, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{kind}: {done.stderr}\n{rewritten.source}"


CHECKERS = {
    "javascript": ["node", "--check"],
    "c": ["cc", "-fsyntax-only"],
    "cpp": ["c++", "-fsyntax-only"],
    "java": ["javac", "-d", "."],
    "go": ["gofmt", "-e"],
    "rust": ["rustc", "--crate-type=lib", "--emit=metadata", "-A", "warnings"],
}

C = """
int g(int a) { return a; }
int f(int a, int b) {
    int x = 0;
    g(b);
    while (a != b) {
        if (a < b) { a += 1; } else { b += 2; }
    }
    x += 1;
    return a != 1 ? x : g(b);
}
"""
JAVASCRIPT = """
function f(a, b) {
    let x = 0;
    g(b);
    const y = a + b;
    while (a !== y) { if (a < b) { a += 1; } else { b += 2; } }
    x += 1;
    const z = a ? x : y;
    return z;
}
"""
SOURCES = {
    "c": ("a.c", C),
    "cpp": ("a.cpp", C),
    "java": ("A.java", f"class A {{ {C.replace('a != 1 ? x : g(b)', 'a != 1 ? x : this.g(b)')} }}"),
    "javascript": ("a.js", JAVASCRIPT),
    "go": (
        "a.go",
        "package p\n\nfunc f(a int, b int) int {\n\tx := 0\n\tg(b)\n\tfor a != b {\n\t\tif a < b {\n\t\t\ta += 1\n\t\t}"
        " else {\n\t\t\tb += 2\n\t\t}\n\t}\n\treturn x\n}\n",
    ),
    "rust": (
        "a.rs",
        "fn g(a: i32) {}\npub fn f(mut a: i32, mut b: i32) -> i32 {\n    let mut x = 0;\n    g(b);\n"
        "    while a != b {\n"
        "        if a < b { a += 1; } else { b += 2; }\n    }\n    x += 1;\n    x\n}\n",
    ),
}
