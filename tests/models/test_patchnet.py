"""The network on patches: symmetry, sizes, what it is told."""

import pytest
import torch

from ising_fidelity.models.patchnet import PatchNetwork
from ising_fidelity.models.settings import PatchNetworkSettings


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


@pytest.mark.parametrize(("patch", "levels", "unit"), [(1, 2, 2), (2, 3, 8), (4, 1, 4)])
def test_translations_by_the_lowest_levels_sites_move_the_field(patch, levels, unit):
    built = network(patch=patch, levels=levels, hamiltonian=True)
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


def test_a_tiled_frame_has_a_tiled_field_but_for_the_sum_over_sites():
    """Where the sum of all sites is 0 the network cannot tell the size of the lattice."""
    built = network()
    x, sigma, T = inputs(16)
    x = x - x.mean(dim=(2, 3), keepdim=True)
    with torch.no_grad():
        field, tiled = built(x, sigma, T), built(x.repeat(1, 1, 2, 2), sigma, T)
    torch.testing.assert_close(tiled, field.repeat(1, 1, 2, 2), atol=1e-4, rtol=1e-4)


def test_an_untrained_network_says_nothing():
    built = PatchNetwork(PatchNetworkSettings(width=8))
    assert (built(*inputs(16)) == 0).all()
