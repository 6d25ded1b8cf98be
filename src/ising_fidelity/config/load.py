"""Reading config files: presets are merged over each other, then checked."""

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
    """Lay one mapping over another: mappings are merged, everything else is replaced.

    An empty mapping has nothing to merge, and replaces nothing either, as Snakemake has it.
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
"""Sections that null does not switch off."""


def without_effect(layers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each empty mapping that is laid over something and changes nothing."""
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
            yield f"{said}: it is null, and stays so until one of its keys is given"
        elif isinstance(value, Mapping) and value and isinstance(under, Mapping):
            yield from _empty(value, under, f"{place}{key}.")
        elif value == {} and isinstance(under, Mapping) and under and not place:
            whole = f", {key}: null leaves out all" if key not in NEEDED else ""
            # A section of settings has no entries to leave out one by one.
            if not any(isinstance(one, str | int | float) for one in under.values()):
                whole = f", null in place of an entry leaves that out{whole}"
            yield f"{said}: mappings are merged{whole}"


def base(home: Path) -> Path:
    """Return the config to lay others over, as the workflow finds it.

    It is that of the folder that is worked in, or else of ``home``, the project's own folder.
    """
    own = Path("config.yaml")
    return own if own.exists() else home / own


def load(paths: Sequence[str | Path]) -> Config:
    """Read config files, lay all but the first over the first, and check the result.

    Those that are laid over it are laid over each other before, as Snakemake does: a mapping that
    one of them replaces by null, and a later one by keys, has the keys left out from the first.

    Raises
    ------
    InputError
        Naming the file or the key, what is wrong and what is allowed.
    """
    base, *layers = [read(path) for path in paths]
    over: dict[str, Any] = {}
    for layer in layers:
        over = merge(over, layer)
    for line in without_effect([base, *layers]):
        warnings.warn(line, stacklevel=2)
    return check(merge(base, over))


def read(path: str | Path) -> dict[str, Any]:
    """Return what one config file holds; raises InputError if that is no mapping."""
    content = read_yaml(Path(path))
    if not isinstance(content, dict):
        raise InputError(f"{path}: a config is a mapping of keys to values")
    return content


def without_likes(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a config whose models have all their keys, and no ``like`` any more.

    Raises
    ------
    InputError
        If a model is like an entry that is not there, or like itself.
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
    """Return a config made of plain values; raises InputError with one line if it is wrong."""
    try:
        return Config.model_validate(without_likes(with_nulls(content)))
    except ValidationError as error:
        raise InputError(f"config: {explain(error, families())}") from error
