"""The closed forms, compared with full enumeration, naive products and known constants."""

import math
from functools import partial

import mpmath
import numpy as np
import pytest

from ising_fidelity import lattice, montecarlo
from ising_fidelity.exact import finite, infinite, levels

from ..enumeration import boltzmann

T_C = lattice.CRITICAL_TEMPERATURE


def enumerated(lattice_size, temperature):
    """Return free energy, energy, specific heat and entropy from all configurations."""
    sites = lattice_size**2
    energies = np.rint(lattice.energy(lattice.all_configurations(lattice_size)) * sites)
    values, counts = np.unique(energies, return_counts=True)
    weights = counts * np.exp(-(values - values[0]) / temperature)
    probability = weights / weights.sum()
    mean = probability @ values
    variance = probability @ (values - mean) ** 2
    free_energy = (values[0] - temperature * math.log(weights.sum())) / sites
    energy, specific_heat = mean / sites, variance / sites / temperature**2
    return free_energy, energy, specific_heat, (energy - free_energy) / temperature


@pytest.mark.parametrize("lattice_size", [2, 3, 4])
@pytest.mark.parametrize("temperature", [0.5, 1.0, T_C, 2.3, 4.0, 100.0])
def test_finite_lattice_is_what_enumeration_gives(lattice_size, temperature):
    solved = finite.kaufman(lattice_size, temperature)
    free_energy, energy, specific_heat, entropy = enumerated(lattice_size, temperature)
    assert solved.free_energy == pytest.approx(free_energy, rel=1e-12)
    assert solved.energy == pytest.approx(energy, rel=1e-12)
    assert solved.specific_heat == pytest.approx(specific_heat, rel=1e-11)
    assert solved.entropy == pytest.approx(entropy, abs=1e-12)


def naive_log_z(n, beta):
    """Return ln Z per site from Kaufman's products as they are printed."""

    def gamma(mode):
        if mode == 0:
            return 2 * beta + mpmath.log(mpmath.tanh(beta))
        return mpmath.acosh(
            mpmath.cosh(2 * beta) * mpmath.coth(2 * beta) - mpmath.cos(mpmath.pi * mode / n)
        )

    products = [
        mpmath.fprod(2 * function(n * gamma(mode) / 2) for mode in range(start, 2 * n, 2))
        for start in (1, 0)
        for function in (mpmath.cosh, mpmath.sinh)
    ]
    return mpmath.log((2 * mpmath.sinh(2 * beta)) ** (n * n / 2) * sum(products) / 2) / n**2


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.2, T_C, 2.3, 4.0])
def test_analytic_derivatives_at_64_are_those_of_the_naive_products(temperature):
    with mpmath.workdps(80):
        beta = 1 / mpmath.mpf(temperature)
        step = mpmath.mpf(10) ** -20
        below, at, above = (naive_log_z(64, beta + k * step) for k in (-1, 0, 1))
        free_energy = -at / beta
        energy = -(above - below) / (2 * step)
        specific_heat = beta**2 * (above - 2 * at + below) / step**2
    solved = finite.kaufman(64, temperature)
    assert solved.free_energy == pytest.approx(float(free_energy), rel=1e-14)
    assert solved.energy == pytest.approx(float(energy), rel=1e-13)
    assert solved.specific_heat == pytest.approx(float(specific_heat), rel=1e-12)


def test_low_temperature_is_one_flipped_spin():
    """The first excitation, N spins of energy 8, is all there is at T = 0.1."""
    solved = finite.kaufman(64, 0.1)
    assert solved.specific_heat == pytest.approx(64 * math.exp(-80) / 0.01, rel=1e-12)
    assert solved.energy == -2
    assert solved.entropy == pytest.approx(math.log(2) / 64**2, rel=1e-12)


def test_high_temperature_expansion():
    """Series: ln Z / N = ln 2 + 2 ln cosh K + v^4 + O(v^6) with v = tanh K on any L > 4."""
    K = 0.01
    v = math.tanh(K)
    solved = finite.kaufman(1024, 1 / K)
    assert solved.energy == pytest.approx(-2 * v - 4 * v**3 * (1 - v**2), rel=1e-7)
    assert solved.specific_heat == pytest.approx(2 * K**2, rel=1e-3)
    assert solved.entropy == pytest.approx(math.log(2), abs=2e-4)


@pytest.mark.parametrize("temperature", [1.0, 1.8, 2.8, 4.0])
def test_large_lattices_approach_the_infinite_one(temperature):
    solved = finite.kaufman(512, temperature)
    assert solved.energy == pytest.approx(infinite.onsager_energy(temperature), abs=1e-12)
    assert solved.specific_heat == pytest.approx(
        infinite.onsager_specific_heat(temperature), rel=1e-9
    )


def test_specific_heat_at_the_critical_point_grows_with_the_logarithm_of_the_size():
    """Amplitude 8 / (pi T_c^2) (Ferdinand and Fisher, 1969, eq. 3.11)."""
    heats = [finite.kaufman(size, T_C).specific_heat for size in (512, 1024)]
    growth = 8 / math.pi / T_C**2 * math.log(2)
    assert heats[1] - heats[0] == pytest.approx(growth, rel=1e-3)


def test_known_values_at_the_critical_point():
    assert infinite.onsager_energy(T_C) == pytest.approx(-math.sqrt(2), abs=1e-13)
    assert infinite.onsager_specific_heat(T_C) == math.inf
    assert infinite.yang_magnetization(T_C) == 0
    assert infinite.yang_magnetization(2.0) == pytest.approx(0.9113193778774959, abs=1e-15)
    # The free energy at T_c: ln(2)/2 + 2G/pi, G Catalan's constant; the lattice adds O(1/N).
    solved = finite.kaufman(1024, T_C)
    assert -solved.free_energy / T_C == pytest.approx(0.9296953983416103, abs=2e-6)


@pytest.mark.parametrize("temperature", [0.5, 1.5, 2.2, 2.3, 4.0])
def test_onsagers_specific_heat_is_the_slope_of_his_energy(temperature):
    step = 1e-4
    below, above = (infinite.onsager_energy(temperature + k * step) for k in (-1, 1))
    slope = (above - below) / (2 * step)
    assert infinite.onsager_specific_heat(temperature) == pytest.approx(slope, rel=1e-4)


@pytest.mark.parametrize("temperature", [0.5, 1.5, 2.26, T_C, 2.3, 4.0])
def test_nearest_neighbors_carry_the_energy(temperature):
    correlation = infinite.correlation_infinite(temperature, [0, 1])
    assert correlation[0] == 1
    assert correlation[1] == pytest.approx(-infinite.onsager_energy(temperature) / 2, abs=1e-13)


def test_correlations_go_to_the_squared_magnetization_below_the_critical_point():
    assert infinite.correlation_infinite(2.0, 60) == pytest.approx(
        infinite.yang_magnetization(2.0) ** 2, abs=1e-10
    )


def test_correlations_at_the_critical_point():
    """Second neighbours: 1 - 4/pi^2; far away 0.703380 r^(-1/4) (Wu, Phys. Rev. 149, 380)."""
    G = infinite.correlation_infinite(T_C, [2, 64])
    assert G[0] == pytest.approx(1 - 4 / math.pi**2, abs=1e-12)
    assert G[1] * 64**0.25 == pytest.approx(0.70338, abs=1e-5)


def test_correlations_decay_with_the_exact_length_above_the_critical_point():
    """1/xi = ln coth K - 2K, prefactor r^(-1/2)."""
    temperature = 2.6
    G = infinite.correlation_infinite(temperature, [40, 41])
    inverse = math.log(1 / math.tanh(1 / temperature)) - 2 / temperature
    measured = -math.log(G[1] / G[0]) - 0.5 * math.log(41 / 40)
    assert measured == pytest.approx(inverse, rel=2e-3)


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan])
def test_temperatures_are_above_zero(temperature):
    kaufman = partial(finite.kaufman, 8)
    for solve in (kaufman, infinite.onsager_energy, infinite.onsager_specific_heat):
        with pytest.raises(ValueError, match="temperature must be above 0"):
            solve(temperature)


def test_a_lattice_has_two_sites_along_a_side_or_more():
    with pytest.raises(ValueError, match="lattice_size must be at least 2, got 1"):
        finite.kaufman(1, 2.0)


@pytest.mark.parametrize("lattice_size", [2, 4])
def test_levels_are_those_of_enumeration(lattice_size):
    energies, counts = levels.energy_levels(lattice_size)
    states = np.rint(lattice.energy(lattice.all_configurations(lattice_size)) * lattice_size**2)
    assert counts == [int((states == energy).sum()) for energy in energies]


@pytest.mark.parametrize("lattice_size", [6, 8, 16])
def test_levels_have_kaufmans_thermodynamics(lattice_size):
    """And Beale's facts: 2^N states, two ground states, none with a single broken bond pair."""
    sites = lattice_size**2
    energies, counts = levels.energy_levels(lattice_size)
    assert sum(counts) == 2**sites
    assert counts == counts[::-1]
    assert counts[:4] == [2, 0, 2 * sites, 4 * sites]
    for temperature in (1.0, T_C, 4.0):
        logs = np.array([math.log(g) if g else -np.inf for g in counts])
        weights = np.exp(logs - energies / temperature - (logs - energies / temperature).max())
        mean = weights @ energies / weights.sum()
        variance = weights @ (energies - mean) ** 2 / weights.sum()
        known = finite.kaufman(lattice_size, temperature)
        assert mean / sites == pytest.approx(known.energy, rel=1e-10)
        assert variance / sites / temperature**2 == pytest.approx(known.specific_heat, rel=1e-9)


@pytest.mark.parametrize("temperature", [0.5, T_C, 5.0])
def test_the_energy_distribution_is_that_of_all_configurations(temperature):
    energies, probabilities = levels.energy_distribution(4, temperature)
    _, u, weights = boltzmann(4, temperature)
    expected = [weights[np.isclose(u, energy)].sum() for energy in energies]
    np.testing.assert_allclose(probabilities, expected, rtol=1e-9, atol=1e-300)


def test_the_energy_distribution_has_no_overflow_at_any_temperature():
    for temperature in (0.01, 1000.0):
        energies, probabilities = levels.energy_distribution(16, temperature)
        assert probabilities.sum() == pytest.approx(1, rel=1e-12)
        mean = float(probabilities @ energies)
        assert mean == pytest.approx(finite.kaufman(16, temperature).energy, rel=1e-9)


@pytest.mark.parametrize("lattice_size", [0, 3, 34])
def test_levels_of_other_lattices_are_refused(lattice_size):
    with pytest.raises(ValueError, match="lattice_size must be even, from 2 to 32"):
        levels.energy_levels(lattice_size)


def test_diagonal_correlations_at_the_critical_temperature_are_the_known_ones():
    """<s_00 s_11> = 2 / pi and <s_00 s_22> = 16 / (3 pi^2) (McCoy and Wu, chapter XI)."""
    known = [1, 2 / math.pi, 16 / (3 * math.pi**2)]
    found = infinite.correlation_infinite(T_C, [0, 1, 2], diagonal=True)
    np.testing.assert_allclose(found, known, atol=1e-11)


@pytest.mark.parametrize("temperature", [1.8, 3.0])
def test_diagonal_correlations_are_those_of_a_large_lattice(temperature):
    """8192 independent frames at L = 32, where the lattice's end is far: within five errors."""
    sampler, spacing = ("cluster", 3) if temperature < T_C else ("checkerboard", 15)
    spins = montecarlo.run_chains(32, temperature, sampler, 8192, 512, 60, spacing, 3).spins
    found = infinite.correlation_infinite(temperature, [1, 2, 3], diagonal=True)
    for distance, value in zip((1, 2, 3), found, strict=True):
        moved = np.roll(spins, (distance, distance), axis=(-2, -1))
        of_chains = (spins * moved).mean(axis=(1, 2, 3))
        error = of_chains.std(ddof=1) / math.sqrt(len(of_chains))
        assert abs(of_chains.mean() - value) < 5 * error


@pytest.mark.parametrize(
    ("temperature", "power"), [(2.4, 0.5), (3.0, 0.5), (2.15, 2.0), (2.0, 2.0)]
)
def test_correlation_length_is_how_fast_correlations_fall(temperature, power):
    """G(r) goes as r^(-1/2) exp(-r/xi) above T_c, G(r) - m^2 as r^(-2) exp(-r/xi) below."""
    length = infinite.correlation_length_infinite(temperature)
    r = int(10 * length)
    G = infinite.correlation_infinite(temperature, [r, r + 1])
    G = G - infinite.yang_magnetization(temperature) ** 2
    slope = -math.log(G[1] / G[0]) - power * math.log((r + 1) / r)
    assert slope == pytest.approx(1 / length, rel=0.03)


def test_correlation_length_beside_the_critical_point():
    assert infinite.correlation_length_infinite(2.3) == pytest.approx(42.17, abs=0.01)
    assert infinite.correlation_length_infinite(T_C) == math.inf
    above, below = (infinite.correlation_length_infinite(T_C + step) for step in (1e-6, -1e-6))
    assert above / below == pytest.approx(2, rel=1e-3)


def test_a_pure_power_law_finds_its_window_where_there_is_none():
    """At 2.3, where xi = 42, the exponent grows with the window without end."""
    last = np.array([4, 8, 16, 32])
    critical = infinite.eta_of_power_law(T_C, last)
    assert critical == pytest.approx(0.25, abs=4e-3)
    above = infinite.eta_of_power_law(2.3, last)
    assert (np.diff(above) > 0.03).all()
    # The exponents that the paper has at 2.3 are those of windows.
    assert above[0] < 0.398 < above[2]
    r = np.array([1, 2, 3, 4])
    G = infinite.correlation_infinite(2.3, r)
    slope = np.linalg.lstsq(np.stack([np.log(r), r**0], axis=1), np.log(G))[0][0]
    assert above[0] == pytest.approx(-slope)
