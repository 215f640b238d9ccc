"""What is not asked for is not imported: the first answer comes fast."""

import resource
import subprocess
import sys

import pytest

HEAVY = [
    "torch",
    "torch_geometric",
    "scipy",
    "sklearn",
    "matplotlib",
    "numpy",
    "pydantic",
    "omegaconf",
    "rich",
    "typer",
]


def imported_by(code):
    """Heavy packages that are loaded after `code` ran."""
    report = f"{code}\nimport sys; print(*[name for name in {HEAVY} if name in sys.modules], file=sys.__stdout__)"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split("\n")[-2].split())


def command(*arguments):
    return f"from sapwood.cli import run\nassert run({list(arguments)!r}) == 0"


def test_the_package_imports_nothing_heavy():
    assert imported_by("import sapwood") == set()


def test_the_help_of_the_whole_imports_nothing_heavy():
    assert imported_by(command("--help")) == set()


@pytest.mark.parametrize("arguments", [["train", "--help"], ["checkpoints", "--help"], ["tools", "config", "--help"]])
def test_help_of_a_command_imports_what_typer_needs_alone(arguments):
    assert imported_by(command(*arguments)) <= {"typer", "pydantic"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["index", "."],
        ["search", "read config"],
        ["search", "shapes/area.py:1"],
        ["graph", "export", ".", "--format", "jsonl"],
        ["embed", "--model", "structure", "code.jsonl"],
        ["checkpoints", "list"],
        ["tools", "schema"],
        ["tools", "config"],
        ["monitor"],
    ],
    ids=" ".join,
)
def test_commands_that_need_nothing_learned_import_no_torch(arguments, indexed, monkeypatch):
    monkeypatch.chdir(indexed)
    run = indexed / ".sapwood" / "runs" / "default" / "tree-lstm" / "1"
    run.mkdir(parents=True)
    (run / "config.yaml").write_text("")
    (indexed / "code.jsonl").write_text('{"id": "a", "code": "x = 1"}\n')
    assert not imported_by(command(*arguments)) & {"torch", "torch_geometric", "scipy", "sklearn", "matplotlib"}


def test_the_facade_imports_no_torch(indexed, monkeypatch):
    monkeypatch.chdir(indexed)
    code = (
        "import sapwood\nengine = sapwood.open('.')\nengine.index()\n"
        "engine.search('area')\nengine.embed('x', model='structure')"
    )
    assert not imported_by(code) & {"torch", "torch_geometric", "scipy", "sklearn", "matplotlib"}


def test_help_is_fast():
    """The contract is 300 ms on the clock; the time on the processor does not hang on what else the machine does."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "sapwood", "--help"], capture_output=True, check=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3


def test_import_is_fast():
    """The contract is 150 ms; what is measured here is only the import's own time, with room for a busy machine."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import sapwood"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    own = [line for line in done.stderr.splitlines() if line.rstrip().endswith("| sapwood")]
    assert int(own[0].split("|")[1]) < 150_000
