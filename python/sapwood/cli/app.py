"""The commands as typer sees them, made from the tree of `overview`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sapwood.cli.overview import TREE, Command, Group

if TYPE_CHECKING:
    from collections.abc import Callable


def build(only: str | None = None) -> typer.Typer:
    """The whole tree, or just one entry of its first level, so that nothing else is imported."""
    root = _typer("sapwood", "")
    root.callback()(_root)
    for name, entry in TREE.items():
        if only not in {None, name}:
            continue
        if isinstance(entry, Group):
            root.add_typer(_group(name, entry))
        else:
            root.command(name)(_function(entry))
    return root


def _group(name: str, entry: Group) -> typer.Typer:
    group = _typer(name, entry.summary)
    group.callback()(_help_without_command)
    for command, described in entry.commands.items():
        group.command(command)(_function(described))
    return group


def _function(command: Command) -> Callable[..., None]:
    function: Any = getattr(import_module(f"sapwood.cli.{command.module}"), command.function)
    made: Callable[..., None] = function
    return made


def _typer(name: str, summary: str) -> typer.Typer:
    # Plain help: rich would triple the time that it takes.
    return typer.Typer(
        name=name,
        help=summary,
        invoke_without_command=True,
        context_settings={"max_content_width": 100},
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def _print_version(wanted: bool) -> None:
    if wanted:
        from sapwood import __version__

        typer.echo(__version__)
        raise typer.Exit


def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_print_version)] = False,
) -> None:
    del version
    _help_without_command(context)


def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)
