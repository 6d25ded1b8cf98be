"""The reverse chain at continuous noise: with exact networks it draws exact frames."""

import numpy as np
import pytest
import torch

from ising_fidelity import lattice
from ising_fidelity.exact import finite
from ising_fidelity.models.continuous import objective, reverse

from .exact_network import LOG_WEIGHT, TEMPERATURE, exact_network


@pytest.mark.parametrize("sampler", ["multistep", "trapezoid"])
def test_exact_networks_draw_exact_frames(sampler):
    """Energies and |m| within 4 errors and 1 % of the range for steps: false alarms below 1e-3."""
    frames = 4000
    generator = torch.Generator().manual_seed(2)
    sigmas = reverse.levels(20, 12.0, sampler, density=3.0)
    x = 12.0 * torch.randn(frames, 1, 3, 3, generator=generator)
    T = torch.full((frames,), TEMPERATURE)
    *_, last = reverse.reverse_chain(exact_network, x, sigmas, T, sampler, generator)
    spins = np.where(last[:, 0].numpy() >= 0, 1, -1).astype(np.int8)
    states = lattice.all_configurations(3)
    weight = torch.softmax(LOG_WEIGHT, 0).numpy()
    for measured, truth in (
        (lattice.energy(spins), weight @ lattice.energy(states)),
        (np.abs(lattice.magnetization(spins)), weight @ np.abs(lattice.magnetization(states))),
    ):
        error = measured.std() / np.sqrt(frames)
        assert abs(measured.mean() - truth) < 4 * error + 0.01
    assert finite.kaufman(3, TEMPERATURE).energy == pytest.approx(weight @ lattice.energy(states))


def test_independent_spins_are_drawn_exactly_in_two_steps():
    """Spins in a field, where D changes much in a step; 4 errors, by chance in 6 of 100,000."""
    generator = torch.Generator().manual_seed(3)
    x = 12.0 * torch.randn(1000, 1, 8, 8, generator=generator)
    sigmas = reverse.levels(2, 12.0, "trapezoid")

    def network(x, sigma, temperature):
        return torch.full_like(x, 0.3)

    *_, last = reverse.reverse_chain(network, x, sigmas, torch.ones(1000), "trapezoid", generator)
    spins = last.sign()
    assert abs(spins.mean() - np.tanh(0.3)) < 4 * spins.std() / spins.numel() ** 0.5


@pytest.mark.parametrize(("steps", "most"), [(5, 0.02), (10, 0.005), (20, 0.003), (40, 0.001)])
def test_the_trapezoid_has_small_errors_for_pairs(steps, most):
    """Pairs coupled by J have <s s'> = tanh J; within 4 standard errors, by chance in 6 of 100,000.

    With a share of w/2 of the change, it is 0.079, 0.018, 0.006, 0.001 too small. Without the
    change, and so of first order, it is 0.066 too small in 10 steps.
    """
    J, pairs, error = 0.7, 300_000, 0.0015
    generator = torch.Generator().manual_seed(4)

    def network(x, sigma, temperature):
        other = torch.tanh(x.flip(3) / sigma[:, None, None, None] ** 2)
        return torch.atanh((np.tanh(J) * other).clamp(-1 + 1e-7, 1 - 1e-7))

    x = 12.0 * torch.randn(pairs // 100, 1, 100, 2, generator=generator)
    sigmas = reverse.levels(steps, 12.0, "trapezoid", density=3.0)
    *_, last = reverse.reverse_chain(network, x, sigmas, torch.ones(len(x)), "trapezoid", generator)
    off = float(last.sign().prod(dim=3).mean()) - np.tanh(J)
    assert abs(off) < most + 4 * error


def test_levels_fall_from_end_to_end_and_are_denser_where_spins_are_decided():
    even, dense = (reverse.levels(50, 64.0, "multistep", density) for density in (1.0, 4.0))
    for sigmas in (even, dense):
        assert sigmas[0] == pytest.approx(64)
        assert sigmas[-1] == pytest.approx(objective.SMALLEST)
        assert (sigmas.diff() < 0).all()
    torch.testing.assert_close(even.log().diff(), even.log().diff().mean().expand(50))
    assert ((dense > 0.7) & (dense < 2)).sum() > 1.5 * ((even > 0.7) & (even < 2)).sum()
