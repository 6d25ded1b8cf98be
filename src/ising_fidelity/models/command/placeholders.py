"""Commands with placeholders: validation and substitution of values."""

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from string import Formatter

TRAINING = ("frames", "output", "state", "seed", "L", "threads")
"""Placeholders that a training command may use."""
SAMPLING = ("model", "T", "n", "L", "seed", "output", "threads")
"""Placeholders that a sampling command may use."""

Value = str | int | Path | Sequence[Path]


def check(command: str, allowed: Collection[str], needed: Collection[str]) -> None:
    """Raise ValueError unless a command has all required placeholders, and no unknown ones.

    Placeholders must not stand in quotes: inserted values are quoted if necessary, and the shell
    would split paths at nested quotes.
    """
    if "\0" in command:
        raise ValueError("contains a zero byte; a command cannot contain one")
    quote, found = "", []
    for literal, name in _parts(command):
        quote = _quote_after(literal, quote)
        if name is None:
            continue
        if name not in allowed:
            raise ValueError(
                f"no placeholder {{{name}}}; allowed are {_listed(allowed)}, and {{{{ and }}}} for "
                "braces of the shell"
            )
        if quote:
            raise ValueError(
                f"{{{name}}} stands in quotes; leave them out, inserted values are quoted"
            )
        found.append(name)
    if missing := [name for name in needed if name not in found]:
        raise ValueError(f"without {{{missing[0]}}}; needed are {_listed(needed)}")


def filled(command: str, values: Mapping[str, Value]) -> str:
    """Return a command for the shell, with each value as one word, or each of several values."""
    return "".join(
        literal + ("" if name is None else _words(values[name]))
        for literal, name in _parts(command)
    )


def named(command: str) -> set[str]:
    """Return the placeholders of a command."""
    return {name for _, name in _parts(command) if name is not None}


def _parts(command: str) -> Iterator[tuple[str, str | None]]:
    """Yield the text before each placeholder, and the placeholder's name; None at the end."""
    try:
        parts = list(Formatter().parse(command))
    except ValueError as error:
        raise ValueError(f"{error}; write {{{{ and }}}} for braces of the shell") from None
    for literal, name, form, conversion in parts:
        if form or conversion:
            raise ValueError(f"{{{name}}} with a format; allowed is {{{name}}} alone")
        yield literal, name


def _quote_after(text: str, quote: str) -> str:
    """Return the shell quote that is open after a text, given the one that was open before."""
    escaped = False
    for letter in text:
        if escaped:
            escaped = False
        elif letter == "\\" and quote != "'":
            escaped = True
        elif letter in "'\"" and quote in ("", letter):
            quote = "" if quote else letter
    return quote


def _words(value: Value) -> str:
    several = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    return " ".join(shlex.quote(str(one)) for one in several)


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
