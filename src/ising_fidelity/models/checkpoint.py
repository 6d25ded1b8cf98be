"""Trained models as files: weights with all settings that sampling needs."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ising_fidelity.exceptions import InputError
from ising_fidelity.io import provenance
from ising_fidelity.io.files import check_readable, whole
from ising_fidelity.lattice import LARGEST_LATTICE
from ising_fidelity.models.common.layers import channels_last
from ising_fidelity.models.common.settings import Training
from ising_fidelity.models.family import families, family_of
from ising_fidelity.schema import explain

FORMAT = "ising-fidelity model 1"
"""The only key of the metadata: the order of several keys would not be reproducible."""


@dataclass(frozen=True)
class Model:
    """A trained model.

    The network is ready for sampling. ``lattice_size`` is that of the training frames, ``metadata``
    that of the checkpoint, including provenance.
    """

    network: nn.Module
    settings: Training
    lattice_size: int
    metadata: dict[str, Any]


def save(
    path: Path,
    weights: dict[str, Tensor],
    settings: Training,
    lattice_size: int,
    attributes: dict[str, Any],
) -> None:
    """Write the weights of the family's ``build_network`` and provenance, whole or not at all."""
    described = attributes | {"model": settings.plain(), "lattice_size": lattice_size}
    metadata = {FORMAT: json.dumps(described, sort_keys=True)}
    with whole(path) as place:
        save_file(
            {key: value.cpu().contiguous() for key, value in weights.items()}, place, metadata
        )


def finite(weights: Mapping[str, Tensor]) -> bool:
    """Whether all weights are finite numbers."""
    return all(bool(torch.isfinite(weight).all()) for weight in weights.values())


def _known(path: Path, settings: Training) -> dict[str, str]:
    """Return default metadata for checkpoints that lack them."""
    plain = settings.plain()
    return {
        "name": path.stem,
        "settings": provenance.canonical_json(plain),
        "settings_hash": provenance.settings_hash(plain),
    }


def _fitted(settings: Training, lattice_size: int, weights: Mapping[str, Tensor]) -> nn.Module:
    """Return the network with these weights; raise ValueError if they do not fit the settings."""
    if not 0 < lattice_size <= LARGEST_LATTICE or lattice_size % settings.unit:
        raise ValueError(
            f"lattice_size is {lattice_size}; allowed are multiples of {settings.unit} up to "
            f"{LARGEST_LATTICE}"
        )
    # On the meta device first: settings may describe a much larger network than the file holds.
    with torch.device("meta"):
        wanted = family_of(settings).build_network(settings, lattice_size).state_dict()
    for name in sorted(wanted.keys() | weights.keys()):
        shapes = [tuple(one[name].shape) if name in one else "none" for one in (wanted, weights)]
        if shapes[0] != shapes[1]:
            raise ValueError(f"{name}: shape is {shapes[1]}; the settings need {shapes[0]}")
    if not finite(weights):
        raise ValueError("weights are not all finite numbers")
    network = family_of(settings).build_network(settings, lattice_size)
    network.load_state_dict(weights)
    return network


def _settings(path: Path, content: dict[str, Any]) -> Training:
    """Return a model's settings; keys of older versions are dropped if they had no effect."""
    family = families().get(content["family"])
    if family is None:
        raise ValueError(f"family is {content['family']!r}; allowed are {', '.join(families())}")
    content = copy.deepcopy(content)
    for place, meaningless in family.settings.dropped_keys.items():
        *sections, key = place.split(".")
        section = content
        for name in sections:
            section = section.get(name, {})
        if (value := section.pop(key, meaningless)) != meaningless:
            raise InputError(
                f"{path}: {place} is {value!r}, which this version no longer supports; train the "
                "model again, or sample it with version 0.1"
            )
    return family.settings.model_validate(content)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def load(path: Path, device: torch.device | None = None) -> Model:
    """Read a checkpoint.

    Raises
    ------
    InputError
        If the file is missing or not a checkpoint of this project.
    """
    check_readable(path)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            # The open file has keys, but cannot be iterated over.
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is no dict
    except Exception as error:
        # Damaged files raise several kinds of errors.
        raise InputError(f"{path}: not a readable safetensors file ({_line(error)})") from error
    if FORMAT not in metadata:
        raise InputError(f"{path}: its metadata has no {FORMAT!r}; not a model written by train")
    try:
        described = json.loads(metadata[FORMAT])
        settings = _settings(path, described["model"])
        described = _known(path, settings) | described
        for key, example in (_known(path, settings) | {"lattice_size": 32}).items():
            if type(described[key]) is not type(example):
                raise TypeError(f"{key} is {described[key]!r}; allowed are such as {example!r}")
        lattice_size = described["lattice_size"]
        network = _fitted(settings, lattice_size, weights)
    except ValidationError as error:
        raise InputError(f"{path}: its metadata is not of a model: {explain(error)}") from error
    except KeyError as error:
        raise InputError(f"{path}: its metadata has no {error.args[0]!r}") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: settings and weights do not match ({_line(error)})") from error
    network.requires_grad_(False).eval()
    channels_last(network)
    return Model(network.to(device or "cpu"), settings, lattice_size, described)
