"""The network on patches: symmetry, sizes, what it is told."""

import math

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from ising_fidelity.models.patchnet import LinearResponse, MessageRound, PatchNetwork
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


@pytest.mark.parametrize(
    ("patch", "levels", "unit", "rounds"), [(1, 2, 2, 1), (2, 3, 8, 2), (4, 1, 4, 0)]
)
def test_translations_by_the_lowest_levels_sites_move_the_field(patch, levels, unit, rounds):
    built = network(patch=patch, levels=levels, hamiltonian=True, rounds=rounds)
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


def test_waves_are_each_mode_as_its_filter_leaves_it_and_nothing_of_others():
    torch.manual_seed(1)
    response = LinearResponse(3, 4)
    with torch.no_grad():
        response.modulation.weight.normal_(0, 0.5)
        condition, (x, sigma, _) = torch.randn(3, 4), inputs(12)
        waves, field = response(x, sigma, condition)
        a, mass, share = response.modulation(condition).view(3, 3, 3).unbind(1)
    k = 2 * np.pi * np.fft.fftfreq(12)
    square = 4 * np.sin(k / 2)[:, None] ** 2 + 4 * np.sin(k / 2) ** 2
    mass = (mass + response.log_mass).exp()
    for frame, wave in np.ndindex(3, 3):
        S = np.exp(-float(a[frame, wave])) * (square + float(mass[frame, wave])) ** (-7 / 8)
        kept = S / (S + float(sigma[frame]) ** 2)
        expected = np.fft.ifft2(kept * np.fft.fft2(x[frame, 0].numpy()))
        np.testing.assert_allclose(waves[frame, wave], expected.real, atol=1e-5)
    torch.testing.assert_close(field, torch.einsum("fw,fwij->fij", share, waves)[:, None])


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
    """Where the sum of all sites is 0 the network cannot tell the size of the lattice."""
    built = network()
    x, sigma, T = inputs(16)
    x = x - x.mean(dim=(2, 3), keepdim=True)
    with torch.no_grad():
        field, tiled = built(x, sigma, T), built(x.repeat(1, 1, 2, 2), sigma, T)
    torch.testing.assert_close(tiled, field.repeat(1, 1, 2, 2), atol=1e-4, rtol=1e-4)


def told_both(built, T):
    """Return what sites and what patches are given when the network is told T."""
    x, sigma, _ = inputs(8, frames=2)
    given = []
    for layer in (built.first_rounds[0], built.down[0]):
        layer.register_forward_hook(lambda module, arguments, _: given.append(arguments[-1]))
    with torch.no_grad():
        built(x, sigma, torch.tensor([T, T]))
    return given


@pytest.mark.parametrize("where", ["everywhere", "sites", "patches"])
def test_temperature_reaches_the_layers_that_are_told_it(where):
    cold, warm = (told_both(network(temperature_at=where), T) for T in (1.5, 2.0))
    sites, patches = (not torch.equal(a, b) for a, b in zip(cold, warm, strict=True))
    assert (sites, patches) == (where != "patches", where != "sites")


@pytest.mark.parametrize(("inputs_of_T", "numbers"), [(["T"], 1), (["beta", "log", "steps"], 5)])
def test_temperature_enters_as_what_is_named(inputs_of_T, numbers):
    built = network(temperature_as=inputs_of_T)
    assert built.condition.layers[0].in_features == network().condition.layers[0].in_features - (
        6 - numbers
    )
    x, sigma, T = inputs(8)
    assert not torch.equal(built(x, sigma, T), built(x, sigma, T + 0.5))


@pytest.mark.parametrize("named", [[], ["T", "T"], ["inverse"]])
def test_temperature_must_enter_as_something_once(named):
    with pytest.raises(ValidationError, match="temperature_as"):
        PatchNetworkSettings(temperature_as=named)


def test_an_untrained_network_says_nothing():
    built = PatchNetwork(PatchNetworkSettings(width=8))
    assert (built(*inputs(16)) == 0).all()


def test_rounds_of_messages_alone_know_of_all_translations_and_reach_one_site_further_each():
    torch.manual_seed(1)
    rounds = [MessageRound(4, 8) for _ in range(2)]
    condition, y = torch.randn(1, 8), torch.randn(1, 1, 12, 12)

    def told(y):
        features = torch.zeros(1, 4, 12, 12)
        for messages in rounds:
            features = messages(features, y, condition)
        return features

    with torch.no_grad():
        torch.testing.assert_close(told(y.roll((1, 5), (2, 3))), told(y).roll((1, 5), (2, 3)))
        changed = y.clone()
        changed[0, 0, 6, 6] += 1
        reached = (told(changed) - told(y)).abs().sum(dim=(0, 1)) > 1e-6
    rows, columns = torch.where(reached)
    assert {int((rows - 6).abs().max()), int((columns - 6).abs().max())} == {2}


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
