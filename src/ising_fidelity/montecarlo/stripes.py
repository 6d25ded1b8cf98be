r"""Frozen stripes: states of chains from random starts that equilibrium never shows.

A random start that is quenched below T_c forms domains. On the torus, about one in three ends as a
stripe. Its two walls close around the lattice and then only diffuse, for about L^3 sweeps or longer
(V. Spirin et al., Phys. Rev. E 63, 036118, 2001; K. Barros et al., Phys. Rev. E 80, 040101, 2009).
The criterion for a stripe is that the minority sign winds around the torus, along an axis or
diagonally, whatever its width. The magnetization is not enough: walls that have drifted nearer than
L/4 leave \|m\| above half of the spontaneous magnetization.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ising_fidelity.lattice import CRITICAL_TEMPERATURE

NEGLIGIBLE = 1e-6


def is_frozen(spins: NDArray[np.int8], temperature: float) -> bool:
    r"""Whether a configuration has a stripe, or is not ordered, at an ordered temperature.

    That is, the minority sign winds around the torus, or \|m\| is below half of the spontaneous
    magnetization (C. N. Yang, Phys. Rev. 85, 808, 1952), at a temperature where
    :func:`stripe_weight` is below :data:`NEGLIGIBLE`. Nearer to T_c stripes form and vanish by
    themselves, and nothing counts as frozen. In equilibrium, Wolff simulations of L = 8, 16 and 32
    at weights from 1e-6 to 1e-2 show either with a probability of 0.3 to 3 times the weight: fewer
    than one chain in 100 000 is restarted unnecessarily. ``spins`` has shape (L, L).
    """
    rare = stripe_weight(len(spins), temperature) <= NEGLIGIBLE
    return rare and not is_ordered(spins, temperature)


def is_ordered(spins: NDArray[np.int8], temperature: float) -> bool:
    r"""Whether one sign fills a configuration (L, L) below T_c, except for islands.

    That is, \|m\| is at least half of the spontaneous magnetization, and the minority sign does not
    wind around the torus.
    """
    # sinh overflows where the spontaneous magnetization rounds to 1.
    spontaneous = (1 - math.sinh(2 / max(temperature, 0.01)) ** -4) ** 0.125
    magnetization = spins.mean(dtype=float)
    minority = -1 if magnetization > 0 else 1
    return bool(abs(magnetization) >= spontaneous / 2) and not winds(spins == minority)


def stripe_weight(lattice_size: int, temperature: float) -> float:
    r"""Return the Boltzmann weight exp(-2 sigma L / T) of the two walls of a stripe.

    The tension of a wall along an axis is :math:`\sigma = 2 + T \ln\tanh(1/T)` per site (Onsager,
    Phys. Rev. 65, 117, 1944), zero from T_c on.
    """
    if temperature >= CRITICAL_TEMPERATURE:
        return 1.0
    if temperature == 0:
        return 0.0
    # sigma / T, in a form that does not overflow at small T.
    tension = 2 / temperature + math.log(math.tanh(1 / temperature))
    return math.exp(-2 * lattice_size * tension)


def winds(domain: NDArray[np.bool_]) -> bool:
    """Whether a connected part of a set of sites winds around the torus.

    ``domain``, shape (L, L), is true in the set; sites are connected to their four neighbors. Each
    part is traversed from a first site, with positions not wrapped at the edges. A site that is
    reached again at a different position has been reached around the torus.
    """
    lattice_size = len(domain)
    sites = set(zip(*(axis.tolist() for axis in np.nonzero(domain)), strict=True))
    places: dict[tuple[int, int], tuple[int, int]] = {}
    for first in sorted(sites):
        if first in places:
            continue
        places[first] = first
        pending = [first]
        while pending:
            y, x = pending.pop()
            for place in ((y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)):
                site = (place[0] % lattice_size, place[1] % lattice_size)
                if site not in sites:
                    continue
                if site not in places:
                    places[site] = place
                    pending.append(place)
                elif places[site] != place:
                    return True
    return False
