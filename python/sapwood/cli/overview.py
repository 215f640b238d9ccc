"""The tree of commands as data, and the help of the whole: it needs no command, so it imports none, nor typer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Command(NamedTuple):
    """A command: the module of `sapwood.cli` and the function that is it, and the first sentence of its docstring."""

    module: str
    function: str
    summary: str


class Group(NamedTuple):
    """Commands under one name."""

    summary: str
    commands: Mapping[str, Command]


INTRODUCTION = """\
An on-device learning engine for code: index it, learn from it, ask about it.
Nothing leaves the machine.

Start here:
  sapwood demo                   the whole way, on this Python's own library
  sapwood index .                index your own code
  sapwood search "read config"   search it, with nothing learned yet
"""
EPILOGUE = """\
Data goes to stdout, all else to stderr.
Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted.
"""
OPTIONS = {
    "--version": "Show the version and exit.",
    "--help": "Show this message; after a command, explain it.",
}
TREE: Mapping[str, Command | Group] = {
    "demo": Command("evaluating", "demo", "Index, train, evaluate and ask, end to end, on real code."),
    "doctor": Command("health", "doctor", "Say what is here, what is missing, and how to get it."),
    "index": Command("indexing", "index", "Index a code base: files, graph, features, trees."),
    "search": Command("searching", "search", "Find functions by words, place or example."),
    "graph": Group(
        "Write the project graph out, or draw it.",
        {
            "export": Command("graphs", "export", "Write the project graph as JSON lines, Parquet tables or for PyG."),
            "draw": Command("graphs", "draw", "Draw which modules use which others."),
        },
    ),
    "data": Group(
        "Look at what the models learn from, and bring more.",
        {
            "stats": Command("data", "stats", "Count what the models would learn from."),
            "prepare": Command("preparing", "prepare", "Make a model's examples once and keep them."),
            "all": Command("preparing", "everything", "Index, prepare both models' examples, and count them."),
            "codecontests": Command("contests", "codecontests", "Bring programming problems with tests into files."),
        },
    ),
    "preflight": Command("health", "preflight", "Check all that training needs, down to one batch."),
    "train": Command("training", "train", "Train a model on the indexed code and publish it."),
    "monitor": Command("monitoring", "monitor", "Watch a training run from beside it."),
    "evaluate": Command("evaluating", "evaluate", "Measure a model on packages that it never saw."),
    "embed": Command("answering", "embed", "Turn code into vectors: JSON lines in and out."),
    "analyze": Command("answering", "analyze", "Say what looks wrong and which imports are needed."),
    "checkpoints": Group(
        "List, inspect and switch published versions.",
        {
            "list": Command("checkpoints", "list_versions", "List the published versions and what points at them."),
            "show": Command("checkpoints", "show", "Show where a version comes from and how good it is."),
            "verify": Command("checkpoints", "verify", "Check every file of a version against its checksum."),
            "promote": Command("checkpoints", "promote", "Let a version answer from now on."),
            "rollback": Command("checkpoints", "rollback", "Let the version answer that did so before."),
        },
    ),
    "tools": Group(
        "Show the settings, the devices and the feature schema.",
        {
            "config": Command("tools", "config", "Print the settings as a run would take them."),
            "gpu": Command("devices", "gpu", "Show the devices that can train, or measure batch sizes."),
            "schema": Command("tools", "schema", "Print what each column of a feature row means."),
        },
    ),
}
"""The commands in the order in which a new user meets them."""


def help_text() -> str:
    """What `sapwood --help` prints."""
    commands = {name: entry.summary for name, entry in TREE.items()}
    parts = [
        "Usage: sapwood [OPTIONS] COMMAND [ARGS]...\n",
        _indented(INTRODUCTION),
        "Options:\n" + "".join(_lines(OPTIONS)),
        "Commands:\n" + "".join(_lines(commands)),
        _indented(EPILOGUE),
    ]
    return "\n".join(parts)


def asks_for_help(arguments: Sequence[str]) -> bool:
    """Whether the arguments ask for the help of the whole, or for nothing."""
    return not arguments or arguments[0] == "--help"


def _indented(text: str) -> str:
    return "".join(f"  {line}".rstrip() + "\n" for line in text.splitlines())


def _lines(entries: Mapping[str, str]) -> Iterator[str]:
    width = max(map(len, entries)) + 2
    for name, words in entries.items():
        yield f"  {name:{width}}{words}\n"
