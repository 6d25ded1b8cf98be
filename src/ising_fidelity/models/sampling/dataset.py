"""Frames of a model as a labelled dataset."""

import xarray as xr

from ising_fidelity.frames import frames_dataset
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.sampling.draw import Sample, draw
from ising_fidelity.models.sampling.finish import draw_noisy, finished
from ising_fidelity.models.sampling.options import Chain, GibbsFinish
from ising_fidelity.models.sampling.record import attributes, check_finite


def sampled(
    model: Model,
    temperature: str,
    frames: int,
    lattice_size: int,
    seed: int,
    chain: Chain | None = None,
    finish: GibbsFinish | None = None,
) -> xr.Dataset:
    """Return frames that follow the contract of frames, with their provenance.

    T is canonical, in J/k_B. If ``finish`` is given, the reverse chain ends with it.

    Raises
    ------
    InputError
        If the model cannot sample the requested frames, or its output is not finite.
    """
    T, chain = float(temperature), chain or Chain()
    left = None
    if finish is None:
        sample = draw(model, T, frames, lattice_size, seed, chain)
    else:
        noisy = draw_noisy(model, T, frames, lattice_size, seed, chain, finish.finish_sigma)
        sample, left = Sample(finished(noisy, T, finish.finish_sweeps, seed)), noisy.sigma
    check_finite(sample, model.metadata["name"], temperature)
    field, nats = sample.field, sample.log_probability
    return frames_dataset(
        sample.spins[None],
        T,
        "independent",
        attributes(model, temperature, sample, seed, chain, finish, left),
        field=None if field is None else field[None],
        log_probability=None if nats is None else nats[None],
    )
