"""Each bad input gives one sentence with its remedy and the right exit code, and nothing is lost."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from sapwood import _core, cli, dependencies
from sapwood.terminal import progress

CODE = '{"id": "a", "language": "python", "code": "x = 1"}\n'


def explained(done, code, *, exit_code=1, named=()):
    """Checks the form of a failure: a sentence and a hint on stderr, the same as JSON on stdout."""
    assert done.code == exit_code, done.err
    error = done.json()["error"]
    assert error["code"] == code
    lines = done.err.splitlines()
    assert lines[-2].startswith("error: ")
    assert lines[-1].startswith("hint: ")
    assert "Traceback" not in done.err
    for words in named:
        assert words in error["message"]


def test_a_missing_path(run, tmp_path):
    for command in (["index", "nowhere"], ["graph", "export", "nowhere"], ["demo", "nowhere", "--untrained"]):
        explained(run(*command, "--json"), "path_missing", exit_code=2, named=["nowhere"])
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_says_that_nothing_is_lost(project, monkeypatch, capsys):
    @contextmanager
    def interrupted():
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(progress, "indexing", interrupted)
    assert cli.run(["index", str(project), "--json"]) == 130
    shown = capsys.readouterr()
    assert json.loads(shown.out)["error"]["code"] == "interrupted"
    assert shown.err.startswith("error: interrupted")


def test_a_semicolon_in_a_name_does_not_part_the_sentence(run):
    assert run("index", "no; where").err.splitlines() == [
        "error: `no; where` does not exist",
        "hint: check the spelling of the path",
    ]


def test_a_file_in_place_of_a_folder(run, tmp_path):
    (tmp_path / "file.py").write_text("x = 1\n")
    explained(run("index", "file.py", "--json"), "not_a_folder", exit_code=2, named=["file.py"])


def test_an_empty_folder(run, tmp_path):
    explained(run("index", ".", "--json"), "empty_folder")
    assert list(tmp_path.iterdir()) == []


def test_a_code_base_with_broken_files_is_indexed_without_them(run, project):
    (project / "broken.py").write_text("def f(:\n    return\n", encoding="utf-8")
    (project / "latin.py").write_bytes(b"name = '\xe9'\n")
    (project / "binary.py").write_bytes(b"\0\1\2")
    done = run("index", project, "--json")
    assert done.code == 0
    report = done.json()
    assert {skipped["path"]: skipped["code"] for skipped in report["skipped"]} == {
        "latin.py": "not_utf8",
        "binary.py": "binary",
    }
    assert report["syntax_errors"] == [{"path": "broken.py", "line": 1}]
    shown = run("index", project)
    for name in ("broken.py", "latin.py", "binary.py"):
        assert name in shown.out
    assert run("search", "read configuration", "--workspace", project).code == 0


def test_a_code_base_with_nothing_but_broken_files_says_so(run, tmp_path):
    (tmp_path / "latin.py").write_bytes(b"name = '\xe9'\n")
    explained(run("index", ".", "--json"), "empty_folder", named=["latin.py", "not UTF-8"])


# Loads what the commands need while it may still be read, then goes on as a user who owns nothing.
AS_NOBODY = """
import contextlib, io, os, sys
from sapwood.cli import run
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    run(["index", sys.argv[1], "--json"])
    run(["search", "x", "--workspace", sys.argv[1]])
    run(["index", "nowhere"])
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
sys.exit(run(sys.argv[2:]))
"""


@pytest.fixture
def for_all():
    """A folder that any user can enter and write to."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def as_nobody(for_all, project, done):
    """`sapwood` run by a user who owns nothing."""

    def start(*arguments):
        command = [sys.executable, "-c", AS_NOBODY, str(project), *map(str, arguments)]
        ended = subprocess.run(command, cwd=for_all, capture_output=True, text=True, timeout=60, check=False)
        return done(ended.returncode, ended.stdout, ended.stderr)

    return start


def test_a_folder_without_permission(as_nobody, for_all, write_project):
    folder = write_project(for_all / "closed")
    folder.chmod(0o777)
    (folder / "files").chmod(0o700)
    done = as_nobody("index", folder, "--json")
    assert done.code == 0, done.err
    assert [skipped["code"] for skipped in done.json()["skipped"]] == ["path_denied"]
    folder.chmod(0o700)
    explained(as_nobody("index", folder, "--json"), "path_denied", named=[str(folder)])


def test_a_folder_where_no_workspace_can_be_made(as_nobody, for_all, write_project):
    folder = write_project(for_all / "readonly")
    folder.chmod(0o755)
    explained(as_nobody("index", folder, "--json"), "path_denied")
    elsewhere = for_all / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o777)
    done = as_nobody("index", folder, "--workspace", elsewhere)
    assert done.code == 0, done.err
    assert as_nobody("search", "area", "--workspace", elsewhere).code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "tree-lstm"],
        ["preflight", "graphsage"],
        ["tools", "config"],
        ["data", "stats"],
        ["evaluate", "graphsage"],
    ],
)
def test_an_unknown_setting(run, indexed, arguments):
    done = run(*arguments, "tree_lstm.epoch=3", "--json", cwd=indexed)
    explained(done, "bad_config", exit_code=2, named=["tree_lstm.epoch", "tree_lstm.epochs"])


def test_a_missing_configuration_file(run, indexed):
    explained(run("train", "tree-lstm", "--config", "none.yaml", "--json", cwd=indexed), "bad_config", exit_code=2)


@pytest.mark.parametrize("model", ["tree-lstm", "graphsage"])
def test_no_version_at_all(run, indexed, model):
    named = [f"sapwood train {model}"]
    explained(run("embed", "--model", model, "--json", cwd=indexed, stdin=CODE), "no_model", named=named)
    explained(run("evaluate", model, "--json", cwd=indexed), "no_model", named=named)
    explained(run("checkpoints", "show", model, "--json", cwd=indexed), "no_model", named=named)


def test_no_version_at_all_for_analyze(run, indexed):
    explained(run("analyze", "--json", cwd=indexed, stdin=CODE), "no_model", named=["sapwood train"])


@pytest.mark.parametrize("command", [["embed", "--model", "tree-lstm"], ["analyze"]])
def test_no_version_at_all_and_no_workspace(run, command):
    explained(run(*command, "--json", stdin=CODE), "no_model", named=["sapwood index", "sapwood train"])


@pytest.mark.parametrize(
    "command",
    [["search", "x"], ["train", "tree-lstm"], ["checkpoints", "list"], ["data", "stats"], ["preflight", "graphsage"]],
)
def test_no_workspace(run, command):
    explained(run(*command, "--json"), "no_workspace", named=["sapwood index"])


@pytest.mark.parametrize("command", [["search", "x"], ["train", "tree-lstm"], ["data", "stats"]])
def test_no_index(run, project, command):
    _core.Engine.create(str(project))
    explained(run(*command, "--json", cwd=project), "no_index", named=["sapwood index"])


def test_training_without_what_it_needs(indexed, monkeypatch, capsys):
    from sapwood import cli

    monkeypatch.setitem(dependencies.TRAINING, "a_module_that_is_not_there", "torch")
    assert cli.run(["train", "tree-lstm", "--workspace", str(indexed), "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "missing_dependency"
    assert error["message"].endswith("; run scripts/quickstart in a clone of sapwood, which installs all")


def publish(project, **manifest):
    """A version with the files of a real one and nothing in them."""
    engine = _core.Engine.open(str(project))
    document = {"model": "graphsage", "feature_schema": _core.schema_fingerprint(), "config": {}, **manifest}
    name = engine.versions.publish(
        "graphsage",
        {"weights.safetensors": save({"w": np.zeros(1, np.float32)}), "imports.json": b"[]"},
        json.dumps(document),
    )
    engine.versions.promote("graphsage", name)
    return Path(engine.versions.path("graphsage", name))


def test_a_checkpoint_of_another_feature_schema(run, indexed):
    folder = publish(indexed, feature_schema="0123456789abcdef")
    before = sorted(path.name for path in folder.iterdir())
    for command in (["embed", "--model", "graphsage"], ["analyze"]):
        done = run(*command, "--json", cwd=indexed, stdin=CODE)
        named = ["0123456789abcdef", _core.schema_fingerprint(), "sapwood train graphsage"]
        explained(done, "schema_mismatch", named=named)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_version_whose_manifest_lacks_settings(run, indexed):
    publish(indexed)
    for command in (["embed", "--model", "graphsage"], ["analyze"]):
        done = run(*command, "--json", cwd=indexed, stdin=CODE)
        explained(done, "damaged_version", named=["graphsage v0001", "sapwood train graphsage"])


def test_a_damaged_version(run, indexed):
    folder = publish(indexed)
    (folder / "weights.safetensors").write_bytes(b"something else")
    verify = run("checkpoints", "verify", "graphsage", "--json", cwd=indexed)
    explained(verify, "damaged_version", named=["weights.safetensors"])
    for command in (["embed", "--model", "graphsage"], ["analyze"]):
        explained(run(*command, "--json", cwd=indexed, stdin=CODE), "damaged_version")
    assert (folder / "weights.safetensors").read_bytes() == b"something else"


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["-k", "many"], "bad_input", "many is no number of results"),
        (["-k", "0"], "bad_input", "from 1 on"),
        (["-k", "-3"], "bad_input", "-k 10"),
        (["nowhere.py:3"], "bad_input", "nowhere.py"),
        (["files/config.py:99999999999"], "bad_input", "no function at"),
        (["--code", "nowhere.py"], "path_missing", "nowhere.py"),
        (["--code", "."], "bad_input", "is a folder"),
        (["--code", "files/config.py", "--language", "cobol"], "unknown_language", "python"),
    ],
)
def test_a_search_for_what_cannot_be(run, indexed, arguments, code, named):
    query = ["x"] if arguments[0] == "-k" else []
    explained(run("search", *query, *arguments, "--json", cwd=indexed), code, exit_code=2, named=[named])


@pytest.mark.parametrize(
    ("name", "content", "code", "says"),
    [
        ("photo.bin", b"\x89PNG\r\n\x1a\n\0\0", "binary", "photo.bin is no text but a binary file"),
        ("noise.py", bytes(range(1, 256)), "binary", "noise.py is no text but a binary file"),
        ("latin.py", b"name = '\xe9'\n", "not_utf8", "latin.py is not UTF-8 from byte 8 on"),
        ("empty.txt", b" \n", "syntax", "empty.txt is empty"),
        ("notes.txt", b"These are some notes of last week.\nNobody runs them.\n", "unknown_language", "read as code"),
        ("notes.py", b"# nothing but a comment\n", "syntax", "no python code"),
    ],
)
def test_an_example_that_is_no_code(run, indexed, name, content, code, says):
    (indexed / name).write_bytes(content)
    done = run("search", "--code", name, "--json", cwd=indexed)
    explained(done, code, exit_code=2 if code == "unknown_language" else 1, named=[says])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are a thing of Unix")
@pytest.mark.parametrize("command", [["search", "--code"], ["embed", "--model", "structure"]], ids=str)
def test_a_pipe_or_a_device_is_not_waited_for(run, indexed, command):
    os.mkfifo(indexed / "pipe.py")
    for file, kind in (("pipe.py", "a pipe"), ("/dev/zero", "a device")):
        named = [f"{file} is {kind}, not a file", "give -"]
        explained(run(*command, file, "--json", cwd=indexed), "bad_input", exit_code=2, named=named)


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="no names for pipes that are open")
def test_what_a_command_of_the_shell_writes_is_an_example(indexed):
    given = ["/bin/bash", "-c", f"{sys.executable} -m sapwood search --code <(cat shapes/area.py) --language python"]
    done = subprocess.run(given, cwd=indexed, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "perimeter" in done.stdout) == (0, True), done.stderr


def test_more_results_than_there_are(run, indexed):
    done = run("search", "rectangle", "-k", "99999999999999999999", "--json", cwd=indexed)
    assert (done.code, len(done.json()["hits"])) == (0, 1)


def test_settings_of_a_workspace_that_cannot_be_read(run, indexed):
    folder = publish(indexed)
    settings = indexed / ".sapwood" / "workspace.json"
    settings.write_text("garbage", encoding="utf-8")
    explained(run("search", "area", "--json", cwd=indexed), "damaged_index", named=["sapwood index"])
    done = run("index", indexed)
    assert done.code == 0, done.err
    assert "workspace.json.damaged" in done.err
    assert run("search", "area", cwd=indexed).code == 0
    assert folder.is_dir()
    assert settings.with_name("workspace.json.damaged").read_text(encoding="utf-8") == "garbage"


def test_an_unknown_version(run, indexed):
    publish(indexed)
    done = run("checkpoints", "show", "graphsage", "v0099", "--json", cwd=indexed)
    explained(done, "unknown_version", exit_code=2, named=["v0099"])


def test_a_mistake_of_the_program_is_one_sentence_and_a_traceback_on_demand(monkeypatch, capsys):
    from sapwood import cli

    def fail(_arguments):
        message = "out of luck"
        raise RuntimeError(message)

    monkeypatch.setattr(cli, "_command", fail)
    monkeypatch.delenv("SAPWOOD_DEBUG", raising=False)
    assert cli.run(["doctor"]) == 1
    shown = capsys.readouterr().err
    assert "out of luck" in shown
    assert "Traceback" not in shown
    monkeypatch.setenv("SAPWOOD_DEBUG", "1")
    assert cli.run(["doctor"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_failing_disk_is_no_mistake_of_the_program(monkeypatch, capsys):
    from sapwood import cli

    def fail(_arguments):
        raise OSError(28, "No space left on device", "/somewhere/run.json")

    monkeypatch.setattr(cli, "_command", fail)
    assert cli.run(["train", "tree-lstm", "--json"]) == 1
    shown = capsys.readouterr()
    assert '"code": "io"' in shown.out
    assert "/somewhere/run.json: No space left on device" in shown.err


def test_sources_are_never_changed(run, project):
    before = {path: path.read_bytes() for path in project.rglob("*.py")}
    run("index", project)
    run("graph", "export", project)
    assert {path: path.read_bytes() for path in project.rglob("*.py")} == before
