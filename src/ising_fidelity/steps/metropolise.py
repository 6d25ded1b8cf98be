"""An independence Metropolis chain of a model's frames, which makes them exact."""

from pathlib import Path

from ising_fidelity import lattice
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import frames_dataset, read_frames
from ising_fidelity.io import netcdf, provenance
from ising_fidelity.io.variables import LOG_PROBABILITY
from ising_fidelity.montecarlo.independence import independence_chain


def metropolise(*, frames: Path, seed: int, output: Path) -> None:
    """Write the states of :func:`.independence_chain` with the frames of a file as proposals.

    Attributes of the file are kept; ``acceptance_rate`` is the chain's. Repeated states are
    repeated frames of one chain.

    Raises
    ------
    InputError
        If the file is missing or violates the contract, or its frames have no probability.
    """
    given = read_frames(frames)
    if LOG_PROBABILITY not in given:
        raise InputError(
            f"{frames}: no variable {LOG_PROBABILITY!r}; allowed are frames of a model that gives "
            "the probability of each"
        )
    spins, T = given["spin"].values, float(given["temperature"])
    flat, size = spins.reshape(-1, *spins.shape[-2:]), spins.shape[-1]
    log_q = given[LOG_PROBABILITY].values.ravel()
    states, rate = independence_chain(-(size**2) * lattice.energy(flat) / T - log_q, seed)
    how = "an independence Metropolis chain"
    described = provenance.attributes(
        "metropolise",
        {"frames": provenance.array_hash(spins)},
        title=f"{given.attrs.get('title', f'Ising frames at T = {T}')}, metropolised",
        summary=f"States of {how} with the frames as proposals",
        source=f"{given.attrs.get('source', 'frames of unknown origin')}, then {how}",
        seed=seed,
        generator="PCG64",
    )
    described["acceptance_rate"] = rate
    data = frames_dataset(flat[states][None], T, "chain", dict(given.attrs) | described)
    netcdf.write(data, output)
