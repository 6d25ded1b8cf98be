"""Record energy and magnetisation on the way from random starts (the paper's first Fig. 4)."""

from pathlib import Path
from typing import Any

import numpy as np

from ising_fidelity import montecarlo
from ising_fidelity.io import netcdf, provenance
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.montecarlo.labels import LONG_NAMES


def equilibrate(
    *,
    temperature: str,
    lattice_size: int,
    starts: int,
    seed: int,
    output: Path,
    sampler: str = "metropolis",
    sweeps: int = 1000,
    model: Path | None = None,
    chain: Chain | None = None,
    device: str = "auto",
) -> None:
    """Write energy and magnetisation per start and step; step 0 is the random start.

    Steps are those of Monte Carlo by :func:`.dynamics.trajectories`, or of the reverse chain of a
    diffusion model's checkpoint by :func:`.reverse_trajectories`. Both describe their errors.
    """
    settings: dict[str, Any] = {
        "temperature": temperature,
        "lattice_size": lattice_size,
        "starts": starts,
    }
    T = float(temperature)
    modules: list[str] = []
    if model is None:
        settings |= {"sampler": sampler, "sweeps": sweeps}
        data = montecarlo.trajectories(lattice_size, T, starts, sweeps, seed, sampler)
        source, unit, generator = f"Monte Carlo, {sampler}", "sweeps", montecarlo.GENERATOR
    else:
        import torch

        from ising_fidelity.models import checkpoint
        from ising_fidelity.models.common.device import compute_device
        from ising_fidelity.models.family import family_of
        from ising_fidelity.models.sampling.trajectory import reverse_trajectories

        chain = chain or Chain()
        trained = checkpoint.load(model, compute_device(device))
        torch.set_num_threads(trained.settings.threads)
        modules = family_of(trained.settings).sampling_modules
        data = reverse_trajectories(trained, T, lattice_size, starts, seed, chain)
        settings |= {
            "name": trained.metadata["name"],
            "model": trained.metadata["settings_hash"],
            "sampling_steps": data.sizes["step"] - 1,
            "reverse_variance": chain.reverse_variance,
        }
        source, unit = f"reverse chain of {settings['name']}", "reverse steps"
        generator = "PyTorch"
    data.attrs = {
        **provenance.attributes(
            "equilibrate",
            settings,
            modules=modules,
            without=("montecarlo",) if model else ("models",),
            title=f"Equilibration at T = {temperature}",
            summary=f"Energy and magnetization per step from {starts} random starts",
            source=source,
            seed=seed,
            generator=generator,
        ),
        "step_unit": unit,
    }
    data = data.assign_coords(temperature=T, start=np.arange(starts))
    netcdf.write(netcdf.describe(data, {**LONG_NAMES, "step": f"{unit} so far"}), output)
