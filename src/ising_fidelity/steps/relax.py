"""Monte Carlo sweeps on top of frames that something else has made: the hybrid."""

from pathlib import Path

from ising_fidelity import dataset, montecarlo, provenance
from ising_fidelity.exceptions import InputError


def relax(*, frames: Path, sweeps: int, seed: int, output: Path) -> None:
    """Write the frames after some sweeps at the file's temperature, each frame a chain of its own.

    What the file says of itself is kept, but for the network's raw output, which the spins no
    longer come from, and for the probabilities of the frames that were there before.

    Parameters
    ----------
    frames
        A file that keeps the contract of frames, whoever wrote it.
    sweeps
        Of L^2 attempted flips at random sites (Metropolis); 0 leaves the spins as they are.
    seed
        Of every random number.
    output
        Path of the netCDF file.

    Raises
    ------
    InputError
        If the file is missing or breaks the contract, L = 1, or ``sweeps`` is below 0.
    """
    if sweeps < 0:
        raise InputError(f"--sweeps: {sweeps}; allowed are whole numbers from 0 on")
    given = dataset.read_frames(frames)
    spins, temperature = given["spin"].values, float(given["temperature"])
    if spins.shape[-1] < 2:
        raise InputError(f"{frames}: frames are 1 x 1; allowed are lattices from 2 x 2 on")
    flat = spins.reshape(-1, *spins.shape[-2:])
    (relaxed,) = montecarlo.relax(flat, temperature, [sweeps], seed)
    title = given.attrs.get("title", f"Ising frames at T = {temperature}")
    described = provenance.attributes(
        "relax",
        {"frames": provenance.array_hash(spins), "sweeps": sweeps},
        title=f"{title}, relaxed",
        summary=f"The frames after {sweeps} more sweeps of Monte Carlo",
        source=f"{given.attrs.get('source', 'frames of unknown origin')}, "
        f"then {sweeps} sweeps of Metropolis",
        seed=seed,
        generator=montecarlo.GENERATOR,
    )
    kept = {name: value for name, value in given.attrs.items() if not name.startswith("field_")}
    if "history" in kept:
        described["history"] = f"{kept['history']}\n{described['history']}"
    described["relaxation_sweeps"] = sweeps + int(kept.get("relaxation_sweeps", 0))
    dataset.write(
        dataset.frames_dataset(
            relaxed.reshape(spins.shape),
            temperature,
            str(given.attrs["sampling"]),
            kept | described,
        ),
        output,
    )
