"""The program ``ising-fidelity``: one thin command per step.

Exit status: 0 success; 1 a requirement of ``judge`` is not met, or any other error; 2 wrong usage
or bad input (one line on stderr); 3 ``score`` could not compare everything; 130 and 143 ended by
Ctrl-C and SIGTERM.
"""

import itertools
import os
import re
import signal
import sys
import warnings
from collections.abc import Sequence
from typing import Any, NoReturn

import typer

from ising_fidelity.cli import judge, look, models, results  # noqa: F401  # commands of the application
from ising_fidelity.cli.commands import app
from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import abandon
from ising_fidelity.io.optional import needing

WALK = (
    *("look", "judge", "simulate", "train", "sample", "sample-command", "relax"),
    *("metropolise", "equilibrate"),
    *("measure", "compare"),
    *("attribute", "scale", "solve", "merge", "score", "plot"),
)
"""Order of the commands in the help text; others come last."""


def _place(command: Any) -> int:
    name = command.name or command.callback.__name__
    return [*WALK, name].index(name)


app.registered_commands.sort(key=_place)


def main() -> None:
    """Run the command line."""
    _open_streams()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # ignored in the background
            signal.signal(number, _end)
    os.environ["MPLBACKEND"] = "agg"  # figures are only written to files
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", UserWarning)
            warnings.showwarning = _warn  # type: ignore[assignment]  # it takes what it is given
            _refuse_repeats(sys.argv[1:])
            with needing():
                sys.exit(app(standalone_mode=False))
    except InputError as error:
        _refuse(_as_flags(str(error)))
    except MemoryError as error:
        _refuse(f"out of memory ({error})")
    except Exception as error:
        # Errors of usage have this method; any other exception is a bug.
        if not hasattr(error, "format_message"):
            raise
        _refuse(error.format_message() or "a command is needed; allowed are those above")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _open_streams() -> None:
    """Open /dev/null in place of a closed standard stream, as some schedulers leave it.

    Otherwise the next opened file would get its number, and warnings would be written to it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number, which is this stream's, as those below are open.
            free = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(free, "w" if number else "r"))


def _end(number: int, _: object) -> NoReturn:
    """Exit at once after Ctrl-C or SIGTERM, and remove partly written files.

    An exception is not raised: inside a library it may be lost, or leave a lock that closing a
    file then waits for, as seen in xarray.
    """
    abandon()
    os._exit(128 + number)


def _refuse(message: str) -> NoReturn:
    """Exit with status 2 and a message of one line."""
    print(f"ising-fidelity: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)


def _options(name: str) -> dict[str, Any]:
    """Return the options of a command by their flags; empty if there is no such command."""
    # Typer's type hint is that of a single command, but this application is a group.
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # groups of typer have it
    parameters = commands[name].params if name in commands else ()
    return {flag: one for one in parameters for flag in one.opts if flag.startswith("--")}


def _refuse_repeats(words: Sequence[str]) -> None:
    """Refuse an option given twice; the command-line library would silently use the last."""
    options = _options(words[0]) if words else {}
    given = [word.partition("=")[0] for word in itertools.takewhile(lambda one: one != "--", words)]
    for flag, option in options.items():
        if given.count(flag) > 1 and not (option.multiple or option.is_flag):
            raise InputError(f"{flag}: given {given.count(flag)} times; allowed is once")


def _as_flags(message: str) -> str:
    """Return an error message of the library with flags in place of parameter names.

    The wrong parameter comes first; others are followed by their values in brackets.
    """
    name, colon, rest = message.partition(": ")
    flags = {
        flag.removeprefix("--").replace("-", "_"): flag for flag in _options("".join(sys.argv[1:2]))
    }
    if name not in flags or name == "config":  # its errors name keys of config files
        return message
    others = re.sub(r"\b(\w+)(?= \()", lambda found: flags.get(found[0], found[0]), rest)
    return f"{flags[name]}{colon}{others}"


def _warn(message: Warning | str, *_: object) -> None:
    print(f"warning: {' '.join(str(message).split())}", file=sys.stderr)
