"""Types of arguments and options that commands share."""

import functools
import inspect
import json
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import check_writable
from ising_fidelity.schema import Section, explain


def writable(value: Path | list[Path] | None) -> Path | list[Path] | None:
    """Refuse an output that cannot be written before anything is computed."""
    for path in value if isinstance(value, list) else [value] if value else []:
        check_writable(path)
    return value


WRITTEN = ("output", "outputs", "table", "paper_table", "claims_table")
"""Parameters of commands that are files to write."""


def keep_apart(given: Mapping[str, Any]) -> None:
    """Refuse to write over a file that the same command reads or writes, before it is lost."""
    taken: set[str] = set()
    for name, value in sorted(given.items(), key=lambda item: item[0] in WRITTEN):
        for path in value if isinstance(value, list) else [value]:
            if not isinstance(path, Path):
                continue
            place = os.path.realpath(path)
            if name in WRITTEN and place in taken:
                raise InputError(
                    f"{path}: the same command reads it, or writes it twice; allowed is another "
                    "file"
                )
            taken.add(place)


def print_version(wanted: bool) -> None:
    """Print the version and exit, if that is wanted."""
    if wanted:
        from importlib.metadata import version

        print(f"ising-fidelity {version('ising-fidelity')}")
        raise typer.Exit


LatticeSize = Annotated[int, typer.Option(help="L, frames are L x L")]

Temperature = Annotated[str, typer.Option(help="in units of J/k_B")]

Temperatures = Annotated[list[str], typer.Option("--temperature", help="repeat for more")]

Seed = Annotated[int, typer.Option(help="of every random number", min=0, max=2**63 - 1)]

Output = Annotated[Path, typer.Option(help="file to write", callback=writable)]

FramesFile = Annotated[Path, typer.Argument(metavar="FRAMES.nc", help="frames to look at")]

Trained = Annotated[
    str, typer.Option(help="checkpoint written by train, or the name of a shipped model")
]

Quiet = Annotated[bool, typer.Option("--quiet", help="leave out the line that says what was found")]

Files = Annotated[list[Path], typer.Argument(metavar="FILE...")]

Device = Annotated[str, typer.Option(help="auto, cpu or cuda")]

NOT_COMPARED = 3
"""Exit status of ``score`` if something could not be compared."""


def options_of(
    name: str, section: type[Section], only: Collection[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command one option for every key of a section, and hand it the section.

    So a key's default and description stand in the section alone. Where a key without default is
    not given, the command gets None in place of the section.

    Parameters
    ----------
    name
        Parameter of the command that takes the section.
    only
        Keys to take; all if not given.
    """
    fields = {key: field for key, field in section.model_fields.items() if not only or key in only}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def wrapped(**given: Any) -> None:
            values = {key: given.pop(key) for key in fields}
            lacking = [key for key, field in fields.items() if field.is_required()]
            if any(values[key] is None for key in lacking):
                command(**given, **{name: None})
                return
            try:
                made = section(**values)
            except ValidationError as error:
                raise InputError(explain(error)) from error
            command(**given, **{name: made})

        own = inspect.signature(command).parameters.values()
        wrapped.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # which typer reads
            [one for one in own if one.name != name]
            + [
                inspect.Parameter(
                    key,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=None if field.is_required() else field.default,
                    annotation=Annotated[_type(field), _option(key, field)],
                )
                for key, field in fields.items()
            ]
        )
        return wrapped

    return decorate


def _type(field: FieldInfo) -> Any:
    """Return the type of a section's key as the command line takes it."""
    plain = next((one for one in (bool, int, float) if one in _parts(field.annotation)), str)
    return plain | None if field.is_required() or field.default is None else plain


def _parts(annotation: Any) -> set[Any]:
    inner = [_parts(one) for one in get_args(annotation)]
    return {annotation}.union(*inner)


def _float(text: str) -> float:
    """Return a number; a stroke in it, which Python leaves out, was to be the point."""
    try:
        return float("" if "_" in text else text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no number, such as 2.5") from None


def _option(key: str, field: FieldInfo) -> Any:
    if float in _parts(field.annotation):
        return typer.Option(parser=_float, metavar="FLOAT", help=field.description)
    # Without a name of its own, a switch would also have one that turns it off.
    names = [f"--{key.replace('_', '-')}"] if field.annotation is bool else []
    return typer.Option(*names, help=field.description)


def lists(text: str, flag: str) -> dict[str, list[str]]:
    """Return a JSON mapping to lists of texts."""
    found: dict[str, list[str]] = {}
    for name, content in _mapping(text, flag).items():
        if not isinstance(content, list) or not all(isinstance(one, str) for one in content):
            raise InputError(f'{flag}: {name}: a list of texts is needed, such as ["2.30"]')
        found[name] = content
    return found


def patterns(text: str, flag: str) -> dict[str, str]:
    """Return a JSON mapping to paths with {T} in them."""
    found: dict[str, str] = {}
    for name, content in _mapping(text, flag).items():
        if not isinstance(content, str) or content.count("{T}") != 1:
            raise InputError(f"{flag}: {name}: a path with one {{T}} in it is needed")
        found[name] = content
    return found


def _mapping(text: str, flag: str) -> dict[str, Any]:
    try:
        mapping = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{flag}: not valid JSON ({error})") from error
    if not isinstance(mapping, dict):
        raise InputError(f"{flag}: a mapping is needed, such as {{}}")
    return mapping
