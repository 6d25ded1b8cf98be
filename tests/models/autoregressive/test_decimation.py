"""The finest lattice in closed form: the Boltzmann distribution given the corners."""

import numpy as np
import pytest
import torch

import ising_fidelity as ising
from ising_fidelity import lattice
from ising_fidelity.models.autoregressive import decimation
from ising_fidelity.models.autoregressive.targets import corner_means

TEMPERATURES = [0.5, 1.0, 1.6, 2.0, 2.269185, 2.6, 3.4, 6.0]


def corners_of(size, temperature):
    """Return the corners of one frame of Monte Carlo, shape (1, 1, L / 2, L / 2)."""
    frames = ising.simulate(L=size, T=temperature, frames=1, seed=3, progress=False)
    return torch.from_numpy(frames.spins[:, :, ::2, ::2]).float()


def drawn(size, temperature, frames):
    """Return frames with the same corners, -E/T and ln q of each."""
    generator = torch.Generator().manual_seed(1)
    T = torch.full((frames,), temperature)
    corners = corners_of(size, temperature).expand(frames, 1, -1, -1)
    spins, log_q = decimation.draw(corners, T, generator)
    energy = lattice.energy(spins[:, 0].numpy().astype(np.int8))
    return spins, -(size**2) * energy / temperature, log_q.numpy()


@pytest.mark.parametrize("size", [8, 32])
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_weights_of_frames_with_the_same_corners_are_equal(size, temperature):
    """The spread of ln w is the root of twice the divergence, here below 1e-7 nats per site."""
    spins, log_p, log_q = drawn(size, temperature, 200)
    assert len(spins.flatten(1).unique(dim=0)) > 50 or temperature < 2
    assert np.std(log_p - log_q) < np.sqrt(2 * 1e-7 * size**2)


def log_sum(corners, temperature):
    """Return the logarithm of the sum over all centers and edges of 8 x 8 sites.

    Centers are enumerated, and each edge between two of them is summed by itself.
    """
    centers = lattice.all_configurations(4)
    total = np.zeros(len(centers))
    for side in ((0, 1), (1, 0)):
        fixed = np.roll(corners, (-side[0], -side[1]), (0, 1)) + np.roll(corners, (-1, -1), (0, 1))
        field = fixed + centers + np.roll(centers, (-side[0], -side[1]), (1, 2))
        total += np.log(2 * np.cosh(field / temperature)).sum(axis=(1, 2))
    return np.logaddexp.reduce(total)


@pytest.mark.parametrize("temperature", [1.0, 2.269185, 4.0])
def test_weights_are_the_sum_over_all_frames_with_the_same_corners(temperature):
    _, log_p, log_q = drawn(8, temperature, 20)
    exact = log_sum(corners_of(8, temperature)[0, 0].numpy(), temperature)
    assert log_p - log_q == pytest.approx(exact, abs=5e-3)


def test_the_probability_of_drawn_frames_is_that_of_given_ones():
    spins, _, log_q = drawn(16, 2.4, 20)
    told = decimation.log_probability(spins, torch.full((20,), 2.4))
    np.testing.assert_allclose(told.numpy(), log_q, atol=1e-4)


def test_no_temperature_is_too_low_or_too_high():
    for temperature in (1e-30, 1e-3, 1e30):
        spins, log_q = decimation.draw(
            torch.ones(2, 1, 4, 4), torch.full((2,), temperature), torch.Generator().manual_seed(1)
        )
        assert torch.isfinite(log_q).all()
        assert (spins > 0).all() == (temperature < 1)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.269185, 2.6, 4.0])
def test_means_of_corners_given_all_others(temperature):
    """Against enumeration, in units of a corner's standard deviation."""
    corners = corners_of(8, temperature)
    means = corner_means(corners, torch.tensor([temperature]))[0, 0].double().numpy()
    for place in ((0, 0), (1, 2), (3, 1)):
        up, down = (corners[0, 0].double().numpy().copy() for _ in range(2))
        up[place], down[place] = 1, -1
        exact = np.tanh((log_sum(up, temperature) - log_sum(down, temperature)) / 2)
        assert abs(means[place] - exact) < 2e-3 * np.sqrt(1 - exact**2) + 1e-6
