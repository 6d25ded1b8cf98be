"""The registry of model families; each family is a folder of this package.

A family's folder defines ``FAMILY`` in its ``__init__.py`` and is listed in :data:`FOLDERS`. The
parts of a family are named as text and loaded when used: settings need no torch, training needs no
sampler, and no family needs another.
"""

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import nn

    from ising_fidelity.models.common.data import Frames
    from ising_fidelity.models.common.protocol import Trainer
    from ising_fidelity.models.common.settings import Training
    from ising_fidelity.models.sampling.protocol import Sampler

FOLDERS = ("diffusion", "continuous", "autoregressive", "gan", "wgan_gp", "baseline", "command")
"""To add a family, add a folder beside this file and its name here."""


@dataclass(frozen=True)
class Family:
    """The parts of a model family, by names such as ``"trainer:DiffusionTrainer"``.

    Names are relative to ``package``, the dotted name of the family's folder. They name the
    function that builds the network from settings and L, the class of the
    :class:`~ising_fidelity.models.common.protocol.Trainer`, and that of the
    :class:`~ising_fidelity.models.sampling.protocol.Sampler`. Facts about the family that are
    needed without torch are attributes of its settings class.

    A family without a network, with an empty name for it, has its own steps instead of ``train``
    and ``sample``. Its trainer and sampler are the functions that these steps call.
    """

    package: str
    settings: "type[Training]"
    network: str
    trainer: str
    sampler: str

    @property
    def name(self) -> str:
        """The family's name in a config."""
        return str(self.settings.model_fields["family"].annotation.__args__[0])  # type: ignore[union-attr]  # a Literal

    @property
    def has_network(self) -> bool:
        """Whether its models are networks of this package, with checkpoints and losses."""
        return bool(self.network)

    def step(self, verb: str) -> str:
        """Return the name of the step that trains or samples its models."""
        return verb if self.has_network else f"{verb}_{self.name}"

    @property
    def training_modules(self) -> list[str]:
        """Dotted names of the modules that a training depends on, with all that they import."""
        return self._modules("trainer", "network")

    @property
    def sampling_modules(self) -> list[str]:
        """Dotted names of the modules that sampling depends on, with all that they import."""
        return self._modules("sampler", "network")

    def _modules(self, *roles: str) -> list[str]:
        given = (getattr(self, role) for role in roles)
        names = (name.partition(":")[0] for name in given if name)
        return [f"{self.package}.{name}" for name in dict.fromkeys(names)]

    def _load(self, role: str) -> Any:
        return pkgutil.resolve_name(f"{self.package}.{getattr(self, role)}")

    def build_network(self, settings: "Training", lattice_size: int) -> "nn.Module":
        """Return the untrained network for frames of L x L sites."""
        return self._load("network")(settings, lattice_size)

    def make_trainer(
        self,
        settings: "Training",
        seen: "Frames",
        held_out: "Frames",
        device: "torch.device",
        noise: "torch.Generator",
    ) -> "Trainer":
        """Return the trainer of a model, given training frames and held-out frames."""
        return self._load("trainer")(settings, seen, held_out, device, noise)

    def make_sampler(self) -> "Sampler":
        """Return the sampler of the family's models."""
        return self._load("sampler")()


@cache
def families() -> Mapping[str, Family]:
    """Return every family by its name in a config."""
    found = (import_module(f"{__package__}.{folder}").FAMILY for folder in FOLDERS)
    return {family.name: family for family in found}


def family_of(settings: "Training") -> Family:
    """Return the family of a model's settings."""
    return families()[settings.family]
