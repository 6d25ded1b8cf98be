"""How many Monte Carlo steps bring frames to equilibrium, and how many a model saves.

The frames of a source start from a model, from random configurations or from one sign, and then
take a number of steps: Metropolis sweeps, Wolff clusters, or heat-bath sweeps of a Gibbs finish.
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
"""Largest deviation, in combined errors, that counts as agreement."""
AGAINST_EXACT = deviations.AGAINST_EXACT
AGAINST_REFERENCE = tuple(
    name for name in deviations.AGAINST_REFERENCE if name not in deviations.AGAINST_EXACT
)
"""Quantities compared with exact results, and those without exact results, compared with Monte
Carlo."""


@dataclass(frozen=True)
class Need:
    """Fewest steps after which frames are indistinguishable from equilibrium.

    Only some numbers of steps are measured, so that the result is an interval.

    Attributes
    ----------
    steps
        Measured numbers of steps, shape (k,).
    temperature
        In J/k_B, shape (n,).
    least
        One more than the largest number of steps at which frames are distinguishable, shape (n,).
    most
        Smallest measured number from which on frames are indistinguishable, infinite if none is.
    """

    steps: Floats
    temperature: Floats
    least: Floats
    most: Floats


def fewest(steps: Floats, in_errors: Floats) -> tuple[Floats, Floats]:
    """Return bounds on the number of steps from which on frames are indistinguishable.

    The bounds are ``least`` and ``most`` of :class:`Need`, shape (n,). Steps are in rising order,
    shape (k,), deviations in units of errors, shape (k, quantities, n). NaN is a disagreement.
    """
    told_apart = np.any(~(np.abs(in_errors) <= MOST_ERRORS), axis=1)
    # Index of the first number of steps from which on frames are indistinguishable.
    place = np.where(told_apart.any(axis=0), len(steps) - told_apart[::-1].argmax(axis=0), 0)
    return np.append(-1.0, steps)[place] + 1, np.append(steps, np.inf)[place]


def saved(need: Need, start: Need) -> tuple[Floats, Floats, Floats]:
    """Return temperatures and bounds on the steps saved compared with ``start``.

    For the temperatures of both, shape (n,); infinite where the measured numbers of steps are too
    small.
    """
    first, second = ([as_written(T) for T in one.temperature] for one in (need, start))
    common, own, other = np.intersect1d(first, second, return_indices=True)
    least = start.least[other] - need.most[own]
    return common, least, start.most[other] - need.least[own]


def series(groups: Mapping[str, xr.Dataset], start: str, kind: str) -> dict[int, xr.Dataset]:
    """Return the observables of a start's frames by number of steps, in rising order.

    Parameters
    ----------
    groups
        Source to observables along ``temperature``.
    start
        Name of the source from which the others start.
    kind
        ``sweeps``, ``clusters`` or ``gibbs``, the suffix of the sources' names. The start itself
        has 0 steps, except for a Gibbs finish, which starts from noisy frames.

    Returns
    -------
    dict
        Empty if no source has steps.
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
    """Return the fewest steps that frames need, at the temperatures common to all inputs.

    Parameters
    ----------
    after
        Number of steps to observables and their errors along ``temperature``, at least one.
    exact, reference
        Expected values of :data:`AGAINST_EXACT` and :data:`AGAINST_REFERENCE`; exact results have
        no errors.
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
