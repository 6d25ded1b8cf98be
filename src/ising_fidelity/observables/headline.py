"""The headline quantities of a set of frames, without all other observables."""

import numpy as np
import xarray as xr

from ising_fidelity import lattice
from ising_fidelity.observables.errors import Primaries
from ising_fidelity.observables.thermodynamics import QUANTITIES, from_moments, primaries

NAMES = ("energy", "specific_heat", "abs_magnetization", "susceptibility")


def headline(frames: xr.Dataset, seed: int = 0) -> dict[str, tuple[float, float]]:
    """Return values and standard errors of :data:`NAMES`, equal to those of :func:`.measured`.

    ``frames`` follow the contract of frames; ``seed`` is that of the bootstrap.
    """
    spins = frames["spin"].values
    sites, T = spins.shape[-1] ** 2, float(frames["temperature"])
    totals = (np.rint(sites * of(spins)) for of in (lattice.energy, lattice.magnetization))
    sample = Primaries(primaries(*totals), frames.attrs["sampling"], seed)
    values = from_moments(sample.means, sites, T)
    with np.errstate(invalid="ignore"):  # fluctuations over T, at T = 0
        errors = sample.errors(lambda means: from_moments(means, sites, T))
    found = dict(zip(QUANTITIES, zip(values.tolist(), errors.tolist(), strict=True), strict=True))
    return {name: found[name] for name in NAMES}
