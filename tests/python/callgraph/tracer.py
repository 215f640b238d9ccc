"""Runs small projects and writes down which of their functions called which: the oracle of the fixtures.

`python -m callgraph.tracer FOLDER...` runs each folder's project, one after the other, with modules of its own, and
writes one JSON line a folder: `{"project", "edges": [[caller, callee]], "names": [...], "error": null}`.

Three sources of edges, all of them seen while the project runs:
- `sys.setprofile` reports each function that starts. Its caller is the nearest frame of the project, so that what a
  builtin or the standard library calls is called on behalf of the project's code that called them.
- Each call in the source is rewritten from `f(x)` to `__observe__(f)(x)`. This shows what no frame shows: an instance
  of a class without an `__init__` of the project; a generator or coroutine, whose frame starts later, often elsewhere.
- A thread's first frame is called by who started the thread.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib.machinery
import importlib.util
import inspect
import io
import json
import sys
import threading
import traceback
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from callgraph.naming import COMPREHENSIONS, module_name, name_scopes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType, ModuleType

HOOK = "__observe__"
Key = tuple[str, int, str, bytes]
DEFERRED = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


class Observe(ast.NodeTransformer):
    """Lets each call show what it calls; `super` has to be called by its own name."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            return node
        hook = ast.copy_location(ast.Name(HOOK, ast.Load()), node.func)
        node.func = ast.copy_location(ast.Call(hook, [node.func], []), node.func)
        return node


class Loader(importlib.machinery.SourceFileLoader):
    """Compiles a project's source anew, with its calls observed."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return compile_observed(path)


def find_observed(root: Path, folder: str) -> importlib.machinery.FileFinder:
    """Find the modules of a folder of the project; every other folder is left to the usual finders."""
    if not Path(folder).is_relative_to(root):
        raise ImportError(folder)
    return importlib.machinery.FileFinder(folder, (Loader, [".py"]))


def compile_observed(path: str) -> CodeType:
    """Compile a source file with its calls observed."""
    return compile(Observe().visit(ast.parse(Path(path).read_text(encoding="utf-8"))), path, "exec")


class Tracer:
    """Collects the edges between the scopes of one project."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.edges: set[tuple[str, str]] = set()
        self.names: dict[Key, str] = {}
        self.created: set[Key] = set()
        self.starters: dict[int, str | None] = {}
        for path in sorted(root.rglob("*.py")):
            scopes = name_scopes(compile_observed(str(path)), module_name(path, root))
            self.names.update((key(code), name) for code, name in scopes)
        self.own = set(self.names.values())

    def scope(self, frame: FrameType | None) -> str | None:
        """Return the name of the nearest scope of the project, going up from a frame."""
        while frame is not None:
            name = self.names.get(key(frame.f_code))
            if name is not None:
                return name
            frame = frame.f_back
        return self.starters.get(threading.get_ident())

    def add(self, caller: str | None, callee: str) -> None:
        if caller is not None:
            self.edges.add((caller, callee))

    def profile(self, frame: FrameType, event: str, _argument: object) -> None:
        """Note a function that starts; definitions, comprehensions and generators that go on are no calls."""
        code = frame.f_code
        callee = self.names.get(key(code)) if event == "call" else None
        if callee is None or is_definition(code) or key(code) in self.created:
            return
        self.add(self.scope(frame.f_back), callee)

    def observe(self, called: Any) -> Any:
        """Note what a call makes without starting a frame: an instance without `__init__`, a generator, a coroutine."""
        caller = self.scope(sys._getframe(1))
        if isinstance(called, type) and self.is_own_class(called) and self.inherits_no_initializer(called):
            self.add(caller, self.class_name(called))
        code = self.own_code(called)
        if code is not None and code.co_flags & DEFERRED:
            self.created.add(key(code))
            self.add(caller, self.names[key(code)])
        return called

    def own_code(self, called: Any) -> CodeType | None:
        """Return the code of the project's function that a method, `partial` or wrapper from outside stands for."""
        while called is not None:
            if self.is_own_code(code := called.__code__ if isinstance(called, FunctionType) else None):
                return code
            called = stands_for(called)
        return None

    def is_own_code(self, code: CodeType | None) -> bool:
        return code is not None and key(code) in self.names

    def is_own_class(self, made: type) -> bool:
        return self.class_name(made) in self.own

    def class_name(self, made: type) -> str:
        module = sys.modules.get(made.__module__)
        file = getattr(module, "__file__", None)
        prefix = module_name(Path(file), self.root) if file and Path(file).is_relative_to(self.root) else ""
        return f"{prefix}.{made.__qualname__.replace('.<locals>', '')}"

    def inherits_no_initializer(self, made: type) -> bool:
        return not self.is_own_code(getattr(made.__init__, "__code__", None))

    def adopt_thread(self, starter: str | None) -> None:
        """Let the running thread's calls be those of who started it."""
        self.starters[threading.get_ident()] = starter


def key(code: CodeType) -> Key:
    """Tell code objects apart: equal ones of two files, or of two places in a line, are equal in Python's eyes."""
    return code.co_filename, code.co_firstlineno, code.co_name, code.co_linetable


def is_definition(code: CodeType) -> bool:
    """Say whether a code object is the body of a module, class or comprehension: it has no locals of a function."""
    return not code.co_flags & inspect.CO_OPTIMIZED or code.co_name in COMPREHENSIONS


def stands_for(called: Any) -> Any:
    """Return what a method, `partial` or wrapper calls in its turn; None where that is not known."""
    if isinstance(called, MethodType):
        return called.__func__
    if isinstance(called, functools.partial):
        return called.func
    # Not `getattr`: an object of the project may answer to any name, and would be traced doing so.
    return called.__dict__.get("__wrapped__") if hasattr(called, "__dict__") else None


@contextmanager
def traced(tracer: Tracer) -> Iterator[None]:
    """Load the project's modules observed and profile this thread and new ones; leave the interpreter as it was."""
    modules, path, hooks = set(sys.modules), list(sys.path), list(sys.path_hooks)
    start = threading.Thread.start

    def started(thread: threading.Thread) -> None:
        run, starter = thread.run, tracer.scope(sys._getframe(1))
        thread.run = lambda: (tracer.adopt_thread(starter), run())
        start(thread)

    setattr(builtins, HOOK, tracer.observe)
    threading.Thread.start = started
    sys.path.insert(0, str(tracer.root))
    sys.path_hooks.insert(0, functools.partial(find_observed, tracer.root))
    sys.path_importer_cache.clear()
    threading.setprofile(tracer.profile)
    sys.setprofile(tracer.profile)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        threading.Thread.start = start
        delattr(builtins, HOOK)
        sys.path[:], sys.path_hooks[:] = path, hooks
        sys.path_importer_cache.clear()
        for name in set(sys.modules) - modules:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tracer.root)):
                del sys.modules[name]


def run_main(root: Path, name: str) -> None:
    """Execute a file of the project as `__main__`."""
    loader = Loader("__main__", str(root / name))
    module: ModuleType = importlib.util.module_from_spec(
        importlib.util.spec_from_file_location("__main__", root / name, loader=loader)
    )
    own = sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        loader.exec_module(module)
    finally:
        sys.modules["__main__"] = own


def trace(root: Path, name: str | None) -> dict[str, Any]:
    """Run a project (without a name: only read it); return its edges, the names of its scopes, and its failure."""
    tracer, error = Tracer(root), None
    if name is not None:
        try:
            with traced(tracer), redirect_stdout(io.StringIO()):
                run_main(root, name)
        except BaseException:  # noqa: BLE001 (a fixture that fails is reported, whatever it raises)
            error = traceback.format_exc()
    names = sorted(set(tracer.names.values()))
    return {"project": str(root), "edges": sorted(tracer.edges), "names": names, "error": error}


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        folder = Path(argument).resolve()
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        sys.stdout.write(json.dumps(trace(folder, expected["run"])) + "\n")
