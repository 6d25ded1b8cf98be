"""Generator and critic: shapes on all lattices, what they minimise, and training them."""

import pytest
import torch

from ising_fidelity.models.common import wasserstein
from ising_fidelity.models.common.layers import count_parameters
from ising_fidelity.models.gan import networks
from ising_fidelity.models.gan.settings import AdversarialSettings

from ..small import GAN, trainer_of

PAPER = AdversarialSettings(family="gan", training_temperatures=["2.30"])
COMPACT = PAPER.model_copy(update={"width": 4})


@pytest.mark.parametrize("lattice_size", [4, 6, 8, 16, 24, 32, 64])
def test_frames_and_judgements_have_their_shapes(lattice_size):
    generator = networks.Generator(COMPACT, lattice_size)
    critic = networks.Critic(COMPACT, lattice_size)
    temperature = torch.tensor([1.0, 2.3, 4.0])
    frames = generator(torch.randn(3, COMPACT.latent), temperature)
    assert frames.shape == (3, 1, lattice_size, lattice_size)
    assert float(frames.detach().abs().max()) <= 1
    judged = critic(frames, temperature)
    assert judged.shape == (3,)
    assert bool(((judged > 0) & (judged < 1)).all())


def test_the_papers_layers():
    generator = networks.Generator(PAPER, 64)
    kernels = [
        tuple(layer.weight.shape)
        for layer in generator.layers
        if isinstance(layer, torch.nn.ConvTranspose2d)
    ]
    assert kernels == [
        (200, 512, 4, 4),
        (512, 256, 4, 4),
        (256, 128, 4, 4),
        (128, 64, 4, 4),
        (64, 1, 4, 4),
    ]
    critic = networks.Critic(PAPER, 64)
    widths = [m.weight.shape[0] for m in critic.layers if isinstance(m, torch.nn.Conv2d)]
    assert widths == [64, 128, 256, 512, 1]
    assert count_parameters(generator) > 4e6


def test_the_magnetization_term_compares_frame_by_frame():
    real = torch.ones(2, 1, 4, 4)
    generated = torch.stack([torch.ones(1, 4, 4), -torch.ones(1, 4, 4)])
    judged = torch.tensor([0.25, 0.75])
    plain = networks.generator_loss(judged, generated, real, 0.0)
    weighted = networks.generator_loss(judged, generated, real, 0.5)
    assert float(plain) == -0.5
    assert float(weighted) == pytest.approx(-0.5 + 0.5 * (0 + 4) / 2)


def test_the_critic_gains_by_telling_real_from_generated():
    right = wasserstein.critic_loss(torch.ones(4), torch.zeros(4))
    wrong = wasserstein.critic_loss(torch.zeros(4), torch.ones(4))
    assert (float(right), float(wrong)) == (-1.0, 1.0)


def test_the_critic_stays_clipped(frames):
    trainer, seen = trainer_of(GAN, frames)
    losses = [trainer.batch(*(one[:8] for one in seen), 0.0) for _ in range(4)]
    assert ["generator_loss" in row for row in losses] == [False, True, False, True]
    largest = max(float(p.detach().abs().max()) for p in trainer.critic.parameters())
    assert largest <= GAN.weight_clip
