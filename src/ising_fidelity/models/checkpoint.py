"""Trained models as files: weights with everything that sampling needs to know beside them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ising_fidelity.exceptions import InputError
from ising_fidelity.files import whole
from ising_fidelity.models import adversarial, penalized
from ising_fidelity.models.autoregressive import MultiscaleNetwork
from ising_fidelity.models.patchnet import PatchNetwork
from ising_fidelity.models.settings import (
    AutoregressiveSettings,
    ContinuousSettings,
    DiffusionSettings,
    ModelSettings,
    PenalizedSettings,
)
from ising_fidelity.models.unet import UNet, channels_last

FORMAT = "ising-fidelity model 1"
"""The one key of the metadata. More than one would be written in an order that changes."""


@dataclass(frozen=True)
class Model:
    """A trained model.

    Attributes
    ----------
    network
        The one that draws frames, ready for sampling.
    settings
        Its entry in the config.
    lattice_size
        L of its training frames.
    metadata
        The checkpoint's metadata, provenance included.
    """

    network: nn.Module
    settings: ModelSettings
    lattice_size: int
    metadata: dict[str, Any]


def build_network(
    settings: ModelSettings, lattice_size: int
) -> UNet | PatchNetwork | MultiscaleNetwork | penalized.Generator | adversarial.Generator:
    """Return the untrained network that draws frames."""
    if isinstance(settings, DiffusionSettings):
        return UNet(settings.network)
    if isinstance(settings, ContinuousSettings):
        return PatchNetwork(settings.network)
    if isinstance(settings, AutoregressiveSettings):
        return MultiscaleNetwork(settings.network)
    if isinstance(settings, PenalizedSettings):
        return penalized.Generator(settings)
    return adversarial.Generator(settings, lattice_size)


def save(
    path: Path,
    weights: dict[str, Tensor],
    settings: ModelSettings,
    lattice_size: int,
    attributes: dict[str, Any],
) -> None:
    """Write a checkpoint that is whole or not there at all.

    Parameters
    ----------
    weights
        Of the network that :func:`build_network` returns.
    attributes
        Provenance, see :func:`ising_fidelity.provenance.attributes`.
    """
    described = attributes | {"model": settings.plain(), "lattice_size": lattice_size}
    metadata = {FORMAT: json.dumps(described, sort_keys=True)}
    with whole(path) as place:
        save_file(
            {key: value.cpu().contiguous() for key, value in weights.items()}, place, metadata
        )


def load(path: Path, device: torch.device | None = None) -> Model:
    """Read a checkpoint.

    Raises
    ------
    InputError
        If the file is missing or not a checkpoint of this project.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            names = list(file.keys())
            weights = {name: file.get_tensor(name) for name in names}
    except SafetensorError as error:
        raise InputError(f"{path}: not a readable safetensors file ({error})") from error
    if FORMAT not in metadata:
        raise InputError(f"{path}: its metadata has no {FORMAT!r}; not a model made by train")
    try:
        described = json.loads(metadata[FORMAT])
        adapter: TypeAdapter[Any] = TypeAdapter(ModelSettings)
        settings = adapter.validate_python(described["model"])
        lattice_size = described["lattice_size"]
        network = build_network(settings, lattice_size)
        network.load_state_dict(weights)
    except (KeyError, ValueError, ValidationError, RuntimeError) as error:
        text = " ".join(str(error).split())
        raise InputError(f"{path}: settings and weights do not belong together ({text})") from error
    network.requires_grad_(False).eval()
    channels_last(network)
    return Model(network.to(device or "cpu"), settings, lattice_size, described)
