"""Types of arguments and options shared by commands."""

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

NOT_WRITTEN = (".npy", ".npz")
"""Endings of names of files that no command writes."""


def writable(value: Path | list[Path] | None) -> Path | list[Path] | None:
    """Refuse an output that cannot be written, before anything is computed."""
    for path in value if isinstance(value, list) else [value] if value else []:
        check_writable(path)
        if path.suffix in NOT_WRITTEN:
            raise InputError(f"{path}: not written in this format; allowed are names such as x.nc")
    return value


WRITTEN = ("output", "outputs", "table", "paper_table", "claims_table")
"""Parameters of commands that are output files."""


def keep_apart(given: Mapping[str, Any]) -> None:
    """Refuse an output file that the same command also reads, or writes twice."""
    taken: set[str] = set()
    for name, value in sorted(given.items(), key=lambda item: item[0] in WRITTEN):
        for path in value if isinstance(value, list) else [value]:
            if not isinstance(path, Path):
                continue
            place = os.path.realpath(path)
            if name in WRITTEN and place in taken:
                raise InputError(
                    f"{path}: given as input and output, or twice as output; allowed are different "
                    "files"
                )
            taken.add(place)


def print_version(wanted: bool) -> None:
    """Print the version and exit, if requested."""
    if wanted:
        from importlib.metadata import version

        print(f"ising-fidelity {version('ising-fidelity')}")
        raise typer.Exit


LatticeSize = Annotated[int, typer.Option(help="L; frames are L x L")]

Temperature = Annotated[str, typer.Option(help="in units of J/k_B")]

Temperatures = Annotated[
    list[str], typer.Option("--temperature", help="in units of J/k_B; repeat for more")
]

Seed = Annotated[int, typer.Option(help="seed of all random numbers", min=0, max=2**63 - 1)]

Output = Annotated[Path, typer.Option(help="file to write", callback=writable)]

FramesFile = Annotated[Path, typer.Argument(metavar="FRAMES.nc", help="file of frames")]

Trained = Annotated[
    str, typer.Option(help="checkpoint written by train, or name of a shipped model")
]

Quiet = Annotated[bool, typer.Option("--quiet", help="do not print the summary line")]

Folder = Annotated[Path, typer.Option(help="folder to write")]

Workers = Annotated[int | None, typer.Option(help="number of processes; default: number of cores")]

Silent = Annotated[bool, typer.Option("--quiet", help="print nothing")]

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="files of a run")]

Device = Annotated[str, typer.Option(help="auto, cpu or cuda")]

NOT_COMPARED = 3
"""Exit status of ``score`` if a quantity could not be compared."""


def options_of(
    name: str, section: type[Section], only: Collection[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command one option per key of a section, and pass it the section.

    Defaults and descriptions are thus defined in the section only. If a key without default is not
    given, the command gets None in place of the section.

    Parameters
    ----------
    name
        Parameter of the command for the section.
    only
        Keys to use; default: all.
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
    """Return the type of a section's key on the command line."""
    plain = next((one for one in (bool, int, float) if one in _parts(field.annotation)), str)
    return plain | None if field.is_required() or field.default is None else plain


def _parts(annotation: Any) -> set[Any]:
    inner = [_parts(one) for one in get_args(annotation)]
    return {annotation}.union(*inner)


def _float(text: str) -> float:
    """Return a number; refuses underscores, which Python ignores but users mean as a point."""
    try:
        return float("" if "_" in text else text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a number such as 2.5") from None


def _option(key: str, field: FieldInfo) -> Any:
    if float in _parts(field.annotation):
        return typer.Option(parser=_float, metavar="FLOAT", help=field.description)
    # Without an explicit name, a switch would get a second one that turns it off.
    names = [f"--{key.replace('_', '-')}"] if field.annotation is bool else []
    return typer.Option(*names, help=field.description)


def lists(text: str, flag: str) -> dict[str, list[str]]:
    """Return a mapping of names to lists of strings, from JSON."""
    found: dict[str, list[str]] = {}
    for name, content in _mapping(text, flag).items():
        if not isinstance(content, list) or not all(isinstance(one, str) for one in content):
            raise InputError(f'{flag}: {name}: a list of strings is needed, such as ["2.30"]')
        found[name] = content
    return found


def patterns(text: str, flag: str) -> dict[str, str]:
    """Return a mapping of names to paths that contain {T}, from JSON."""
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
