"""Training steps to be timed: a plain loop from the textbook, and the project's own."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.harness import Act
from ising_fidelity.models.common.data import training_frames
from ising_fidelity.models.common.settings import Training
from ising_fidelity.models.diffusion.settings import DiffusionSettings
from ising_fidelity.models.family import family_of

CPU = torch.device("cpu")
TEMPERATURE = 2.3
RATE = 3e-4
"""Learning rate of plain loops, as in similar implementations."""
PAPER = DiffusionSettings(family="diffusion", training_temperatures=["2.30"])
"""The paper's noise schedule."""


def seeded(device: torch.device = CPU) -> torch.Generator:
    return torch.Generator(device).manual_seed(1)


def random_frames(
    batch: int, lattice_size: int, device: torch.device = CPU
) -> tuple[Tensor, Tensor]:
    """Return spins (batch, 1, L, L), float32, and temperatures (batch,)."""
    spins = torch.randint(2, (batch, 1, lattice_size, lattice_size), generator=seeded())
    return (2.0 * spins - 1).to(device), torch.full((batch,), TEMPERATURE, device=device)


def textbook_schedule(settings: DiffusionSettings = PAPER) -> tuple[Tensor, Tensor]:
    """Return beta and alpha_bar."""
    beta = torch.linspace(settings.beta_start, settings.beta_end, settings.diffusion_steps)
    return beta, torch.cumprod(1 - beta, 0)


def textbook_training(
    network: nn.Module,
    batch: int,
    lattice_size: int,
    settings: DiffusionSettings = PAPER,
    predict: Callable[[Tensor, Tensor, Tensor], Tensor] | None = None,
) -> Act:
    """Return one step of Algorithm 1 of Ho et al. with AdamW: eager, float32, a plain loop.

    Parameters
    ----------
    predict
        Calls the network, if it does not take x_t, t and T.
    """
    device = next(network.parameters()).device
    call = predict or network
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE)
    alpha_bar = textbook_schedule(settings)[1].to(device)
    x_0, T = random_frames(batch, lattice_size, device)

    def act() -> float:
        step = torch.randint(len(alpha_bar), (batch,), device=device)
        noise = torch.randn_like(x_0)
        kept = alpha_bar[step][:, None, None, None]
        x_t = kept.sqrt() * x_0 + (1 - kept).sqrt() * noise
        loss = functional.mse_loss(call(x_t, step + 1, T), noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return act


def own_training(
    settings: Training, lattice_size: int, device: torch.device = CPU
) -> tuple[Act, nn.Module]:
    """Return one step of the project's training, including weight averaging, and its network."""
    spins = np.ones((1, settings.batch_size + 1, lattice_size, lattice_size), np.int8)
    seen, held_out = training_frames({TEMPERATURE: spins}, settings, device)
    torch.manual_seed(0)
    family = family_of(settings)
    trainer = family.make_trainer(settings, seen, held_out, device, seeded(device))
    batch = random_frames(settings.batch_size, lattice_size, device)
    return lambda: trainer.batch(*batch, 0.5), trainer.network
