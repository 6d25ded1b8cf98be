"""Monte Carlo sweeps on given frames: the hybrid."""

from pathlib import Path

import numpy as np

from ising_fidelity import montecarlo
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import frames_dataset, read_frames
from ising_fidelity.io import netcdf, provenance


def relax(
    *, frames: Path, sweeps: int, seed: int, output: Path, sampler: str = "metropolis"
) -> None:
    """Write the frames after some sweeps at the file's temperature; each frame is its own chain.

    :func:`.dynamics.relax` updates them; 0 sweeps, or clusters, leave the spins unchanged. The
    attributes of the file are kept. The network's raw output, which no longer matches the spins,
    and the probabilities of the given frames are dropped.

    Raises
    ------
    InputError
        If the file is missing or violates the contract, L = 1, ``sweeps`` is below 0 or the sampler
        is unknown.
    """
    if not 0 <= sweeps <= montecarlo.MOST:
        raise InputError(
            f"sweeps: {sweeps}; allowed are whole numbers from 0 on, up to {montecarlo.MOST}"
        )
    given = read_frames(frames)
    spins, temperature = given["spin"].values, float(given["temperature"])
    if spins.shape[-1] < 2:
        raise InputError(f"{frames}: frames are 1 x 1; allowed are lattices from 2 x 2 on")
    flat = spins.reshape(-1, *spins.shape[-2:])
    (relaxed,) = montecarlo.relax(flat, temperature, [sweeps], seed, sampler)
    cluster = sampler == "cluster"
    moved = f"{sweeps} clusters of Wolff's" if cluster else f"{sweeps} sweeps of Metropolis"
    title = given.attrs.get("title", f"Ising frames at T = {temperature}")
    described = provenance.attributes(
        "relax",
        {"frames": provenance.array_hash(spins), "sweeps": sweeps, "sampler": sampler},
        title=f"{title}, relaxed",
        summary=f"The frames after {moved}",
        source=f"{given.attrs.get('source', 'frames of unknown origin')}, then {moved}",
        seed=seed,
        generator=montecarlo.GENERATOR,
    )
    kept = {name: value for name, value in given.attrs.items() if not name.startswith("field_")}
    if "history" in kept:
        described["history"] = f"{kept['history']}\n{described['history']}"
    count = "relaxation_clusters" if cluster else "relaxation_sweeps"
    before = kept.get(count, 0)
    if not isinstance(before, int | np.integer):
        raise InputError(f"{frames}: attribute {count} is {before!r}; allowed are whole numbers")
    described[count] = sweeps + int(before)
    netcdf.write(
        frames_dataset(
            relaxed.reshape(spins.shape),
            temperature,
            str(given.attrs["sampling"]),
            kept | described,
        ),
        output,
    )
