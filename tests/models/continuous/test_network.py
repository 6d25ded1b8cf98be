"""The network on patches: symmetry, sizes, what it depends on."""

import math

import pytest
import torch

from ising_fidelity.models.continuous.network import PatchNetwork
from ising_fidelity.models.continuous.settings import PatchNetworkSettings


def network(**settings):
    torch.manual_seed(1)
    built = PatchNetwork(PatchNetworkSettings(width=8, condition=16, **settings))
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return built


def inputs(size, frames=3):
    generator = torch.Generator().manual_seed(2)
    x = torch.randn(frames, 1, size, size, generator=generator)
    return x, torch.linspace(0.5, 4, frames), torch.linspace(1.5, 3, frames)


@pytest.mark.parametrize(
    ("patch", "levels", "unit", "rounds"), [(1, 2, 2, 1), (2, 3, 8, 2), (4, 1, 4, 0)]
)
def test_translations_by_the_lowest_levels_sites_move_the_field(patch, levels, unit, rounds):
    built = network(patch=patch, levels=levels, rounds=rounds)
    x, sigma, T = inputs(16)
    with torch.no_grad():
        moved = built(x.roll((unit, 2 * unit), (2, 3)), sigma, T)
        expected = built(x, sigma, T).roll((unit, 2 * unit), (2, 3))
    torch.testing.assert_close(moved, expected, atol=1e-4, rtol=1e-4)


def test_one_network_serves_lattices_of_all_sizes_and_sees_noise_and_temperature():
    built = network()
    for size in (8, 24, 32):
        assert built(*inputs(size)).shape == (3, 1, size, size)
    x, sigma, T = inputs(16)
    with torch.no_grad():
        field = built(x, sigma, T)
        assert not torch.allclose(field, built(x, 2 * sigma, T))
        assert not torch.allclose(field, built(x, sigma, T + 0.5))


@pytest.mark.parametrize(("size", "patches"), [(8, 2), (16, 3), (40, 3), (64, 5), (128, 6)])
def test_a_recursive_network_has_levels_down_to_few_patches(size, patches):
    built = network(levels=3, recursive=True)
    depths = []
    built.down[-1].register_forward_hook(lambda *_: depths.append("last"))
    x, sigma, T = inputs(size)
    with torch.no_grad():
        assert built(x, sigma, T).shape == x.shape
        unit = 2**patches
        moved = built(x.roll((unit, 2 * unit), (2, 3)), sigma, T)
        expected = built(x, sigma, T).roll((unit, 2 * unit), (2, 3))
    torch.testing.assert_close(moved, expected, atol=1e-4, rtol=1e-4)
    assert len(depths) == 3 * (patches - 2)


def test_a_recursive_network_knows_the_lattice_size_where_noise_hides_the_lattice():
    """Without, a tiled frame has a tiled field."""
    built = network(levels=3, recursive=True)
    x, _, T = inputs(64)
    off = []
    for noise in (0.4, 16.0):
        sigma = torch.full((3,), noise)
        with torch.no_grad():
            field, tiled = built(noise * x, sigma, T), built(noise * x.repeat(1, 1, 2, 2), sigma, T)
        off.append((tiled - field.repeat(1, 1, 2, 2)).abs().max() / field.abs().max())
    assert off[0] < 1e-3
    assert off[1] > 1e-2


def test_repeated_levels_need_one_width():
    with pytest.raises(ValueError, match="widest at most"):
        PatchNetworkSettings(levels=2, widest=2, recursive=True)


def test_a_network_with_waves_moves_with_the_frame_and_begins_with_nothing():
    x, sigma, T = inputs(16)
    assert (PatchNetwork(PatchNetworkSettings(width=8, waves=2))(x, sigma, T) == 0).all()
    built = network(waves=2)
    with torch.no_grad():
        field, moved = built(x, sigma, T), built(x.roll((8, 8), (2, 3)), sigma, T)
        without = network()(x, sigma, T)
    torch.testing.assert_close(moved, field.roll((8, 8), (2, 3)), atol=1e-4, rtol=1e-4)
    assert not torch.allclose(field, without)


def test_a_tiled_frame_has_a_tiled_field_but_for_the_sum_over_sites():
    """If the sum of all sites is 0, the output does not depend on the lattice size."""
    built = network()
    x, sigma, T = inputs(16)
    x = x - x.mean(dim=(2, 3), keepdim=True)
    with torch.no_grad():
        field, tiled = built(x, sigma, T), built(x.repeat(1, 1, 2, 2), sigma, T)
    torch.testing.assert_close(tiled, field.repeat(1, 1, 2, 2), atol=1e-4, rtol=1e-4)


def given_at_both(built, T):
    """Return the inputs of sites and of patches besides features at temperature T."""
    x, sigma, _ = inputs(8, frames=2)
    given = []
    for layer in (built.first_rounds[0], built.down[0]):
        layer.register_forward_hook(lambda module, arguments, _: given.append(arguments[-1]))
    with torch.no_grad():
        built(x, sigma, torch.tensor([T, T]))
    return given


def test_temperature_reaches_sites_and_patches():
    cold, warm = (given_at_both(network(), T) for T in (1.5, 2.0))
    assert not any(torch.equal(a, b) for a, b in zip(cold, warm, strict=True))


def test_an_untrained_network_says_nothing():
    built = PatchNetwork(PatchNetworkSettings(width=8))
    assert (built(*inputs(16)) == 0).all()


def test_rounds_can_hold_belief_propagation_of_weak_couplings():
    """Beliefs tanh(y) of the neighbors, times tanh(J/T), are the field to first order."""
    built = PatchNetwork(PatchNetworkSettings(channels=1, rounds=1, width=4, levels=1))
    K = 0.01
    star = torch.tensor([[0, 1.0, 0], [1, 0, 1], [0, 1, 0]])
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.zero_()
        (messages,) = built.last_rounds
        messages.evidence.fill_(1)
        messages.send.weight.copy_(K * star)
        built.output.weight.fill_(1)
    x, sigma, T = inputs(16)
    with torch.no_grad():
        field = built(x, sigma, T)
    y = (x / sigma[:, None, None, None] ** 2).clamp(-20, 20)
    shifts = ((1, 2), (-1, 2), (1, 3), (-1, 3))
    expected = sum(torch.atanh(math.tanh(K) * y.tanh().roll(shift, axis)) for shift, axis in shifts)
    torch.testing.assert_close(field, expected, atol=1e-5, rtol=1e-3)
