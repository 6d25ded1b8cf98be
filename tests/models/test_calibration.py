"""The factor of the field: found from spins alone, held where nothing is seen."""

import pytest
import torch

from ising_fidelity.models.calibration import SPREAD, Calibration
from ising_fidelity.models.patchnet import PatchNetwork
from ising_fidelity.models.settings import PatchNetworkSettings


def fitted(strength, frames=400):
    """Return the factor fitted to fields that are ``strength`` times the true ones."""
    generator = torch.Generator().manual_seed(1)
    calibration = Calibration()
    h = torch.randn(frames, 1, 16, 16, generator=generator)
    sigma = (torch.rand(frames, generator=generator) * 5 - 1).exp()
    T = 1 + 3 * torch.rand(frames, generator=generator)
    y = torch.randn(h.shape, generator=generator)
    s = torch.where(2 * torch.rand(h.shape, generator=generator) < 1 + torch.tanh(y + h), 1.0, -1.0)
    wrong = strength * h
    calibration.settle(*calibration.fit(wrong, torch.tanh(y + wrong), s, sigma, T))
    return calibration(sigma, T)


@pytest.mark.parametrize("strength", [0.97, 1.0, 1.02])
def test_fields_that_are_too_weak_or_too_strong_are_mended(strength):
    """The mean factor has an error of 0.005, and one Newton step is off by less than 0.003.

    That is over 400 frames of 256 spins; within five errors, false alarms are below 1e-6.
    """
    assert float(fitted(strength).mean()) == pytest.approx(1 / strength, abs=0.028)
    if strength != 1:
        assert abs(float(fitted(strength).mean()) - 1) > 0.01


def test_without_frames_the_factor_is_one_and_few_frames_hold_it_near():
    calibration = Calibration()
    sigma, T = torch.tensor([0.1, 1.0, 500.0]), torch.tensor([0.5, 2.0, 9.0])
    assert (calibration(sigma, T) == 1).all()
    size = calibration.coefficients.numel()
    calibration.settle(torch.ones(size).double(), torch.zeros(size, size).double())
    torch.testing.assert_close(
        calibration.coefficients, torch.full_like(calibration.coefficients, -(SPREAD**2))
    )


def test_the_factor_stays_beyond_what_it_was_fitted_to():
    calibration = Calibration()
    calibration.coefficients.copy_(torch.randn(8, 4, generator=torch.Generator().manual_seed(2)))
    calibration.inverse_temperatures.copy_(torch.tensor([1 / 3.4, 1 / 1.6]))
    sigma = torch.full((4,), 1.3)
    at = calibration(sigma, torch.tensor([1.0, 1.6, 3.4, 9.0]))
    torch.testing.assert_close(at[0], at[1])
    torch.testing.assert_close(at[2], at[3])


def test_a_network_scales_its_field_by_the_factor():
    torch.manual_seed(3)
    network = PatchNetwork(PatchNetworkSettings(channels=4, width=4, levels=1))
    torch.nn.init.normal_(network.output.weight)
    x, sigma, T = torch.randn(2, 1, 8, 8), torch.tensor([0.5, 3.0]), torch.tensor([1.5, 2.5])
    with torch.no_grad():
        before = network(x, sigma, T)
        network.calibration.coefficients[0, 0] = 0.25
        torch.testing.assert_close(network(x, sigma, T), 1.25 * before)
