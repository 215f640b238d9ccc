"""The tree of commands. Each module beside this one holds a group; what a command needs is imported when it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sapwood.cli import answering, checkpoints, data, evaluating, health, indexing, searching, tools, training

if TYPE_CHECKING:
    from collections.abc import Callable

HELP = """An on-device learning engine for code: index it, learn from it, ask about it. Nothing leaves the machine.

\b
Start here:
  sapwood demo                   the whole way, on the standard library of this Python
  sapwood index .                index your own code
  sapwood search "read config"   search it, with nothing learned yet
"""
EPILOG = "Data goes to stdout, all else to stderr. Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted."


def _print_version(wanted: bool) -> None:
    if wanted:
        from sapwood import __version__

        typer.echo(__version__)
        raise typer.Exit


def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Show the version and exit.")
    ] = False,
) -> None:
    del version
    _help_without_command(context)


def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


def _typer(name: str, summary: str, epilog: str | None = None) -> typer.Typer:
    # Plain help: rich would triple the time that `sapwood --help` takes.
    return typer.Typer(
        name=name,
        help=summary,
        epilog=epilog,
        invoke_without_command=True,
        context_settings={"max_content_width": 100},
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def _group(name: str, summary: str, commands: dict[str, Callable[..., None]]) -> typer.Typer:
    group = _typer(name, summary)
    group.callback()(_help_without_command)
    for command, function in commands.items():
        group.command(command)(function)
    return group


def build() -> typer.Typer:
    """The whole tree, in the order in which a new user meets its commands."""
    root = _typer("sapwood", HELP, EPILOG)
    root.callback()(_root)
    root.command()(evaluating.demo)
    root.command()(health.doctor)
    root.command()(indexing.index)
    root.add_typer(_group("graph", "Write the project graph out.", {"export": indexing.export}))
    root.command()(searching.search)
    root.add_typer(_group("data", "Look at what the models learn from.", {"stats": data.stats}))
    root.command()(health.preflight)
    root.command()(training.train)
    root.command()(evaluating.evaluate)
    root.command()(answering.embed)
    root.command()(answering.analyze)
    root.add_typer(
        _group(
            "checkpoints",
            "List, inspect and switch published versions.",
            {
                "list": checkpoints.list_versions,
                "show": checkpoints.show,
                "verify": checkpoints.verify,
                "promote": checkpoints.promote,
                "rollback": checkpoints.rollback,
            },
        )
    )
    root.add_typer(
        _group("tools", "Show the settings and the feature schema.", {"config": tools.config, "schema": tools.schema})
    )
    return root
