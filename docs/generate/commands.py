"""Tables of every command and option, from the command line itself."""

import textwrap
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import typer

from docs.generate.markdown import table
from ising_fidelity.cli.main import app

VALUES = {int: "whole number", float: "number", str: "text", Path: "path", bool: ""}
"""What the value of an option is called."""
WHOLE = {"break_on_hyphens": False, "break_long_words": False}


def tables() -> str:
    """Return, for each command, what it does, how it is called and a table of its options."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # of typer, whose groups have them
    return "\n\n".join(_command(name, command) for name, command in commands.items())


def _command(name: str, command: Any) -> str:
    """Return the section of one command."""
    kinds = _kinds(command.callback)
    of_command = [one for one in command.params if one.name in kinds]
    arguments = [one for one in of_command if one.param_type_name == "argument"]
    options = [one for one in of_command if one.param_type_name == "option" and not one.hidden]
    required = [f"{_flags(one)} {one.name.upper()}" for one in options if one.required]
    words = [f"ising-fidelity {name}", *required, "[OPTIONS]", *map(_name, arguments)]
    rows = [[f"`{_name(one)}`", _value(kinds[one.name]), _given(one)] for one in arguments]
    rows += [[f"`{_flags(one)}`", _value(kinds[one.name]), _default(one)] for one in options]
    for row, one in zip(rows, [*arguments, *options], strict=True):
        row.append(" ".join((one.help or "").split()).replace("|", "\\|"))
    about = " ".join((command.help or "").split())
    usage = " \\\n".join(textwrap.wrap(" ".join(words), 76, subsequent_indent="    ", **WHOLE))
    heads = ["option", "value", "default", "meaning"]
    return f"## {name}\n\n{about}\n\n```\n{usage}\n```\n\n{table(heads, rows)}"


def _kinds(callback: Callable[..., None]) -> dict[str, Any]:
    """Return the type of each option, of those that a section of the config gives, too."""
    hints = get_type_hints(callback)
    parameters = signature(callback).parameters.items()
    return {name: hints.get(name) or get_args(one.annotation)[0] for name, one in parameters}


def _name(argument: Any) -> str:
    name = argument.metavar or f"{argument.name.upper()}{'...' * (argument.nargs == -1)}"
    return str(name) if argument.required else f"[{name}]"


def _given(argument: Any) -> str:
    return "required" if argument.required else _default(argument)


def _flags(option: Any) -> str:
    """Return the flags of an option, such as ``--progress/--no-progress``."""
    return "/".join([*option.opts, *option.secondary_opts])


def _value(kind: Any) -> str:
    """Return what a value of a type is called."""
    if get_origin(kind) is list:
        return f"{_value(get_args(kind)[0])}, once or more often"
    inside = [one for one in get_args(kind) if one is not NoneType]
    return _value(inside[0]) if inside else VALUES[kind]


def _default(option: Any) -> str:
    if option.required:
        return "required"
    value = option.default
    return "" if value in (None, "", False, []) or callable(value) else f"`{value}`"
