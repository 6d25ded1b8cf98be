"""How much Monte Carlo makes frames indistinguishable from equilibrium, and what a model saves.

A source's frames are those of a start (a model, coins, one sign) after so many steps: sweeps of
Metropolis, clusters of Wolff's, or heat-bath sweeps of a Gibbs finish.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ising_fidelity.io.temperatures import as_written
from ising_fidelity.scores import deviations

Floats = deviations.Floats
MOST_ERRORS = 3.0
"""Combined errors within which a number cannot be told from the expected one."""
AGAINST_EXACT = deviations.AGAINST_EXACT
AGAINST_REFERENCE = tuple(
    name for name in deviations.AGAINST_REFERENCE if name not in deviations.AGAINST_EXACT
)
"""What is compared with exact results of the lattice, and what has none: with Monte Carlo."""


@dataclass(frozen=True)
class Need:
    """Fewest steps from which on frames are indistinguishable from equilibrium.

    Only some numbers of steps have been measured, so that it is known between two of them.

    Attributes
    ----------
    steps
        Numbers of steps that were measured, shape (k,).
    temperature
        In J/k_B, shape (n,).
    least
        One step more than the greatest number at which frames can still be told apart, shape (n,).
    most
        The smallest number measured from which on they cannot, infinite if there is none.
    """

    steps: Floats
    temperature: Floats
    least: Floats
    most: Floats


def fewest(steps: Floats, in_errors: Floats) -> tuple[Floats, Floats]:
    """Return between which numbers of steps the first lies that is enough, and so are all later.

    Least and most are those of :class:`Need`, shape (n,). Steps are in rising order, shape (k,),
    deviations in errors, shape (k, quantities, n). What is not known, NaN, is no agreement.
    """
    told_apart = np.any(~(np.abs(in_errors) <= MOST_ERRORS), axis=1)
    # How many of the numbers come before the first from which on nothing is told apart.
    place = np.where(told_apart.any(axis=0), len(steps) - told_apart[::-1].argmax(axis=0), 0)
    return np.append(-1.0, steps)[place] + 1, np.append(steps, np.inf)[place]


def saved(need: Need, start: Need) -> tuple[Floats, Floats, Floats]:
    """Return temperatures, and least and most of the steps that one saves against ``start``.

    At the temperatures of both, shape (n,); infinite where the numbers of steps measured are too
    small to tell.
    """
    first, second = ([as_written(T) for T in one.temperature] for one in (need, start))
    common, own, other = np.intersect1d(first, second, return_indices=True)
    least = start.least[other] - need.most[own]
    return common, least, start.most[other] - need.least[own]


def series(groups: Mapping[str, xr.Dataset], start: str, kind: str) -> dict[int, xr.Dataset]:
    """Return the groups of a start's frames by number of steps, in rising order.

    Parameters
    ----------
    groups
        Source to observables along ``temperature``.
    start
        The source that the others begin with.
    kind
        ``sweeps``, ``clusters`` or ``gibbs``: what names of sources end in. The start itself is the
        one of no step, but not of a Gibbs finish, which begins with noisy frames.

    Returns
    -------
    dict
        Empty if there are no steps but none.
    """
    found = {}
    for name, data in groups.items():
        match = re.fullmatch(rf"{re.escape(start)}\+([1-9][0-9]*){kind}", name)
        if match:
            found[int(match[1])] = data
    if found and kind != "gibbs":
        found[0] = groups[start]
    return dict(sorted(found.items()))


def need(after: Mapping[int, xr.Dataset], exact: xr.Dataset, reference: xr.Dataset) -> Need:
    """Return the fewest steps that frames need, at the temperatures that all have in common.

    Parameters
    ----------
    after
        Number of steps to observables and their errors along ``temperature``, one or more.
    exact, reference
        What :data:`AGAINST_EXACT` and :data:`AGAINST_REFERENCE` are compared with; the exact
        results have no errors.
    """
    names = [*AGAINST_EXACT, *AGAINST_REFERENCE]
    columns = [*names, *(f"{name}_error" for name in names)]
    measured = [data[columns] for data in after.values()]
    *measured, solved, compared = deviations.at_common_temperatures(
        *measured, exact[list(AGAINST_EXACT)], reference[columns]
    )
    z = [
        _in_errors(deviations.value_and_error(data, name), deviations.value_and_error(other, name))
        for data in measured
        for names, other in ((AGAINST_EXACT, solved), (AGAINST_REFERENCE, compared))
        for name in names
    ]
    steps = np.array([*after], float)
    shape = (len(steps), -1, solved.sizes["temperature"])
    least, most = fewest(steps, np.reshape(z, shape))
    return Need(steps, solved["temperature"].values, least, most)


def _in_errors(value: tuple[Floats, Floats], expected: tuple[Floats, Floats]) -> Floats:
    return deviations.deviation_in_errors(value[0] - expected[0], value[1], expected[1])
