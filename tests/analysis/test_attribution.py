"""A cause that acts alone is found alone, exact frames have none, and parts make up the excess.

Frames that only one cause spoils are made of Monte Carlo frames, which show what C would be
without it. Bounds are 4 standard errors, passed by chance 6 times in 100 000.
"""

import numpy as np
import pytest

from ising_fidelity import lattice, montecarlo
from ising_fidelity.analysis import attribution, interventions
from ising_fidelity.analysis.attribution import CAUSES, QUANTITIES
from ising_fidelity.exact import finite

from ..enumeration import boltzmann

L, T = 16, 1.6
SWEEPS = [2, 10]


def equilibrium(temperature=T, frames=500, size=L, seed=1):
    """Return independent frames of both signs, shape (1, frames, L, L)."""
    arguments = (size, temperature, "checkerboard", frames, frames, 300, 1, seed)
    spins = montecarlo.run_chains(*arguments).spins
    return spins.reshape(1, frames, size, size)


def specific_heat(spins, temperature=T):
    return spins.shape[-1] ** 2 * lattice.energy(spins).var() / temperature**2


def attribute(spins, temperature=T, field=None, sweeps=SWEEPS, sampling="independent"):
    return attribution.attribute(spins, temperature, sampling, sweeps, 3, field)


def is_the_only_cause(estimates, cause, expected=0.0):
    """Whether one part is as large as expected, and all others are 0, within 4 errors."""
    for name in CAUSES:
        value, error = estimates[f"specific_heat_{name}"]
        assert abs(value - (expected if name == cause else 0)) <= 4 * error + 1e-3, name
    return True


def lone_sites(spins, rate, seed=2):
    """Return where flips would be isolated: distant sites equal to all their neighbors."""
    coins = np.random.default_rng(seed).random(spins.shape) < rate
    alike = spins * lattice.neighbor_sum(spins) == 4
    near = [np.roll(coins, (y, x), (-2, -1)) for y in (-2, -1, 0, 1, 2) for x in (-2, -1, 0, 1, 2)]
    return coins & alike & (np.sum(near, axis=0) == 1)


@pytest.fixture(scope="module")
def frames():
    return equilibrium()


def test_exact_frames_have_no_excess_and_no_cause(frames):
    estimates = attribute(frames)
    value, error = estimates["specific_heat_excess"]
    assert abs(value) < 4 * error
    assert is_the_only_cause(estimates, None)
    solved = finite.kaufman(L, T)
    for quantity in QUANTITIES:
        walk, errors = estimates[f"{quantity}_relaxed"]
        assert walk.shape == errors.shape == (3,)
        assert (np.abs(walk - getattr(solved, quantity)) < 4 * errors).all()
    assert estimates["spurious_flips"][0] < 0.1 * estimates["isolated_flips"][0]


@pytest.mark.parametrize("sampling", ["chain", "independent"])
def test_parts_sum_up_to_the_excess(sampling):
    noise = np.random.default_rng(1)
    spins = np.where(noise.random((2, 40, 8, 8)) < 0.8, 1, -1).astype(np.int8)
    field = spins * noise.random(spins.shape)
    estimates = attribute(spins, 1.2, field, [1], sampling)
    solved = finite.kaufman(8, 1.2)
    for quantity in QUANTITIES:
        value, truth = estimates[quantity][0], getattr(solved, quantity)
        excess = estimates[f"{quantity}_excess"][0]
        assert value - truth == pytest.approx(excess, rel=1e-12)
        parts = [estimates[f"{quantity}_{cause}"][0] for cause in CAUSES]
        assert sum(parts) == pytest.approx(excess, rel=1e-12)
        assert estimates[f"{quantity}_relaxed"][0][0] == value
        assert all(estimates[f"{quantity}_{cause}"][1] >= 0 for cause in CAUSES)
    assert estimates["specific_heat"][0] == pytest.approx(specific_heat(spins, 1.2))
    assert estimates["energy"][0] == pytest.approx(lattice.energy(spins).mean())


def test_undecided_sites_on_the_wrong_side_are_rounding(frames):
    spoiled = lone_sites(frames, 0.03)
    field = np.where(spoiled, -0.2, 1.1) * frames
    spins = np.where(field >= 0, 1, -1).astype(np.int8)
    estimates = attribute(spins, field=field)
    gained = specific_heat(spins) - specific_heat(frames)
    assert gained > 0.2
    assert estimates["specific_heat_rounding"][0] == pytest.approx(gained, rel=1e-9)
    assert is_the_only_cause(estimates, "rounding", gained)


def test_the_same_flips_without_a_raw_output_are_isolated_flips(frames):
    spoiled = lone_sites(frames, 0.03)
    spins = np.where(spoiled, -frames, frames)
    estimates = attribute(spins)
    gained = specific_heat(spins) - specific_heat(frames)
    assert is_the_only_cause(estimates, "isolated_flips", gained)
    value, error = estimates["spurious_flips"]
    assert abs(value - spoiled.mean()) < 4 * error
    beyond, error = estimates["specific_heat_flips_beyond_thermal"]
    assert abs(beyond - gained) < 4 * error


def test_a_higher_temperature_is_thermal_though_it_makes_isolated_flips():
    spins, truth = equilibrium(1.9), finite.kaufman(L, T).specific_heat
    estimates = attribute(spins)
    assert is_the_only_cause(estimates, "thermal", specific_heat(spins) - truth)
    assert estimates["specific_heat_thermal"][0] > 0.3
    # There are isolated flips beyond the rate of the temperature asked for, and they do count.
    value, error = estimates["specific_heat_flips_beyond_thermal"]
    assert value > 2 * error


def test_a_lower_temperature_is_a_thermal_deficit():
    estimates = attribute(equilibrium(1.3))
    value, error = estimates["specific_heat_thermal"]
    assert value < -4 * error
    assert is_the_only_cause(estimates, "thermal", estimates["specific_heat_excess"][0])


def upright(spins):
    return spins * np.sign(lattice.magnetization(spins))[..., None, None].astype(np.int8)


def test_signs_that_are_unlike_are_sign_mixture(frames):
    spins = np.concatenate([upright(frames), -upright(equilibrium(2.0, 200))], axis=1)
    estimates = attribute(spins)
    gained = specific_heat(spins) - specific_heat(frames)
    assert gained > 0.3
    assert is_the_only_cause(estimates, "sign_mixture", gained)
    assert estimates["majority_phase_share"][0] == pytest.approx(5 / 7, abs=0.01)


def test_stripes_are_sign_mixture_too(frames):
    striped = upright(frames)[:, :60].copy()
    striped[..., : L // 4] *= -1
    spins = np.concatenate([upright(frames), striped], axis=1)
    gained = specific_heat(spins) - specific_heat(frames)
    assert is_the_only_cause(attribute(spins), "sign_mixture", gained)


def test_domains_that_outlive_the_sweeps_are_the_remainder():
    spins = np.ones((1, 100, 32, 32), np.int8)
    spins[:, ::2, :15, :15] = -1
    estimates = attribute(spins, 1.0, sweeps=[1])
    excess = estimates["specific_heat_excess"][0]
    assert excess == pytest.approx(60**2 / 1024, rel=0.02)
    assert estimates["specific_heat_remainder"][0] > 0.5 * excess


@pytest.mark.parametrize("flips", [0.0, 0.03])
def test_errors_are_the_spread_over_repetitions(flips):
    """60 repetitions estimate a spread to 9 % (more with heavy tails); bounds are 40 %."""
    every = equilibrium(2.0, 60 * 100, 8).reshape(60, 1, 100, 8, 8)
    every = np.where(lone_sites(every, flips), -every, every)
    results = [attribute(spins, 2.0, sweeps=[3]) for spins in every]
    causes = ["excess", "thermal", "remainder"] + ["isolated_flips"] * (flips > 0)
    for cause in causes:
        values, errors = np.array([one[f"specific_heat_{cause}"] for one in results]).T
        assert np.std(values, ddof=1) == pytest.approx(np.sqrt(np.mean(errors**2)), rel=0.4)


def test_an_isolated_flip_is_single():
    spins = np.ones((6, 6), np.int8)
    spins[1, 1] = spins[3, 3] = spins[3, 4] = -1
    assert np.argwhere(interventions.isolated_flips(spins)).tolist() == [[1, 1]]
    checkerboard = np.where(np.indices((6, 6)).sum(axis=0) % 2, 1, -1).astype(np.int8)
    assert not interventions.isolated_flips(checkerboard).any()


def test_boltzmanns_law_has_no_spurious_flips_at_any_temperature():
    """All configurations of 4 x 4 by their weight; a_4 and the rest are means over them."""
    spins = lattice.all_configurations(4)
    aligned = spins * lattice.neighbor_sum(spins)
    # Flips beside each other count here, as they do in Boltzmann's odds.
    counts = np.stack([(aligned == value).sum(axis=(-2, -1)) for value in (-4, -2, 2, 4)], axis=-1)
    for temperature in (1.0, 1.6, 2.2):
        means = boltzmann(4, temperature)[2] @ counts
        for asked in (0.5, temperature, 3.0):
            spurious = interventions.spurious_flips(means, asked)
            assert spurious == pytest.approx(0, abs=1e-9)


def test_rounding_leaves_decided_sites_and_ties_alone():
    field = np.full((4, 4), 0.9)
    field[0, 0], field[2, 2], field[2, 0] = -0.6, -0.4, -0.4
    field[1, 0] = field[3, 0] = -0.9
    spins = np.where(field >= 0, 1, -1).astype(np.int8)
    rounded = interventions.round_by_neighbors(spins, field)
    assert np.argwhere(rounded != spins).tolist() == [[2, 2]]


@pytest.mark.parametrize(("striped", "kept"), [(12, 20), (8, 12)])
def test_all_frames_are_kept_where_no_sign_fills_enough(striped, kept):
    spins = np.ones((1, 20, 8, 8), np.int8)
    spins[:, :striped, :, :4] = -1
    assert interventions.majority_phase(spins, 1.0).sum() == 20 - striped
    estimates = attribute(spins, 1.0, sweeps=[1])
    assert estimates["majority_phase_share"][0] == 1 - striped / 20
    gained = specific_heat(spins, 1.0) if kept < 20 else 0
    assert estimates["specific_heat_sign_mixture"][0] == pytest.approx(gained)
