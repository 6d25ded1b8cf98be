"""Importance weights: exact for an exact generator, else right within their errors."""

import numpy as np
import pytest

from ising_fidelity import lattice
from ising_fidelity.exact import finite
from ising_fidelity.observables import likelihood

STATES = lattice.all_configurations(4)
ENERGY, MAGNETIZATION = lattice.energy(STATES), lattice.magnetization(STATES)
TEMPERATURE = 2.4


def boltzmann(temperature):
    """Return ln of the Boltzmann distribution of all 4 x 4 frames."""
    return -16 * (ENERGY - finite.kaufman(4, temperature).free_energy) / temperature


def frames_of(log_q, frames, seed):
    chance = np.exp(log_q)
    return np.random.default_rng(seed).choice(len(STATES), frames, p=chance / chance.sum())


def measured(log_q, drawn, seed=0):
    return likelihood.measure(
        log_q[drawn], ENERGY[drawn], MAGNETIZATION[drawn], TEMPERATURE, 16, seed
    )


def truth():
    solved = finite.kaufman(4, TEMPERATURE)
    weights = np.exp(boltzmann(TEMPERATURE))
    return {
        "free_energy": solved.free_energy,
        "entropy": solved.entropy,
        "energy_reweighted": solved.energy,
        "specific_heat_reweighted": solved.specific_heat,
        "abs_magnetization_reweighted": weights @ np.abs(MAGNETIZATION),
    }


def test_an_exact_generator_has_the_exact_free_energy_from_any_frames():
    log_q = boltzmann(TEMPERATURE)
    assert np.exp(log_q).sum() == pytest.approx(1, abs=1e-12)
    found = measured(log_q, frames_of(log_q, 50, 1))
    assert tuple(found) == likelihood.QUANTITIES
    for name in ("free_energy", "free_energy_bound"):
        assert found[name][0] == pytest.approx(truth()["free_energy"], abs=1e-12)
        assert found[name][1] < 1e-12
    assert found["effective_sample_size_share"][0] == pytest.approx(1)


def test_all_frames_of_a_wrong_generator_have_the_exact_averages():
    """Every state once, with the even distribution: sums over states, without any chance."""
    log_q = np.full(len(STATES), -16 * np.log(2))
    arguments = log_q, ENERGY, MAGNETIZATION, TEMPERATURE, 16
    found = likelihood.from_counts(np.ones(len(STATES), int), *arguments)
    values = dict(zip(likelihood.QUANTITIES, found, strict=True))
    for name, expected in truth().items():
        assert values[name] == pytest.approx(expected, rel=1e-10), name
    weights = np.exp(boltzmann(TEMPERATURE))
    share = 1 / (len(STATES) * (weights**2).sum())
    assert values["effective_sample_size_share"] == pytest.approx(share, rel=1e-10)
    # Of spins without energy the bound has only the entropy.
    assert values["free_energy_bound"] == pytest.approx(-TEMPERATURE * np.log(2))


def test_a_wrong_generator_is_mended_within_errors():
    """Five quantities within 4 of their errors from 4000 frames: false alarms below 1e-3."""
    log_q = boltzmann(3.0)
    found = measured(log_q, frames_of(log_q, 4000, 2))
    for name, expected in truth().items():
        value, error = found[name]
        assert abs(value - expected) < 4 * error, name
    bound, error = found["free_energy_bound"]
    assert bound > truth()["free_energy"] + 4 * error
    assert 0.2 < found["effective_sample_size_share"][0] < 0.9
    raw = ENERGY[frames_of(log_q, 4000, 2)].mean()
    assert abs(raw - truth()["energy_reweighted"]) > 0.1


def test_errors_cover_the_truth_as_often_as_they_should():
    """Of 150 sets about 68 % are within one error; 52 to 82 % has false alarms below 1e-3."""
    log_q = boltzmann(2.6)
    sets = [measured(log_q, frames_of(log_q, 300, seed), seed) for seed in range(150)]
    for name in ("free_energy", "energy_reweighted", "abs_magnetization_reweighted"):
        pairs = np.array([one[name] for one in sets])
        covered = np.abs(pairs[:, 0] - truth()[name]) < pairs[:, 1]
        assert 0.52 < covered.mean() < 0.82, name


def test_weights_may_span_thousands_of_orders():
    drawn = frames_of(boltzmann(3.0), 100, 3)
    even = np.full(100, -500.0)
    arguments = ENERGY[drawn], MAGNETIZATION[drawn], TEMPERATURE, 16
    base, moved = (likelihood.measure(even - shift, *arguments) for shift in (0, 3e4))
    for name in likelihood.QUANTITIES:
        expected = {"free_energy": -1, "free_energy_bound": -1, "entropy": 1 / TEMPERATURE}
        step = expected.get(name, 0) * TEMPERATURE / 16 * 3e4
        assert moved[name][0] == pytest.approx(base[name][0] + step, rel=1e-9, abs=1e-9), name
    rare = even - np.where(np.arange(100) == 7, 2e4, 0)
    found = likelihood.measure(rare, *arguments)
    assert found["effective_sample_size_share"][0] == pytest.approx(0.01)
    assert found["energy_reweighted"][0] == pytest.approx(ENERGY[drawn][7])
    assert all(np.isfinite(pair).all() for pair in found.values())


def test_a_single_frame_has_no_error():
    found = measured(boltzmann(TEMPERATURE), np.array([5]))
    assert all(np.isfinite(value) and np.isnan(error) for value, error in found.values())
