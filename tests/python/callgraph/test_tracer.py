"""The tracer sees calls that no profiler reports by itself, and tells apart what looks alike."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CASES = {
    "an instance without an initializer": ("class A: pass\ndef f(): return A()\nf()\n", ["main > f", "f > A"]),
    "a generator is called where it is made": (
        "def g(): yield 1\ndef f(x): return list(x)\nf(g())\n",
        ["main > f", "main > g"],
    ),
    "a generator that the loop asks for": (
        "class A:\n    def __iter__(self): yield 1\nfor x in A(): pass\n",
        ["main > A", "main > A.__iter__"],
    ),
    "calls through builtins are the caller's": ("def f(x): return x\nlist(map(f, [1]))\n", ["main > f"]),
    "a thread works for who starts it": (
        "import threading\ndef f(): return 1\n"
        "def s():\n    t = threading.Thread(target=f)\n    t.start()\n    t.join()\ns()\n",
        ["main > s", "s > f"],
    ),
    "equal lambdas of one line": ("a = (lambda: 0, lambda: 0)\na[1]()\n", ["main > <lambda2>"]),
    "bodies of classes and comprehensions are no calls": (
        "def f(): return 1\nclass A:\n    x = [f() for _ in 'ab']\n",
        ["A > f"],
    ),
    "a partial of a coroutine function": (
        "import asyncio, functools\nasync def f(x): return x\nasyncio.run(functools.partial(f, 1)())\n",
        ["main > f"],
    ),
}


def trace(folder, run="main.py"):
    (folder / "expected.json").write_text(json.dumps({"run": run}))
    command = [sys.executable, "-m", "callgraph.tracer", str(folder)]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def whole(name):
    return name if name == "main" else f"main.{name}"


@pytest.mark.parametrize("case", CASES)
def test_edges(case, tmp_path):
    source, edges = CASES[case]
    (tmp_path / "main.py").write_text(source)
    traced = trace(tmp_path)
    assert traced["error"] is None
    assert traced["edges"] == sorted(
        [whole(caller), whole(callee)] for caller, callee in (e.split(" > ") for e in edges)
    )


def test_equal_sources_of_two_modules_stay_apart(tmp_path):
    (tmp_path / "one.py").write_text("def f(): return 1\n")
    (tmp_path / "two.py").write_text("def f(): return 1\n")
    (tmp_path / "main.py").write_text("import one, two\ntwo.f()\n")
    assert trace(tmp_path)["edges"] == [["main", "two.f"]]


def test_a_project_that_fails_says_so(tmp_path):
    (tmp_path / "main.py").write_text("def f(): raise KeyError('gone')\nf()\n")
    traced = trace(tmp_path)
    assert "KeyError: 'gone'" in traced["error"]
    assert traced["edges"] == [["main", "main.f"]]


def test_a_project_without_a_run_is_only_read(tmp_path):
    (tmp_path / "main.py").write_text("import nothing_of_that_name\ndef f(): return [lambda: 1 for _ in 'a']\n")
    traced = trace(tmp_path, run=None)
    assert (traced["edges"], traced["error"]) == ([], None)
    assert traced["names"] == ["main", "main.f", "main.f.<lambda1>"]
