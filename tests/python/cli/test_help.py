"""Every command explains itself the same way."""

import inspect
import subprocess
import sys
from importlib import import_module

import pytest
import typer.main

from sapwood.cli import run
from sapwood.cli.app import build
from sapwood.cli.overview import TREE, Group


def commands(group, path=()):
    """Path of each command below a group."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


COMMANDS = list(commands(typer.main.get_command(build())))
CONTRACT = {
    *(
        ("demo",),
        ("doctor",),
        ("index",),
        ("monitor",),
        ("graph", "export"),
        ("data", "stats"),
        ("preflight",),
        ("train",),
    ),
    *(("evaluate",), ("embed",), ("analyze",), ("search",), ("tools", "config"), ("tools", "gpu"), ("tools", "schema")),
    *(("checkpoints", verb) for verb in ("list", "show", "verify", "promote", "rollback")),
}


def test_the_commands_of_the_contract_are_there():
    assert set(COMMANDS) >= CONTRACT


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_an_example_and_the_common_options(command, capsys):
    assert run([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Example:\n    {'sapwood'}" in shown or "Example:\n    echo" in shown
    assert f"sapwood {' '.join(command)}" in shown.partition("Example:")[2]
    for option in ("--json", "--workspace", "--help"):
        assert option in shown


def test_the_help_of_the_whole_names_every_command_and_fits_a_terminal(capsys):
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert set(typer.main.get_command(build()).commands) == set(TREE)
    assert all(f"\n  {name} " in shown.partition("Commands:")[2] for name in TREE)
    assert all(len(line) <= 80 for line in shown.splitlines())


def entries(tree):
    for entry in tree.values():
        yield from entry.commands.values() if isinstance(entry, Group) else [entry]


@pytest.mark.parametrize("entry", list(entries(TREE)), ids=lambda entry: entry.function)
def test_the_summary_of_a_command_is_what_its_own_help_begins_with(entry):
    function = getattr(import_module(f"sapwood.cli.{entry.module}"), entry.function)
    assert inspect.getdoc(function).startswith(entry.summary)


@pytest.mark.parametrize("group", ["checkpoints", "tools", "graph", "data"])
def test_the_summary_of_each_command_of_a_group_fits_on_its_line(group, capsys):
    assert run([group, "--help"]) == 0
    assert "..." not in capsys.readouterr().out.partition("Commands:")[2]


@pytest.mark.parametrize("arguments", [["--workspace", "x", "index"], ["--json", "index"], ["--workspace=x", "index"]])
def test_an_option_before_the_command_is_told_its_place(arguments, capsys):
    assert run(arguments) == 2
    option = arguments[0].partition("=")[0]
    assert f"hint: write it after: sapwood index … {option} …" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["graph"], ["checkpoints"], ["nonsense"], ["train"], ["train", "bert"], ["search"]]
)
def test_wrong_use_is_2_and_explained_on_standard_error(arguments, capsys):
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "--help" in shown.err


def test_the_version_is_that_of_the_extension(capsys):
    from sapwood import __version__

    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"{__version__}\n"


def test_a_reader_that_is_gone_is_no_failure():
    command = f"{sys.executable} -m sapwood tools schema --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
