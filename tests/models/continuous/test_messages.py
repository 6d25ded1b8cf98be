"""Layers of the network on patches: filters of modes, and how far messages reach."""

import numpy as np
import torch

from ising_fidelity.models.continuous.messages import LinearResponse, MessageRound


def test_waves_are_each_mode_as_its_filter_leaves_it_and_nothing_of_others():
    torch.manual_seed(1)
    response = LinearResponse(3, 4)
    with torch.no_grad():
        response.modulation.weight.normal_(0, 0.5)
        condition, x = torch.randn(3, 4), torch.randn(3, 1, 12, 12)
        sigma = torch.linspace(0.5, 4, 3)
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


def test_rounds_of_messages_alone_know_of_all_translations_and_reach_one_site_further_each():
    torch.manual_seed(1)
    rounds = [MessageRound(4, 8) for _ in range(2)]
    condition, y = torch.randn(1, 8), torch.randn(1, 1, 12, 12)

    def features_of(y):
        features = torch.zeros(1, 4, 12, 12)
        for messages in rounds:
            features = messages(features, y, condition)
        return features

    with torch.no_grad():
        torch.testing.assert_close(
            features_of(y.roll((1, 5), (2, 3))), features_of(y).roll((1, 5), (2, 3))
        )
        changed = y.clone()
        changed[0, 0, 6, 6] += 1
        reached = (features_of(changed) - features_of(y)).abs().sum(dim=(0, 1)) > 1e-6
    rows, columns = torch.where(reached)
    assert {int((rows - 6).abs().max()), int((columns - 6).abs().max())} == {2}
