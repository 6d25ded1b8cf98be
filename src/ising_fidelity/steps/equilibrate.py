"""Follow energy and magnetisation on the way from random starts (the paper's first Fig. 4)."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ising_fidelity import dataset, lattice, montecarlo, provenance
from ising_fidelity.exceptions import InputError

SNAPSHOTS = 11
SNAPSHOT_FRAMES = 4
LONG_NAMES = {
    "start": "number of the random start",
    "energy": "energy per spin in units of J",
    "magnetization": "signed magnetization per spin",
    "latent": "frame on the way, real numbers from noise to spins",
    "snapshot_time": "diffusion time t of the snapshot, 0 at the end",
}


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
    sampling_steps: int | None = None,
    reverse_variance: str = "beta",
    device: str = "auto",
) -> None:
    """Write energy and magnetisation per start and step, from step 0, the random start.

    Parameters
    ----------
    temperature
        Canonical, in J/k_B.
    lattice_size, starts
        L, and how many walks there are.
    seed
        Of every random number.
    output
        Path of the netCDF file.
    sampler, sweeps
        Monte Carlo: by which kernel and how far.
    model
        Checkpoint of a diffusion model; its reverse chain is followed instead, the frames made
        binary by their sign at every step.
    sampling_steps, reverse_variance, device
        Of the reverse chain, see ``sample``.
    """
    settings: dict[str, Any] = {
        "temperature": temperature,
        "lattice_size": lattice_size,
        "starts": starts,
    }
    if model is None:
        settings |= {"sampler": sampler, "sweeps": sweeps}
        data = _monte_carlo(float(temperature), lattice_size, starts, sweeps, sampler, seed)
        source, unit, generator = f"Monte Carlo, {sampler}", "sweeps", montecarlo.GENERATOR
    else:
        data, described = _reverse_chain(
            model,
            float(temperature),
            lattice_size,
            starts,
            seed,
            sampling_steps,
            reverse_variance,
            device,
        )
        settings |= described
        source, unit, generator = (
            f"reverse chain of {described['name']}",
            "reverse steps",
            "PyTorch",
        )
    data.attrs = {
        **provenance.attributes(
            "equilibrate",
            settings,
            title=f"Equilibration at T = {temperature}",
            summary=f"Energy and magnetization per step from {starts} random starts",
            source=source,
            seed=seed,
            generator=generator,
        ),
        "step_unit": unit,
    }
    data = data.assign_coords(temperature=float(temperature), start=np.arange(starts))
    dataset.write(dataset.describe(data, {**LONG_NAMES, "step": f"{unit} so far"}), output)


def _monte_carlo(
    temperature: float, lattice_size: int, starts: int, sweeps: int, sampler: str, seed: int
) -> xr.Dataset:
    energy, magnetization = montecarlo.trajectories(
        lattice_size, temperature, starts, sweeps, seed, sampler
    )
    return xr.Dataset(
        {
            "energy": (("start", "step"), energy),
            "magnetization": (("start", "step"), magnetization),
        },
        coords={"step": np.arange(sweeps + 1)},
    )


def _reverse_chain(
    path: Path,
    temperature: float,
    lattice_size: int,
    starts: int,
    seed: int,
    sampling_steps: int | None,
    reverse_variance: str,
    device: str,
) -> tuple[xr.Dataset, dict[str, Any]]:
    import torch
    from tqdm import tqdm

    from ising_fidelity.models import checkpoint, sampling
    from ising_fidelity.models.settings import DiffusionSettings

    model = checkpoint.load(path, sampling.compute_device(device))
    if not isinstance(model.settings, DiffusionSettings):
        raise InputError(
            f"{path}: family {model.settings.family} has no reverse chain of N_t steps; allowed is "
            "family diffusion"
        )
    torch.set_num_threads(model.settings.threads)
    schedule = sampling.schedule_of(model.settings, sampling_steps)
    steps = len(schedule.time)
    generator = torch.Generator(sampling.compute_device(device)).manual_seed(seed)
    energies, magnetizations, latents = [], [], []
    kept = set(np.linspace(0, steps, min(SNAPSHOTS, steps + 1)).round().astype(int).tolist())
    how = sampling.Chain(sampling_steps, reverse_variance)
    chain = sampling.walk(model, temperature, starts, lattice_size, generator, how)
    for step, x in enumerate(tqdm(chain, total=steps + 1, unit="step", disable=None)):
        field = x[:, 0].cpu().numpy()
        spins = np.where(field >= 0, 1, -1).astype(np.int8)
        energies.append(lattice.energy(spins))
        magnetizations.append(lattice.magnetization(spins))
        if step in kept:
            latents.append(field[:SNAPSHOT_FRAMES])
    times = np.append(schedule.time.flip(0).numpy(), 0)
    data = xr.Dataset(
        {
            "energy": (("start", "step"), np.stack(energies, axis=1)),
            "magnetization": (("start", "step"), np.stack(magnetizations, axis=1)),
            "latent": (("snapshot", "frame", "y", "x"), np.stack(latents)),
            "snapshot_time": ("snapshot", times[sorted(kept)]),
        },
        coords={"step": np.arange(steps + 1), "snapshot": sorted(kept)},
    )
    return data, {
        "name": model.metadata["name"],
        "model": model.metadata["settings_hash"],
        "sampling_steps": steps,
        "reverse_variance": reverse_variance,
    }
