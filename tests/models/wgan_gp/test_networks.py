"""The GAN with gradient penalty: symmetry, temperature at every level, known penalties."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from ising_fidelity.models.common.blocks import SiteNorm
from ising_fidelity.models.wgan_gp.networks import Critic, Generator, gradient_penalty, spins

from ..small import PENALIZED


def networks(**changes):
    torch.manual_seed(1)
    sizes = {"generator_width": 6, "critic_width": 6, "latent": 4, "noise": 3, "levels": 3}
    settings = PENALIZED.model_copy(update=sizes | {"augmentation": "none"} | changes)
    return Generator(settings), Critic(settings), settings.unit


def temperatures(frames=3):
    return torch.linspace(1.5, 3, frames)


def rolled(latent, sites, lowest):
    """Return the latent with every level moved by ``sites`` sites of the lowest one."""
    levels = [x.roll((sites * 2**level, 0), (2, 3)) for level, x in enumerate(latent.sites)]
    return replace(latent, sites=levels, spins=latent.spins.roll((sites * lowest, 0), (2, 3)))


@pytest.mark.parametrize(("patch", "levels"), [(1, 2), (2, 3), (4, 1)])
def test_frames_move_as_their_noise_does(patch, levels):
    generator, _, unit = networks(patch=patch, levels=levels)
    latent = generator.random(3, 16, torch.Generator().manual_seed(2))
    with torch.no_grad():
        frames = generator(latent, temperatures())
        moved = generator(rolled(latent, 3, unit), temperatures())
    assert frames.shape == (3, 1, 16, 16)
    assert float(frames.std()) > 0.1
    torch.testing.assert_close(moved, frames.roll((3 * unit, 0), (2, 3)), atol=1e-5, rtol=1e-4)
    assert not torch.allclose(moved, frames, atol=1e-2)


@pytest.mark.parametrize(("patch", "levels"), [(1, 2), (2, 3), (4, 1)])
def test_the_critic_judges_moved_frames_alike(patch, levels):
    _, critic, unit = networks(patch=patch, levels=levels)
    frames = torch.randn(3, 1, 16, 16, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        judged = critic(frames, temperatures())
        moved = critic(frames.roll((unit, 2 * unit), (2, 3)), temperatures())
        other = critic(frames.flip(0), temperatures())
    assert judged.shape == (3,)
    torch.testing.assert_close(moved, judged, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(other, judged, atol=1e-4)


def modulations(network):
    """Return the layers by which a network depends on T, by level, and those beside levels."""
    by_level = [[block.modulation for block in blocks] for blocks in network.levels]
    beside = [network.expected] if isinstance(network, Critic) else []
    return by_level, beside


@pytest.mark.parametrize("level", range(3))
def test_every_level_of_both_networks_depends_on_the_temperature(level):
    """T removed from all other levels leaves a dependence on T; T removed from all does not."""
    generator, critic, _ = networks(latent=1)
    latent = generator.random(1, 16, torch.Generator().manual_seed(2))
    frames = torch.randn(1, 1, 16, 16, generator=torch.Generator().manual_seed(3))
    for network, inputs in ((generator, latent), (critic, frames)):
        by_level, beside = modulations(network)
        deaf = [
            layer for other, layers in enumerate(by_level) if other != level for layer in layers
        ]
        with torch.no_grad():
            for layer in deaf + beside:
                layer.weight.zero_()
            cold, hot = (network(inputs, torch.tensor([T])) for T in (1.6, 3.4))
            assert float((cold - hot).abs().max()) > 1e-6
            for layer in by_level[level]:
                layer.weight.zero_()
            cold, hot = (network(inputs, torch.tensor([T])) for T in (1.6, 3.4))
            assert torch.equal(cold, hot)


def test_noise_of_every_level_and_of_the_frame_matters():
    generator, _, _ = networks()
    latent = generator.random(1, 16, torch.Generator().manual_seed(2))
    assert [tuple(x.shape) for x in latent.sites] == [(1, 6, 2, 2), (1, 3, 4, 4), (1, 3, 8, 8)]
    T = torch.tensor([2.3])
    with torch.no_grad():
        frames = generator(latent, T)
        others = [replace(latent, frame=-latent.frame), replace(latent, spins=-latent.spins)]
        for level in range(3):
            sites = [-x if at == level else x for at, x in enumerate(latent.sites)]
            others.append(replace(latent, sites=sites))
        for other in others:
            assert not torch.allclose(generator(other, T), frames, atol=1e-4)


def test_both_signs_are_as_likely_where_training_frames_have_both():
    """Of 4000 fair signs 2000 +- 5 standard errors are up: false alarms 6e-7, seed 2."""
    for augmentation, shares in (("none", (1, 1)), ("symmetries", (0.46, 0.54))):
        generator, _, _ = networks(augmentation=augmentation)
        latent = generator.random(4000, 8, torch.Generator().manual_seed(2))
        assert shares[0] <= float((latent.sign > 0).float().mean()) <= shares[1]
    few = generator.random(3, 8, torch.Generator().manual_seed(2))
    with torch.no_grad():
        frames = generator(few, temperatures())
        turned = generator(replace(few, sign=-few.sign), temperatures())
    assert torch.equal(turned, -frames)


def test_one_generator_draws_lattices_of_all_sizes():
    generator, _, unit = networks()
    for size in (unit, 24, 32):
        latent = generator.random(2, size, torch.Generator().manual_seed(2))
        frames = generator(latent, temperatures(2))
        assert frames.shape == (2, 1, size, size)
        assert float(frames.detach().abs().max()) <= 1


def test_the_critic_is_unbounded_and_has_no_norm():
    _, critic, _ = networks()
    kinds = {type(module) for module in critic.modules()}
    norms = nn.modules.batchnorm._BatchNorm, nn.GroupNorm, nn.LayerNorm, SiteNorm
    assert not [kind for kind in kinds if issubclass(kind, norms)]
    assert isinstance(critic.output, nn.Linear)
    with torch.no_grad():
        critic.output.bias.add_(1000.0)
        assert float(critic(torch.ones(1, 1, 8, 8), temperatures(1))) > 900


def test_frames_are_judged_each_for_itself():
    _, critic, _ = networks()
    frames = torch.randn(4, 1, 16, 16, generator=torch.Generator().manual_seed(3))
    T = temperatures(4)
    with torch.no_grad():
        together = critic(frames, T)
        alone = torch.cat([critic(frames[i : i + 1], T[i : i + 1]) for i in range(4)])
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=1e-5)


def test_the_penalty_of_a_linear_critic_by_hand():
    """The slope of D = w . s is |w| wherever it is taken, times the root of the sites."""
    w = torch.tensor([[3.0, 0.0], [0.0, 4.0]]) / 4

    def critic(frames, temperature):
        return (frames * w).sum(dim=(1, 2, 3)) + temperature

    real, generated = torch.ones(3, 1, 2, 2), -torch.ones(3, 1, 2, 2)
    share = torch.tensor([0.0, 0.3, 1.0])
    penalty = gradient_penalty(critic, real, generated, temperatures(), share)
    assert penalty.item() == pytest.approx((math.sqrt(4) * 5 / 4 - 1) ** 2)


def test_the_penalty_is_taken_between_real_and_generated_frames():
    """D = sum of s^2 / 2 has the gradient s: at a share of a it is a - (1 - a) on every site."""

    def critic(frames, temperature):
        return frames.square().sum(dim=(1, 2, 3)) / 2

    real, generated = torch.ones(1, 1, 2, 2), -torch.ones(1, 1, 2, 2)
    for a in (0.0, 0.5, 0.75, 1.0):
        share = torch.tensor([a])
        penalty = gradient_penalty(critic, real, generated, temperatures(1), share)
        assert penalty.item() == pytest.approx((4 * abs(2 * a - 1) - 1) ** 2, abs=1e-6)


def test_the_penalty_can_be_minimised():
    weight = torch.full((2, 2), 2.0, requires_grad=True)

    def critic(frames, temperature):
        return (frames * weight).sum(dim=(1, 2, 3))

    real, generated = torch.ones(1, 1, 2, 2), -torch.ones(1, 1, 2, 2)
    penalty = gradient_penalty(critic, real, generated, temperatures(1), torch.ones(1))
    torch.autograd.backward(penalty)
    # (2 |w| - 1)^2 with |w| = 4 has the gradient 4 (2 |w| - 1) w / |w|.
    torch.testing.assert_close(weight.grad, torch.full((2, 2), 4 * 7 * 0.5))


def test_spins_are_signs_with_the_gradient_of_the_output():
    output = torch.tensor([-0.3, 0.0, 0.7], requires_grad=True)
    signs = spins(output)
    torch.testing.assert_close(signs, torch.tensor([-1.0, 1.0, 1.0]))
    torch.autograd.backward((signs * torch.tensor([1.0, 2.0, 3.0])).sum())
    torch.testing.assert_close(output.grad, torch.tensor([1.0, 2.0, 3.0]))
