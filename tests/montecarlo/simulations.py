"""Small simulations, and how far means of their chains are from what is expected.

Seeds are fixed. Deviations are in standard errors, from the spread of the means of independent
chains. With 40 chains or more, the limit of 5 gives a false alarm for one number in 80 000
(Student's t), so for the few hundred numbers of these tests in less than 1 % of all choices of
seeds.
"""

import numpy as np

from ising_fidelity import montecarlo

LIMIT = 5.0


def simulate(lattice_size=8, temperature=2.3, **changed):
    """Return a simulation of a few frames, with some arguments changed."""
    arguments = {
        "sampler": "cluster",
        "frames": 20,
        "chains": 2,
        "thermalization": 20,
        "spacing": 2,
        "seed": 1,
    }
    return montecarlo.run_chains(lattice_size, temperature, **(arguments | changed))


def in_errors(per_chain, expected):
    """Return the deviation of the mean of independent chains in standard errors."""
    error = per_chain.std(ddof=1) / np.sqrt(len(per_chain))
    return abs(per_chain.mean() - expected) / error


def jackknife_error(function, parts):
    """Return the standard error of a function of numbers in independent parts."""
    left_out = [function(np.delete(parts, part, axis=0)) for part in range(len(parts))]
    return np.sqrt((len(parts) - 1) * np.var(left_out))
