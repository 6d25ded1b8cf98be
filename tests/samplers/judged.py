"""Observables, tests and causes of frames, without the distances that no cause needs."""

from functools import cache

import numpy as np

from ising_fidelity import Frames
from ising_fidelity.comparison.dataset import compared
from ising_fidelity.exact.dataset import solved
from ising_fidelity.io import netcdf
from ising_fidelity.io.temperatures import canonical
from ising_fidelity.judgement.causes import causes_of
from ising_fidelity.judgement.evidence import evidence
from ising_fidelity.judgement.quantities import with_tests
from ising_fidelity.observables.dataset import measured

from . import equilibrium

REFERENCE_SEED = 10_000
MEMORY_FRAMES = 20


@cache
def reference(L, T, n):
    """Return reference frames, and their observables."""
    spins = equilibrium.frames(L, T, n, REFERENCE_SEED)
    data = Frames(spins[None], T).dataset()
    return data, measured(data)


def numbers(spins, T, n, training=None):
    """Return what is known of frames (n, L, L) at one temperature."""
    data = Frames(np.asarray(spins, np.int8)[None], T).dataset()
    other, _ = reference(spins.shape[-1], T, n)
    parts = [measured(data), evidence(data, other)]
    if training is not None:
        known = {"training": Frames(np.asarray(training, np.int8)[None], T).dataset()}
        parts.append(compared(data, other, known, memory_frames=MEMORY_FRAMES))
    return netcdf.united(parts)


def causes(draw, L, temperatures, n, seed, training=None):
    """Return the causes of a sampler that is called with L, T, n and a seed."""
    found = [
        numbers(draw(L, T, n, seed), T, n, training(L, T, n) if training else None)
        for T in temperatures
    ]
    others = [reference(L, T, n)[1] for T in temperatures]
    data, other = (netcdf.along_temperature(rows) for rows in (found, others))
    exact = solved(L, [canonical(T) for T in temperatures])
    tested, _ = with_tests(data, other, exact)
    return causes_of(tested)
