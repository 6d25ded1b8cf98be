"""Continuous noise: with exact networks the chains draw exact frames."""

import itertools

import numpy as np
import pytest
import torch

from ising_fidelity import exact, lattice
from ising_fidelity.models import continuous

TEMPERATURE = 2.0
STATES = torch.from_numpy(lattice.all_configurations(3)).reshape(-1, 9).double()
LOG_WEIGHT = torch.from_numpy(
    -9 * lattice.energy(lattice.all_configurations(3)) / TEMPERATURE
).double()


def exact_mean(x, sigma):
    """Return the mean of s given x = s + sigma z, by enumeration of 3 x 3 frames."""
    sites = x.reshape(len(x), 9).double()
    log_p = LOG_WEIGHT + sites @ STATES.T / sigma[:, None].double() ** 2
    return (torch.softmax(log_p, dim=1) @ STATES).reshape(x.shape).float()


def network_of(prediction):
    """Return the network that predicts what is exact."""

    def network(x, sigma, temperature):
        level, mean = sigma[:, None, None, None], exact_mean(x, sigma)
        if prediction == "cavity":
            inside = torch.atanh(mean.double().clamp(-1 + 1e-12, 1 - 1e-12))
            return (inside - x.double() / level.double() ** 2).float()
        if prediction == "eps":
            return (x - mean) / level
        skip = 1 / (1 + level**2)
        return (mean - skip * x) / (level * skip.sqrt())

    return network


@pytest.mark.parametrize("prediction", ["cavity", "edm", "eps"])
def test_every_prediction_says_the_same(prediction):
    generator = torch.Generator().manual_seed(1)
    sigma = torch.rand(50, generator=generator) * 3 + 0.7
    x = torch.randn(50, 1, 3, 3, generator=generator) * 2
    T = torch.full((50,), TEMPERATURE)
    mean = continuous.denoised(network_of(prediction), x, sigma, T, prediction)
    torch.testing.assert_close(mean, exact_mean(x, sigma), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("sampler", "steps"),
    [
        ("ancestral", 60),
        ("multistep", 20),
        ("spin", 60),
        ("trapezoid", 20),
        ("gibbs", 12),
        ("heun", 30),
        ("churn", 60),
    ],
)
def test_exact_networks_draw_exact_frames(sampler, steps):
    """Energies and |m| within 4 errors and 1 % of the range for steps: false alarms below 1e-3."""
    frames = 4000
    generator = torch.Generator().manual_seed(2)
    sigmas = continuous.levels(steps, 12.0, density=3.0)
    x = 12.0 * torch.randn(frames, 1, 3, 3, generator=generator)
    T = torch.full((frames,), TEMPERATURE)
    network = network_of("edm")
    *_, last = continuous.reverse_chain(network, x, sigmas, T, sampler, "edm", generator)
    spins = np.where(last[:, 0].numpy() >= 0, 1, -1).astype(np.int8)
    states = lattice.all_configurations(3)
    weight = torch.softmax(LOG_WEIGHT, 0).numpy()
    for measured, truth in (
        (lattice.energy(spins), weight @ lattice.energy(states)),
        (np.abs(lattice.magnetization(spins)), weight @ np.abs(lattice.magnetization(states))),
    ):
        error = measured.std() / np.sqrt(frames)
        assert abs(measured.mean() - truth) < 4 * error + 0.01
    assert exact.kaufman(3, TEMPERATURE).energy == pytest.approx(weight @ lattice.energy(states))


def test_independent_spins_are_drawn_exactly_in_two_steps():
    """Spins in a field, where D changes much in a step; 4 errors, by chance in 6 of 100,000."""
    generator = torch.Generator().manual_seed(3)
    x = 12.0 * torch.randn(1000, 1, 8, 8, generator=generator)
    sigmas = continuous.levels(2, 12.0)

    def network(x, sigma, temperature):
        return torch.full_like(x, 0.3)

    *_, last = continuous.reverse_chain(
        network, x, sigmas, torch.ones(1000), "trapezoid", "cavity", generator
    )
    spins = last.sign()
    assert abs(spins.mean() - np.tanh(0.3)) < 4 * spins.std() / spins.numel() ** 0.5


def test_what_the_trapezoid_makes_wrong_of_pairs_falls_with_the_square_of_steps():
    """Pairs coupled by J have <s s'> = tanh J.

    Seen: 0.140, 0.070, 0.036 too small in 5, 10, 20 steps of ``spin``, 0.063, 0.020, 0.007 of
    ``trapezoid``, each +-0.0015 here: within 4 of these errors, by chance in 3 of 10,000.
    """
    J, pairs, error = 0.7, 300_000, 0.0015

    def network(x, sigma, temperature):
        other = torch.tanh(x.flip(3) / sigma[:, None, None, None] ** 2)
        return torch.atanh((np.tanh(J) * other).clamp(-1 + 1e-7, 1 - 1e-7))

    def too_small(sampler, steps):
        generator = torch.Generator().manual_seed(4)
        x = 12.0 * torch.randn(pairs, 1, 1, 2, generator=generator)
        sigmas = continuous.levels(steps, 12.0, density=3.0)
        *_, last = continuous.reverse_chain(
            network, x, sigmas, torch.ones(pairs), sampler, "cavity", generator
        )
        return np.tanh(J) - float(last.sign().prod(dim=3).mean())

    spin, trapezoid = (
        [too_small(sampler, steps) for steps in (5, 10, 20)] for sampler in ("spin", "trapezoid")
    )
    for few, many in itertools.pairwise(spin):
        assert abs(many - few / 2) < 4 * error
    for few, many in itertools.pairwise(trapezoid):
        assert 4 * error < few - many
        assert many < few / 2.5 + 4 * error
    assert trapezoid[1] < spin[1] / 2


def test_the_loss_of_cavity_fields_is_the_cross_entropy_of_spins():
    generator = torch.Generator().manual_seed(3)
    s = torch.randn(20, 1, 3, 3, generator=generator).sign()
    noise = torch.randn(20, 1, 3, 3, generator=generator)
    sigma, T = torch.full((20,), 1.3), torch.full((20,), TEMPERATURE)
    network = network_of("cavity")
    x = s + 1.3 * noise
    mean = exact_mean(x, sigma)
    expected = -torch.log((1 + s * mean) / 2).mean()
    loss = continuous.loss(network, x, s, sigma, T, "cavity")
    torch.testing.assert_close(loss, expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("prediction", ["edm", "eps"])
def test_squared_errors_have_variance_one_without_knowledge(prediction):
    generator = torch.Generator().manual_seed(4)
    s = torch.randn(4000, 1, 3, 3, generator=generator).sign()
    noise = torch.randn(s.shape, generator=generator)
    sigma = torch.rand(4000, generator=generator) * 5 + 0.2
    x = s + sigma[:, None, None, None] * noise
    nothing = continuous.loss(
        lambda x, *_: torch.zeros_like(x), x, s, sigma, torch.ones(4000), prediction
    )
    assert float(nothing) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("both_signs", [False, True])
def test_the_mean_of_all_states_is_that_of_free_spins(both_signs):
    """All 512 frames of 3 x 3, each as likely: every spin knows of its own x only."""
    states = torch.from_numpy(lattice.all_configurations(3))
    x = 2 * torch.randn(3, 3, generator=torch.Generator().manual_seed(6))
    mean = continuous.mean_of_candidates(x, torch.tensor(1.5), states, both_signs)
    torch.testing.assert_close(mean, torch.tanh(x / 1.5**2))


@pytest.mark.parametrize("both_signs", [False, True])
@pytest.mark.parametrize("size", [3, 4])
def test_candidates_at_every_place_are_so_many_candidates(size, both_signs):
    generator = torch.Generator().manual_seed(8)
    frames = torch.randn(5, size, size, generator=generator).sign()
    x = frames[0] + 1.2 * torch.randn(size, size, generator=generator)
    places = [frames.roll(place, (1, 2)) for place in np.ndindex(size, size)]
    one, all_at_once = (
        continuous.mean_of_candidates(x, torch.tensor(1.2), candidates, both_signs, translations)
        for candidates, translations in ((torch.cat(places), False), (frames, True))
    )
    torch.testing.assert_close(one, all_at_once)


def test_the_mean_of_a_few_candidates_is_unbiased():
    """Given any x, s is on average the mean: E (s - D) D = 0 within 4 errors, 6e-5 by chance."""
    generator = torch.Generator().manual_seed(7)
    states = torch.from_numpy(lattice.all_configurations(3))
    drawn = torch.softmax(LOG_WEIGHT, 0).multinomial(20 * 2000, True, generator=generator)
    products = []
    for candidates in states[drawn].split(20):
        s, sigma = candidates[0].float(), torch.tensor(2.0)
        x = s + sigma * torch.randn(s.shape, generator=generator)
        mean = continuous.mean_of_candidates(x, sigma, candidates, both_signs=True)
        products.append(((s - mean) * mean).mean())
    found = torch.stack(products)
    assert abs(found.mean()) < 4 * found.std() / len(found) ** 0.5


def test_levels_fall_from_end_to_end_and_are_denser_where_spins_are_decided():
    even, dense = (continuous.levels(50, 64.0, density=density) for density in (1.0, 4.0))
    for sigmas in (even, dense):
        assert sigmas[0] == pytest.approx(64)
        assert sigmas[-1] == pytest.approx(continuous.SMALLEST)
        assert (sigmas.diff() < 0).all()
    torch.testing.assert_close(even.log().diff(), even.log().diff().mean().expand(50))
    assert ((dense > 0.7) & (dense < 2)).sum() > 1.5 * ((even > 0.7) & (even < 2)).sum()


def test_noise_to_train_on_is_in_reach_and_mostly_where_spins_are_decided():
    generator = torch.Generator().manual_seed(5)
    sigma = continuous.random_sigma(20_000, 64.0, 1.5, 1.2, generator)
    assert float(sigma.min()) >= continuous.SMALLEST - 1e-6
    assert float(sigma.max()) <= 64.001
    assert float((sigma > 20).float().mean()) > 0.03
    assert 0.35 < float(((sigma > 0.7) & (sigma < 3)).float().mean()) < 0.6
