"""The independence Metropolis chain: frames of known probability as proposals."""

import numpy as np
from numpy.typing import NDArray

BURN_IN = 10
"""The first one of so many states is not kept."""


def independence_chain(
    log_weight: NDArray[np.float64], seed: int
) -> tuple[NDArray[np.intp], float]:
    r"""Return the states of a chain, as places in the list of proposals, and the acceptance rate.

    Proposals are independent frames with weights :math:`w = e^{-E/T} / q`. Each is accepted with
    probability min(1, w / w of the current state), so that the chain converges to the Boltzmann
    distribution whatever q is, if q is nowhere 0 (L. Tierney, Ann. Stat. 22, 1701, 1994). The
    first one of :data:`BURN_IN` states is left out.

    Parameters
    ----------
    log_weight
        ln w of each proposal up to a constant, shape (n,).
    seed
        Seed of the decisions.
    """
    count = log_weight.size
    decisions = np.log(np.random.default_rng(seed).random(count))
    states = np.zeros(count, np.intp)
    current = accepted = 0
    for place in range(1, count):
        if decisions[place] < log_weight[place] - log_weight[current]:
            current = place
            accepted += 1
        states[place] = current
    return states[count // BURN_IN :], accepted / max(1, count - 1)
