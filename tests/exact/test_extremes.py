"""The closed forms at every T that a float holds, compared with enumeration and with the limits."""

import math
import sys
import time

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from ising_fidelity import lattice
from ising_fidelity.exact import finite, infinite, levels
from ising_fidelity.exact.dataset import solved
from ising_fidelity.exact.digits import COLD, HOT
from ising_fidelity.io.temperatures import canonical

LEAST, MOST = math.ulp(0.0), sys.float_info.max
COLDEST = [LEAST, 1e-300, 1e-12, 1e-4, 0.0028, 0.01]
HOTTEST = [1e4, 1e15, 1e300, MOST]
EXTREMES = COLDEST + HOTTEST

pytestmark = pytest.mark.filterwarnings("error")


def enumerated(lattice_size, temperature):
    """Return free energy, energy, specific heat and entropy of all configurations, in mpmath."""
    sites = lattice_size**2
    states = np.rint(lattice.energy(lattice.all_configurations(lattice_size)) * sites)
    values, counts = np.unique(states.astype(int), return_counts=True)
    with mpmath.workdps(60 + 2 * max(0, int(math.log10(temperature)))):
        beta = 1 / mpf(temperature)
        energies = [int(value) - int(values[0]) for value in values]
        weights = [int(n) * mpmath.exp(-beta * E) for n, E in zip(counts, energies, strict=True)]
        Z = sum(weights)
        mean = sum(w * E for w, E in zip(weights, energies, strict=True)) / Z
        variance = sum(w * (E - mean) ** 2 for w, E in zip(weights, energies, strict=True)) / Z
        log_z = mpmath.log(Z)
        return finite.FiniteLattice(
            free_energy=float((int(values[0]) - log_z / beta) / sites),
            energy=float((int(values[0]) + mean) / sites),
            specific_heat=float(beta**2 * variance / sites),
            entropy=float((log_z + beta * mean) / sites),
        )


@pytest.mark.parametrize("lattice_size", [2, 3, 4])
@pytest.mark.parametrize("temperature", [*EXTREMES, 0.05, COLD, math.nextafter(COLD, 1), 0.11, 1e6])
def test_finite_lattices_are_what_enumeration_gives(lattice_size, temperature):
    found, known = (solve(lattice_size, temperature) for solve in (finite.kaufman, enumerated))
    for name, value in vars(known).items():
        # Numbers below the normal floats have fewer digits.
        assert getattr(found, name) == pytest.approx(value, rel=1e-14, abs=1e-307), name


@pytest.mark.parametrize("lattice_size", [2, 16, 31, 64, 512])
@pytest.mark.parametrize("temperature", EXTREMES)
def test_limits_come_in_seconds(lattice_size, temperature):
    begun = time.process_time()
    found = finite.kaufman(lattice_size, temperature)
    u = infinite.onsager_energy(temperature)
    C = infinite.onsager_specific_heat(temperature)
    m = infinite.yang_magnetization(temperature)
    if temperature in COLDEST:
        assert (found.energy, u, m) == (-2, -2, 1)
        assert found.specific_heat == pytest.approx(0, abs=1e-300)
        assert found.entropy == pytest.approx(math.log(2) / lattice_size**2, rel=1e-14)
        assert found.free_energy == pytest.approx(-2 - temperature * found.entropy, rel=1e-15)
    else:
        bonds = 4 if lattice_size == 2 else 2
        K = 1 / temperature
        assert found.energy == pytest.approx(-bonds * K, rel=2 * K)
        assert found.specific_heat == pytest.approx(bonds * K * K, rel=2 * K, abs=1e-307)
        assert found.entropy == pytest.approx(math.log(2), rel=K)
        assert found.free_energy == pytest.approx(-temperature * math.log(2), rel=4 * K * K + 1e-15)
        assert (u, m) == (pytest.approx(-2 * K, rel=K), 0)
        assert pytest.approx(2 * K * K, rel=K, abs=1e-307) == C
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("function", [infinite.onsager_energy, infinite.onsager_specific_heat])
def test_the_series_of_the_infinite_lattice_continue_the_closed_forms(function):
    below, above = (function(math.nextafter(COLD, side)) for side in (0, 1))
    assert below == pytest.approx(above, rel=1e-13)


@pytest.mark.parametrize("diagonal", [False, True])
def test_correlations_of_the_infinite_lattice_have_their_limits(diagonal):
    distances = [0, 1, 2, 256]
    for T in COLDEST:
        found = infinite.correlation_infinite(T, distances, diagonal)
        assert found.tolist() == [1, 1, 1, 1]
    for T in HOTTEST:
        found = infinite.correlation_infinite(T, distances, diagonal)
        assert found == pytest.approx([1, 0 if diagonal else 1 / T, 0, 0], abs=1e-7, rel=1e-6)
    for T in (COLD, HOT):
        sides = [math.nextafter(T, end) for end in (0, math.inf)]
        below, above = (infinite.correlation_infinite(one, distances, diagonal) for one in sides)
        assert below == pytest.approx(above, abs=1e-12)


def test_the_correlation_length_has_its_limits():
    """T / 4 where a wall of four broken bonds is all there is, 1 / ln T where no bond is felt."""
    for T in COLDEST:
        assert infinite.correlation_length_infinite(T) == pytest.approx(T / 4, abs=LEAST)
    for T in HOTTEST:
        length = infinite.correlation_length_infinite(T)
        assert length == pytest.approx(1 / math.log(T), rel=1e-4)


@pytest.mark.parametrize("temperature", EXTREMES)
def test_the_energy_distribution_has_its_limits(temperature):
    energies, probabilities = levels.energy_distribution(8, temperature)
    assert probabilities.sum() == pytest.approx(1, rel=1e-13)
    mean = float(probabilities @ energies)
    assert mean == pytest.approx(finite.kaufman(8, temperature).energy, rel=1e-12, abs=1e-15)


def test_every_temperature_that_has_a_name_is_solved():
    names = [canonical(T) for T in ("1e-12", "0.0001", "0.0028", "1e4", "999999999999999")]
    data = solved(12, names)
    assert all(np.isfinite(data[name]).all() for name in data)


@pytest.mark.parametrize("temperature", [math.inf, math.nan, 0.0, -1.0])
def test_others_are_refused(temperature):
    for solve in (infinite.onsager_energy, infinite.onsager_specific_heat):
        with pytest.raises(ValueError, match="temperature must be above 0 and finite"):
            solve(temperature)
