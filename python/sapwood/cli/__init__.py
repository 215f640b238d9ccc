"""The command line. Data goes to standard output; progress, logs and errors go to standard error.

Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import TYPE_CHECKING

from sapwood.cli.overview import OPTIONS, TREE, asks_for_help, help_text
from sapwood.terminal import output

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

    import typer

    from sapwood.errors import SapwoodError

DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
# A setting or an argument that can't be, or names nothing: the command was used wrongly, nothing was tried.
_WRONG_USE_CODES = {
    "bad_config",
    "bad_input",
    "not_a_folder",
    "path_missing",
    "unknown_language",
    "unknown_version",
}


def main() -> NoReturn:
    """Runs the command of this process and exits with its code."""
    if not sys.warnoptions and os.environ.get("SAPWOOD_DEBUG") != "1":
        # Warnings of libraries are for developers; what a user has to know is an error, a check or a note.
        warnings.simplefilter("ignore")
    # Threads that spin while they wait for each other slow training tenfold as soon as another program needs a core.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    code = run(sys.argv[1:])
    _close_standard_output()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code; a failure is one sentence with its fix on standard error."""
    return _help(arguments) if asks_for_help(arguments) else _run_command(arguments)


def _help(arguments: Sequence[str]) -> int:
    """Prints the help of the whole; where nothing was asked for, that was wrong use."""
    stream = sys.stdout if arguments else sys.stderr
    stream.write(help_text())
    return DONE if arguments else WRONG_USE


def _run_command(arguments: Sequence[str]) -> int:
    import typer

    try:
        outcome = _command(arguments)
    except (typer.Abort, KeyboardInterrupt):
        return _interrupted(arguments)
    except typer.TyperException as error:
        return _report("bad_input", _misplaced(arguments) or _usage(error), arguments, WRONG_USE)
    except SystemExit as exit_:
        # Typer itself ends the program when the reader of its output is gone, which is no failure.
        if isinstance(exit_.__context__, BrokenPipeError):
            return DONE
        raise
    except Exception as error:  # noqa: BLE001 whatever happens, the user gets one sentence
        return _failure(error, arguments)
    # Typer turns Ctrl-C into the exit code alone.
    if outcome == INTERRUPTED:
        return _interrupted(arguments)
    return outcome if isinstance(outcome, int) else DONE


def _interrupted(arguments: Sequence[str]) -> int:
    return _report("interrupted", "interrupted; nothing that was saved is lost", arguments, INTERRUPTED)


def _command(arguments: Sequence[str]) -> Any:
    """Runs a command; only a first word that is none, such as a misspelt one, needs all of them."""
    from sapwood.cli.app import build

    known = arguments[0] if arguments[0] in TREE else None
    return build(known)(list(arguments), prog_name="sapwood", standalone_mode=False)


def _failure(error: Exception, arguments: Sequence[str]) -> int:
    if os.environ.get("SAPWOOD_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    from sapwood.errors import SapwoodError

    if isinstance(error, SapwoodError):
        return _report(error.code, str(error), arguments, _exit_code(error))
    if isinstance(error, OSError):
        message = (
            f"{error.filename or 'the disk'}: {error.strerror}; check the path, its permissions and the free space"
        )
        return _report("io", message, arguments, FAILED)
    message = (
        f"{type(error).__name__}: {error}; this is a mistake in sapwood, run again with SAPWOOD_DEBUG=1 and report it"
    )
    return _report("internal", message, arguments, FAILED)


def _exit_code(error: SapwoodError) -> int:
    if error.code == "interrupted":
        return INTERRUPTED
    return WRONG_USE if error.code in _WRONG_USE_CODES else FAILED


def _misplaced(arguments: Sequence[str]) -> str | None:
    """What to say of an option before the command: there are none but those of the whole."""
    option = arguments[0].partition("=")[0]
    command = next((word for word in arguments if word in TREE), None)
    if not option.startswith("-") or option in OPTIONS or command is None:
        return None
    return f"{option} stands before the command; write it after: sapwood {command} … {option} …"


def _usage(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    command = "sapwood" if context is None else context.command_path
    what = error.format_message().replace("Value error, ", "").strip().rstrip(".?")
    return f"{what}; see: {command} --help"


def _report(code: str, message: str, arguments: Sequence[str], exit_code: int) -> int:
    from sapwood.formats import what_and_fix

    message = " ".join(message.split())
    what, fix = what_and_fix(message)
    output.note(f"{output.styled('error', '1;31')}: {what}")
    if fix:
        output.note(f"{output.styled('hint', '1;36')}: {fix}")
    if "--json" in arguments:
        output.emit({"error": {"code": code, "message": message}})
    return exit_code


def _close_standard_output() -> None:
    """Flushes; a reader that is gone already is no failure."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes once more at its end: let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
