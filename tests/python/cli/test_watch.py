"""`sapwood index --watch` in a folder that changes, as a program of its own."""

import json
import queue
import signal
import subprocess
import sys
import threading

import pytest

import sapwood
from sapwood import _core
from sapwood.errors import EmptyFolderError
from sapwood.terminal.indexed import renewal_line

PATIENCE = 60


class Watching:
    """The running program, with the lines of both its streams as they come."""

    def __init__(self, folder, *options):
        command = [sys.executable, "-m", "sapwood", "index", str(folder), "--watch", *options]
        self.program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.readers = []
        self.out = self._lines(self.program.stdout)
        self.err = self._lines(self.program.stderr)

    def _lines(self, stream):
        lines = queue.Queue()
        self.readers.append(threading.Thread(target=lambda: [lines.put(line) for line in stream]))
        self.readers[-1].start()
        return lines

    @staticmethod
    def line_with(lines, text):
        """The next line that holds a text."""
        while text not in (line := lines.get(timeout=PATIENCE)):
            pass
        return line

    def interrupt(self):
        self.program.send_signal(signal.SIGINT)
        return self.program.wait(timeout=PATIENCE)

    def close(self):
        self.program.kill()
        for reader in self.readers:
            reader.join()
        # Also closes the streams.
        self.program.communicate()


@pytest.fixture
def watching(project):
    started = []

    def start(*options):
        started.append(Watching(project, *options))
        return started[-1]

    yield start
    for one in started:
        one.close()


def replace(path, text):
    """Changes a file in one step, so that nobody reads a part of it."""
    beside = path.with_name(".new")
    beside.write_text(text)
    beside.replace(path)


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal that Windows does not have")
def test_each_change_is_a_line_and_ctrl_c_ends_with_everything_saved(project, watching):
    watch = watching()
    watch.line_with(watch.err, "following")
    replace(project / "files" / "config.py", "def renamed():\n    return 1\n")
    line = watch.line_with(watch.err, "config.py")
    assert line.startswith("changed files/config.py: 1 of 3 files read anew in ")
    (project / ".hidden.py").write_text("def hidden():\n    return 1\n")
    replace(project / "added.py", "def added():\n    return 1\n")
    assert watch.line_with(watch.err, "read anew").startswith("added added.py: 1 of 4")
    assert watch.interrupt() == 130
    engine = sapwood.open(project)
    assert engine.index()["unchanged"]
    assert [hit.symbol for hit in engine.search("renamed added", k=2)] == ["added.added", "files.config.renamed"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal that Windows does not have")
def test_renewals_are_json_lines_and_what_is_wrong_ends_nothing(project, watching):
    watch = watching("--json")
    first = json.loads(watch.out.get(timeout=PATIENCE))
    assert first["files"] == 3
    watch.line_with(watch.err, "following")
    paths = sorted(project.rglob("*.py"))
    texts = [path.read_text() for path in paths]
    for path in paths:
        path.unlink()
    while "error" not in (told := json.loads(watch.out.get(timeout=PATIENCE))):
        assert told["removed"]
    assert told["error"]["code"] == "empty_folder"
    for path, text in zip(paths, texts, strict=True):
        replace(path, text)
    while (told := json.loads(watch.out.get(timeout=PATIENCE)))["report"]["files"] < 3:
        pass
    assert watch.interrupt() == 130


def test_a_folder_that_is_empty_at_first_is_followed(project):
    engine = sapwood.open(project)
    engine.index()
    [(path, text), *others] = [(path, path.read_text()) for path in sorted(project.rglob("*.py"))]
    for gone in (path, *(path for path, _ in others)):
        gone.unlink()
    told = []

    def put_back(renewal):
        told.append(renewal)
        replace(path, text)
        return isinstance(renewal, EmptyFolderError)

    watching = threading.Thread(target=engine.watch, args=(put_back,), daemon=True)
    watching.start()
    watching.join(PATIENCE)
    assert not watching.is_alive()
    assert told[-1]["report"]["files"] == 1


def test_what_is_left_out_is_told_and_not_counted_as_read(project):
    engine = sapwood.open(project)
    engine.index()
    told = []

    def add(renewal):
        told.append(renewal)
        return False

    (project / "binary.py").write_bytes(b"\0\1")
    engine.watch(add)
    assert [(skipped["path"], skipped["code"]) for skipped in told[0]["left_out"]] == [("binary.py", "binary")]
    assert (told[0]["added"], told[0]["report"]["files_read"], told[0]["report"]["files"]) == ([], 0, 3)


def test_watching_ends_where_the_caller_says_so(project):
    told = []
    engine = sapwood.open(project)
    engine.watch(lambda renewal: told.append(renewal) or False)
    assert (len(told), len(told[0]["added"]), told[0]["report"]["files_read"]) == (1, 3, 3)
    with pytest.raises(ZeroDivisionError):
        _core.Engine.create(str(project), str(project / "elsewhere")).watch(lambda _renewal: 1 / 0)


def test_a_line_names_some_files_and_counts_the_rest():
    report = {"files_read": 4, "files": 1200, "seconds": 0.25}
    paths = {"added": ["a", "b", "c", "d"], "changed": [], "removed": ["e"], "left_out": []}
    renewal = {**paths, "report": report}
    assert renewal_line(renewal) == "added a, b, c and 1 more · removed e: 4 of 1,200 files read anew in 0.250 s"
    left_out = {**renewal, "left_out": [{"path": "f", "code": "binary", "reason": "no text"}]}
    assert renewal_line(left_out).startswith("added a, b, c and 1 more · removed e · left out f (no text): 4 of")
    nothing = {**renewal, "added": [], "removed": []}
    assert renewal_line(nothing).startswith("no indexed file changed: ")
