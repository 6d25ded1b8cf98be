"""The command ``ising-fidelity``: one command per step of the walk, each a thin cover.

Exit status: 0 done, 1 done, but what ``judge`` requires does not hold, 2 wrong usage or bad input
(one line on stderr), 3 done, but ``score`` could not compare everything, 130 and 143 ended by
Ctrl-C and by SIGTERM, 1 anything else.
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

from ising_fidelity.cli import judge, models, results  # noqa: F401  # commands of the application
from ising_fidelity.cli.commands import app
from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import abandon
from ising_fidelity.io.optional import needing

WALK = (
    *("judge", "simulate", "train", "sample", "sample-command", "relax", "equilibrate"),
    *("measure", "compare"),
    *("attribute", "scale", "solve", "merge", "score", "plot"),
)
"""Commands in the order of their list; others come last."""


def _place(command: Any) -> int:
    name = command.name or command.callback.__name__
    return [*WALK, name].index(name)


app.registered_commands.sort(key=_place)


def main() -> None:
    """Run the command line."""
    _open_streams()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as it is in the background
            signal.signal(number, _end)
    os.environ["MPLBACKEND"] = "agg"  # figures are files, wherever a command is given
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
        _refuse(f"more memory is needed than there is ({error})")
    except Exception as error:
        # Wrong usage, in the words of the command-line library; all else is an error of ours.
        if not hasattr(error, "format_message"):
            raise
        _refuse(error.format_message() or "a command is needed; allowed are those above")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _open_streams() -> None:
    """Put /dev/null in the place of a standard stream that is closed, as some schedulers leave it.

    Else the next file that is opened has its number, and is written to by what warns.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free, which those below it are not any more.
            free = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(free, "w" if number else "r"))


def _end(number: int, _: object) -> NoReturn:
    """End at once after Ctrl-C or SIGTERM, without what is half written.

    Nothing is raised: in the midst of a library an exception may be lost, or leave a lock behind
    that closing the file then waits for, as xarray's did.
    """
    abandon()
    os._exit(128 + number)


def _refuse(message: str) -> NoReturn:
    """End with status 2 and one line, whatever was typed or is in a file."""
    print(f"ising-fidelity: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)


def _options(name: str) -> dict[str, Any]:
    """Return the options of a command by their flags; none if there is no such command."""
    # Typer's type is that of a single command, and this application is a group of them.
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # of typer, whose groups have them
    parameters = commands[name].params if name in commands else ()
    return {flag: one for one in parameters for flag in one.opts if flag.startswith("--")}


def _refuse_repeats(words: Sequence[str]) -> None:
    """Refuse an option that is given twice: the command-line library takes the last, silently."""
    options = _options(words[0]) if words else {}
    given = [word.partition("=")[0] for word in itertools.takewhile(lambda one: one != "--", words)]
    for flag, option in options.items():
        if given.count(flag) > 1 and not (option.multiple or option.is_flag):
            raise InputError(f"{flag}: given {given.count(flag)} times; allowed is once")


def _as_flags(message: str) -> str:
    """Return an error of the library's with flags in place of the parameters that it names.

    The one that is wrong comes first; others have their values in brackets behind them.
    """
    name, colon, rest = message.partition(": ")
    flags = {
        flag.removeprefix("--").replace("-", "_"): flag for flag in _options("".join(sys.argv[1:2]))
    }
    if name not in flags or name == "config":  # which names a key of the files
        return message
    others = re.sub(r"\b(\w+)(?= \()", lambda found: flags.get(found[0], found[0]), rest)
    return f"{flags[name]}{colon}{others}"


def _warn(message: Warning | str, *_: object) -> None:
    print(f"warning: {' '.join(str(message).split())}", file=sys.stderr)
