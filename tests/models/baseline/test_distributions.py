"""Baselines: normalized probabilities, frames that follow them, and what training finds."""

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from ising_fidelity import lattice
from ising_fidelity.api import simulate
from ising_fidelity.models.baseline.distributions import build
from ising_fidelity.models.baseline.sampler import BaselineSampler
from ising_fidelity.models.baseline.settings import BaselineSettings
from ising_fidelity.models.checkpoint import Model
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.sampling.protocol import Request

from ..small import trainer_of

KINDS = ["spins", "tree", "couplings"]
ALARM = 1e-4
"""Rate of false alarms of each test of frequencies; seeds are fixed."""


def settings(kind, **more):
    return BaselineSettings(
        family="baseline", kind=kind, training_temperatures=["2.00", "3.00"], **more
    )


def network(kind):
    torch.manual_seed(3)
    return build(settings(kind), 0).requires_grad_(False)


def drawn(distribution, frames, size, T):
    """Return frames as the family's sampler draws them."""
    model = Model(distribution.requires_grad_(False), settings("spins"), size, {})
    request = Request(T, frames, size, torch.Generator().manual_seed(7), Chain())
    batch = BaselineSampler().batch(model, request)
    again = distribution.log_probability(batch.field, torch.full((frames,), T))
    assert torch.equal(batch.log_probability, again)
    return batch.field[:, 0].numpy().astype(np.int8)


def probabilities(kind, size, T=2.5):
    states = torch.from_numpy(lattice.all_configurations(size))[:, None].float()
    return network(kind).log_probability(states, torch.full((len(states),), T)).exp().numpy()


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_probabilities_of_all_configurations_add_up_to_one(kind, size):
    assert probabilities(kind, size).sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_are_as_frequent_as_their_probability(kind):
    frames, T = 20_000, 2.5
    spins = drawn(network(kind), frames, 3, T)
    number = (spins.reshape(frames, 9) > 0) @ 2 ** np.arange(9)
    expected = frames * probabilities(kind, 3)
    common = expected > 5
    seen = np.bincount(number, minlength=2**9)
    counts = [*seen[common], seen[~common].sum()], [*expected[common], expected[~common].sum()]
    assert counts[1][-1] < frames / 2
    assert chisquare(*(np.array(one)[np.array(counts[1]) > 0] for one in counts)).pvalue > ALARM


@pytest.fixture(scope="module")
def trained():
    frames = {T: simulate(L=16, T=T, frames=400, seed=5, chains=20).spins for T in (2.0, 3.0)}

    def train(kind):
        trainer, (spins, temperature) = trainer_of(settings(kind, learning_rate=0.02), frames)
        for step in range(400):
            trainer.batch(spins, temperature, step / 400)
        trainer.network.load_state_dict(trainer.weights())
        return trainer.network, {T: one.reshape(-1, 16, 16) for T, one in frames.items()}

    return train


def test_training_finds_the_coupling(trained):
    found, _ = trained("couplings")
    assert found.J.item() == pytest.approx(1, abs=0.02)


def test_training_finds_the_magnetization_at_each_temperature(trained):
    """The field is that of the mean of m^2, except for the rare signs of single spins."""
    found, frames = trained("spins")
    for T, spins in frames.items():
        m = 2 * found.field.chance(T) - 1
        assert m**2 == pytest.approx((lattice.magnetization(spins) ** 2).mean(), abs=0.05)


def test_training_finds_how_many_neighbors_along_the_tree_are_alike(trained):
    found, frames = trained("tree")
    for T, spins in frames.items():
        rows, column = spins[..., 1:] == spins[..., :-1], spins[:, 1:, 0] == spins[:, :-1, 0]
        alike = (rows.sum() + column.sum()) / (len(spins) * (16**2 - 1))
        assert found.coupling.chance(T) == pytest.approx(alike, abs=0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_trained_frames_have_the_quantity_that_was_learnt(trained, kind):
    """The Ising model's energy, the tree's along it, and the magnetization of spins."""
    found, frames = trained(kind)
    spins = drawn(found, 400, 16, 2.0)
    known = frames[2.0]
    if kind == "couplings":
        assert lattice.energy(spins).mean() == pytest.approx(lattice.energy(known).mean(), abs=0.03)
    elif kind == "tree":
        alike = [(one[..., 1:] == one[..., :-1]).mean() for one in (spins, known)]
        assert alike[0] == pytest.approx(alike[1], abs=0.02)
    else:
        m = [np.abs(lattice.magnetization(one)).mean() for one in (spins, known)]
        assert m[0] == pytest.approx(m[1], abs=0.05)
