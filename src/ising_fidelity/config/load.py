"""Read config files, merge presets over them, and check the result."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ising_fidelity.config.absent import with_nulls
from ising_fidelity.config.run import Config
from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import read_yaml
from ising_fidelity.models.family import families
from ising_fidelity.schema import explain


def merge(base: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    """Merge a mapping over another: nested mappings are merged, all other values replaced.

    An empty mapping changes nothing, as in Snakemake.
    """
    merged = dict(base)
    for key, value in update.items():
        old = merged.get(key)
        if key in merged and value == {}:
            continue
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            value = merge(old, value)
        merged[key] = value
    return merged


NEEDED = ("monte_carlo", "sampling")
"""Sections that cannot be null."""


def without_effect(layers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each empty mapping that is merged over a value and changes nothing."""
    lines: list[str] = []
    below: dict[str, Any] = {}
    for layer in layers:
        lines += _empty(layer, below)
        below = merge(below, layer)
    return lines


def _empty(layer: Mapping[str, Any], below: Mapping[str, Any], place: str = "") -> Iterator[str]:
    for key, value in layer.items():
        under, said = below.get(key), f"{place}{key}: {{}} changes nothing"
        if value == {} and key in below and under is None:
            yield f"{said}: it stays null until one of its keys is given"
        elif isinstance(value, Mapping) and value and isinstance(under, Mapping):
            yield from _empty(value, under, f"{place}{key}.")
        elif value == {} and isinstance(under, Mapping) and under and not place:
            whole = f"; {key}: null leaves out all" if key not in NEEDED else ""
            # A section of settings has no entries to leave out one by one.
            if not any(isinstance(one, str | int | float) for one in under.values()):
                whole = f"; set an entry to null to leave it out{whole}"
            yield f"{said}: mappings are merged{whole}"


def base(home: Path) -> Path:
    """Return the base config that the workflow uses.

    It is ``config.yaml`` in the working folder if it exists, or else in ``home``, the project's
    folder.
    """
    own = Path("config.yaml")
    return own if own.exists() else home / own


def load(paths: Sequence[str | Path]) -> Config:
    """Read config files, merge the others over the first one, and check the result.

    As in Snakemake, the others are merged with each other first. If one sets a mapping to null and
    a later one gives keys, the keys that it does not give are taken from the first file.

    Raises
    ------
    InputError
        If a file is unreadable or a key is invalid; the message names file or key.
    """
    base, *layers = [read(path) for path in paths]
    over: dict[str, Any] = {}
    for layer in layers:
        over = merge(over, layer)
    for line in without_effect([base, *layers]):
        warnings.warn(line, stacklevel=2)
    return check(merge(base, over))


def read(path: str | Path) -> dict[str, Any]:
    """Return the content of one config file; raises InputError unless it is a mapping."""
    content = read_yaml(Path(path))
    if not isinstance(content, dict):
        raise InputError(f"{path}: a mapping of keys to values is needed")
    return content


def without_likes(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a config with every ``like`` replaced by the keys of the named entry.

    Raises
    ------
    InputError
        If the entry does not exist, or leads back to the model.
    """
    models, templates = content.get("models"), content.get("templates") or {}
    if not isinstance(models, Mapping) or not isinstance(templates, Mapping):
        return dict(content)
    given = {
        name: entry for name, entry in {**templates, **models}.items() if isinstance(entry, Mapping)
    }

    def whole(name: str, behind: tuple[str, ...]) -> dict[str, Any]:
        entry = dict(given[name])
        if "like" not in entry:
            return entry
        like = entry.pop("like")
        if not isinstance(like, str) or like not in given:
            raise InputError(
                f"config: models.{behind[0]}.like: no entry {like!r} in templates or models; "
                f"allowed are {', '.join(map(repr, given))}"
            )
        if like in behind:
            raise InputError(f"config: models.{behind[0]}.like: {like} leads back to itself")
        return merge(whole(like, (*behind, like)), entry)

    made = {name: whole(name, (name,)) if name in given else models[name] for name in models}
    return {**content, "models": made, "templates": {}}


def check(content: Mapping[str, Any]) -> Config:
    """Return the checked config of plain values; raises InputError if it is invalid."""
    try:
        return Config.model_validate(without_likes(with_nulls(content)))
    except ValidationError as error:
        raise InputError(f"config: {explain(error, families())}") from error
