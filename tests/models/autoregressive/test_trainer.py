"""Training by maximum likelihood: its loss, and the result of seconds of training."""

import numpy as np
import pytest
import torch

import ising_fidelity as ising
from ising_fidelity import lattice
from ising_fidelity.exact.finite import kaufman
from ising_fidelity.models.autoregressive import likelihood
from ising_fidelity.models.autoregressive.network import MultiscaleNetwork
from ising_fidelity.models.autoregressive.settings import MultiscaleNetworkSettings
from ising_fidelity.models.autoregressive.trainer import AutoregressiveTrainer
from ising_fidelity.models.common.data import Frames
from ising_fidelity.models.training import loop
from ising_fidelity.observables.likelihood import measure

from ..small import AUTOREGRESSIVE, CPU
from .small import STATES, levels, random_network

SETTINGS = AUTOREGRESSIVE.model_copy(
    update={
        "network": MultiscaleNetworkSettings(width=8, blocks=1, condition=16),
        "epochs": 4,
        "batch_size": 32,
        "learning_rate": 1e-2,
        "ema": 0.9,
        "validation_fraction": 0.1,
    }
)


def boltzmann_frames(temperature, frames, seed):
    weights = np.exp(-16 * (lattice.energy(STATES) + 2) / temperature)
    drawn = np.random.default_rng(seed).choice(len(STATES), frames, p=weights / weights.sum())
    return STATES[drawn]


def effective_share(network, temperature, frames=2000):
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        T = torch.full((frames,), temperature)
        spins, log_q = likelihood.draw(network, levels(4), 4, T, generator)
    spins = spins[:, 0].numpy().astype(np.int8)
    found = measure(
        log_q.numpy(), lattice.energy(spins), lattice.magnetization(spins), temperature, 16
    )
    return float(found["effective_sample_size_share"][0])


def test_seconds_of_training_make_weights_even(tmp_path):
    frames = {2.0: boltzmann_frames(2.0, 3000, 1)[None]}
    trained = loop.train(SETTINGS, frames, 1, CPU, tmp_path / "state.pt", "a")
    network = MultiscaleNetwork(SETTINGS.network)
    untrained = effective_share(network, 2.0)
    network.load_state_dict(trained.weights)
    assert untrained < 0.1
    assert effective_share(network, 2.0) > 0.8
    losses = trained.history["held_out_loss"]
    assert losses[-1] < losses[0] < np.log(2)


def test_with_the_hamiltonian_weights_are_even_after_seconds_of_training(tmp_path):
    """The free energy is within four standard errors of Kaufman's: false alarms 6e-5."""
    T, size = 2.269185, 16
    frames = ising.simulate(L=size, T=T, frames=2000, seed=1, progress=False)
    settings = SETTINGS.model_copy(
        update={"hamiltonian": True, "augmentation": "symmetries", "epochs": 6}
    )
    trained = loop.train(settings, {T: frames.spins}, 1, CPU, tmp_path / "state.pt", "a")
    network = MultiscaleNetwork(settings.network)
    network.load_state_dict(trained.weights)
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        on = levels(size, finest=2)
        spins, log_q = likelihood.draw(network, on, size, torch.full((2000,), T), generator)
        again = likelihood.log_probability(network, on, spins[:50], torch.full((50,), T))
    torch.testing.assert_close(again, log_q[:50], rtol=0, atol=1e-4)
    spins = spins[:, 0].numpy().astype(np.int8)
    found = measure(log_q.numpy(), lattice.energy(spins), lattice.magnetization(spins), T, size**2)
    assert float(found["effective_sample_size_share"][0]) > 0.5
    free_energy, error = map(float, found["free_energy"])
    assert abs(free_energy - kaufman(size, T).free_energy) < 4 * error < 1e-3


def test_the_held_out_loss_is_minus_ln_q_per_site():
    spins = boltzmann_frames(2.0, 40, 2)
    held_out = Frames(torch.from_numpy(spins)[:, None], torch.full((40,), 2.0))
    generator = torch.Generator().manual_seed(1)
    trainer = AutoregressiveTrainer(SETTINGS, held_out, held_out, CPU, generator)
    trainer.averaged = random_network().requires_grad_(False)
    frames, T = held_out[torch.arange(40)]
    log_q = likelihood.log_probability(trainer.averaged, trainer.levels, frames, T)
    assert trainer.validate() == pytest.approx(-float(log_q.mean()) / 16, rel=1e-9)
