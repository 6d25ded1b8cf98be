"""Exact ln q: it agrees with the sampled frames, and the dependences of its fields."""

import numpy as np
import pytest
import torch
from scipy.stats import chi2

from ising_fidelity.models.autoregressive import likelihood

from .small import STATES, levels, random_network


@torch.no_grad()
def log_q_of_all_states(network, temperature, colors=4):
    spins = torch.from_numpy(STATES).float()[:, None].split(2048)
    T, on = torch.full((2048,), temperature), levels(4, colors)
    log_q = [likelihood.log_probability(network, on, some, T) for some in spins]
    return torch.cat(log_q).numpy()


@pytest.mark.parametrize("colors", [1, 4])
def test_probabilities_sum_to_one_and_do_not_know_the_sign(colors):
    log_q = log_q_of_all_states(random_network(), 2.0, colors)
    assert np.exp(log_q).sum() == pytest.approx(1, abs=1e-5)
    assert np.std(log_q) > 0.5
    # The enumeration turns all signs when read backwards.
    np.testing.assert_allclose(log_q, log_q[::-1], atol=1e-5)


def test_frames_are_drawn_as_often_as_they_are_likely():
    """A chi-squared test of 50 classes of states of like probability; false alarms: 1e-4."""
    network, frames = random_network(), 20_000
    log_q = log_q_of_all_states(network, 2.0)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        spins, said = likelihood.draw(network, levels(4), 4, torch.full((frames,), 2.0), generator)
    index = ((spins[:, 0].numpy() > 0).reshape(frames, 16) @ 2 ** np.arange(16)).astype(int)
    np.testing.assert_allclose(said.numpy(), log_q[index], atol=1e-5)
    order = np.argsort(log_q)
    kind = np.empty(len(log_q), int)
    kind[order] = np.minimum(50 * np.cumsum(np.exp(log_q[order])), 49).astype(int)
    expected = frames * np.bincount(kind, np.exp(log_q))
    counted = np.bincount(kind[index], minlength=50)
    statistic = ((counted - expected) ** 2 / expected).sum()
    assert chi2.sf(statistic, 49) > 1e-4


@pytest.mark.parametrize("size", [8, 12])
def test_random_groups_tell_the_probability_without_bias(size):
    """Within 5 standard errors of 4000 estimates: false alarms below 1e-6."""
    network, on = random_network(), levels(size)
    generator = torch.Generator().manual_seed(2)
    frame = torch.randn(1, 1, size, size, generator=generator).sign()
    T = torch.tensor([2.5])
    with torch.no_grad():
        truth = -float(likelihood.log_probability(network, on, frame, T))
        repeated = frame.expand(4000, -1, -1, -1)
        estimates = likelihood.surprise(network, on, repeated, T.expand(4000), generator)
    error = float(estimates.std()) / 4000**0.5
    assert error < 0.05 * truth
    assert abs(float(estimates.mean()) - truth) < 5 * error


def test_what_is_not_known_yet_does_not_matter():
    network = random_network()
    group = levels(8)[-1]
    known, new = group.known[2:3], group.new[2:3]
    generator = torch.Generator().manual_seed(3)
    one, other = torch.randn(2, 1, 1, 8, 8, generator=generator).sign()
    other = torch.where(known > 0, one, other)
    T = torch.tensor([2.0])
    with torch.no_grad():
        fields = [network(s, known, new, 1, T) for s in (one, other, -one)]
        warmer = network(one, known, new, 1, T + 1)
        coarser = network(one, known, new, 2, T)
    assert (one != other).any()
    torch.testing.assert_close(fields[0], fields[1])
    torch.testing.assert_close(fields[0], -fields[2])
    assert not torch.allclose(fields[0] * 2, warmer * 3)
    assert not torch.allclose(fields[0], coarser)
