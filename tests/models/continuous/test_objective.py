"""Continuous noise: means of spins given noisy frames, and what networks are trained on."""

import numpy as np
import pytest
import torch

from ising_fidelity import lattice
from ising_fidelity.models.continuous import objective

from .exact_network import LOG_WEIGHT, TEMPERATURE, exact_mean, exact_network


def test_the_mean_follows_from_the_cavity_field():
    generator = torch.Generator().manual_seed(1)
    sigma = torch.rand(50, generator=generator) * 3 + 0.7
    x = torch.randn(50, 1, 3, 3, generator=generator) * 2
    T = torch.full((50,), TEMPERATURE)
    mean = objective.denoised(exact_network, x, sigma, T)
    torch.testing.assert_close(mean, exact_mean(x, sigma), atol=2e-5, rtol=1e-4)


def test_the_loss_of_cavity_fields_is_the_cross_entropy_of_spins():
    generator = torch.Generator().manual_seed(3)
    s = torch.randn(20, 1, 3, 3, generator=generator).sign()
    noise = torch.randn(20, 1, 3, 3, generator=generator)
    sigma, T = torch.full((20,), 1.3), torch.full((20,), TEMPERATURE)
    x = s + 1.3 * noise
    mean = exact_mean(x, sigma)
    expected = -torch.log((1 + s * mean) / 2).mean()
    loss = objective.loss(exact_network, x, s, sigma, T)
    torch.testing.assert_close(loss, expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("both_signs", [False, True])
def test_the_mean_of_all_states_is_that_of_free_spins(both_signs):
    """All 512 frames of 3 x 3, each as likely: every spin depends on its own x only."""
    states = torch.from_numpy(lattice.all_configurations(3))
    x = 2 * torch.randn(3, 3, generator=torch.Generator().manual_seed(6))
    mean = objective.mean_of_candidates(x, torch.tensor(1.5), states, both_signs)
    torch.testing.assert_close(mean, torch.tanh(x / 1.5**2))


@pytest.mark.parametrize("both_signs", [False, True])
@pytest.mark.parametrize("size", [3, 4])
def test_candidates_at_every_place_are_so_many_candidates(size, both_signs):
    generator = torch.Generator().manual_seed(8)
    frames = torch.randn(5, size, size, generator=generator).sign()
    x = frames[0] + 1.2 * torch.randn(size, size, generator=generator)
    places = [frames.roll(place, (1, 2)) for place in np.ndindex(size, size)]
    one, all_at_once = (
        objective.mean_of_candidates(x, torch.tensor(1.2), candidates, both_signs, translations)
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
        mean = objective.mean_of_candidates(x, sigma, candidates, both_signs=True)
        products.append(((s - mean) * mean).mean())
    found = torch.stack(products)
    assert abs(found.mean()) < 4 * found.std() / len(found) ** 0.5


def test_noise_to_train_on_is_in_reach_and_mostly_where_spins_are_decided():
    generator = torch.Generator().manual_seed(5)
    sigma = objective.random_sigma(20_000, 64.0, 1.5, 1.2, generator)
    assert float(sigma.min()) >= objective.SMALLEST - 1e-6
    assert float(sigma.max()) <= 64.001
    assert float((sigma > 20).float().mean()) > 0.03
    assert 0.35 < float(((sigma > 0.7) & (sigma < 3)).float().mean()) < 0.6
