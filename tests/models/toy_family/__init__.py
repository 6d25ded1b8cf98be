"""Independent spins with a magnetization that depends on T: the smallest family there can be."""

from typing import Literal

from ising_fidelity.models.common.settings import AveragedTraining
from ising_fidelity.models.family import Family


class ToySettings(AveragedTraining):
    """Independent spins."""

    family: Literal["toy"]


FAMILY = Family(__name__, ToySettings, "model:Toy", "model:ToyTrainer", "model:ToySampler")
