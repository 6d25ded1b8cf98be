"""Energy and magnetization along the reverse chain."""

from typing import Any

import numpy as np
import torch
import xarray as xr

from ising_fidelity import lattice
from ising_fidelity.exceptions import InputError
from ising_fidelity.io.progress import progress_bar
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.family import family_of
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.sampling.protocol import Request, device_of

SNAPSHOTS = 11
SNAPSHOT_FRAMES = 4


def reverse_trajectories(
    model: Model, temperature: float, lattice_size: int, starts: int, seed: int, chain: Chain
) -> xr.Dataset:
    """Return energy and magnetization of each start at T in J/k_B, and snapshots of some frames.

    Raises
    ------
    InputError
        If the model has no chain of N_t steps, or cannot sample lattices of this size.
    """
    if model.settings.chain_length is None:
        raise InputError(
            f"model: {model.metadata['name']} of family {model.settings.family} has no reverse "
            "chain of N_t steps; allowed is family diffusion"
        )
    sampler: Any = family_of(model.settings).make_sampler()
    times = sampler.times(model.settings, chain)
    steps = len(times) - 1
    generator = torch.Generator(device_of(model)).manual_seed(seed)
    energies, magnetizations, latents = [], [], []
    kept = set(np.linspace(0, steps, min(SNAPSHOTS, steps + 1)).round().astype(int).tolist())
    walk = sampler.walk(model, Request(temperature, starts, lattice_size, generator, chain))
    for step, x in enumerate(progress_bar(walk, total=steps + 1, unit="step")):
        field = x[:, 0].cpu().numpy()
        spins = lattice.signs(field)
        energies.append(lattice.energy(spins))
        magnetizations.append(lattice.magnetization(spins))
        if step in kept:
            latents.append(field[:SNAPSHOT_FRAMES])
    return xr.Dataset(
        {
            "energy": (("start", "step"), np.stack(energies, axis=1)),
            "magnetization": (("start", "step"), np.stack(magnetizations, axis=1)),
            "latent": (("snapshot", "frame", "y", "x"), np.stack(latents)),
            "snapshot_time": ("snapshot", np.array(times)[sorted(kept)]),
        },
        coords={"step": np.arange(steps + 1), "snapshot": sorted(kept)},
    )
