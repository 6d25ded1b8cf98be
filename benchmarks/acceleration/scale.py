"""The scale of the benchmark, and its training frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.harness import ROOT
from ising_fidelity.config import load
from ising_fidelity.config.run import Config
from ising_fidelity.models.diffusion.settings import DiffusionSettings
from ising_fidelity.remote import parcel

PRESETS = ROOT / "workflow" / "presets"
CONFIGS = [ROOT / "config.yaml", PRESETS / "paper.yaml", PRESETS / "paper-accelerated.yaml"]
MODEL = "DiffIsing2"
SMALL_BATCH = 4
"""As in similar implementations."""

Spins = dict[float, NDArray[np.int8]]


@dataclass(frozen=True)
class Scale:
    """The scale of the benchmark."""

    settings: DiffusionSettings
    lattice_size: int
    batch: int
    """The large batch size."""
    images: int
    every: int
    """Images between evaluations of the loss."""
    seeds: int
    product: int
    """Rows of the matrices whose product measures the peak."""
    rounds: int
    temperatures: tuple[str, ...]

    @classmethod
    def of(cls, run: Config, full: bool) -> "Scale":
        """Return the paper's scale, or one that takes minutes on a core."""
        settings: Any = run.trained_models[MODEL]
        if full:
            batch, temperatures = settings.batch_size, tuple(settings.training_temperatures)
            return cls(settings, 64, batch, 21_600, 2700, 1, 8192, 3, temperatures)
        network = settings.network.model_copy(update={"width": 8, "embedding": 64})
        temperatures = ("1.80", "2.20", "2.40", "3.00")
        small = settings.model_copy(
            update={"network": network, "training_temperatures": list(temperatures)}
        )
        return cls(small, 8, 60, 48_000, 1500, 2, 1024, 3, temperatures)

    def training(self, batch: int, rate: float, device: torch.device, **more: Any) -> Any:
        """Return the settings with this batch size and learning rate."""
        update = {
            "batch_size": batch,
            "learning_rate": rate,
            "images_per_epoch": self.every,
            "epochs": self.images // self.every,
        }
        if device.type == "cpu":
            update |= {"precision": "float32", "compile": False}
        return self.settings.model_copy(update=update | more)


def frames(scale: Scale, paths: Sequence[Path]) -> Spins:
    """Return frames by temperature, from files of a parcel or simulated here."""
    if paths:
        arrays, about = parcel.read(paths)
        run = load.check(about["config"])
        source = run.trained_on(MODEL)
        return {
            float(T): parcel.unpack(arrays[f"{source}/{T}"], run.lattice_size)
            for T in scale.temperatures
        }
    from ising_fidelity import montecarlo

    return {
        float(T): montecarlo.run_chains(
            scale.lattice_size, float(T), "cluster", 1000, 10, 50, 5, seed
        ).spins
        for seed, T in enumerate(scale.temperatures)
    }
