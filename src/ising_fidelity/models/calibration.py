"""Fields that are right on average: one factor for every noise and temperature, fitted afterwards.

Training leaves the field of a network some per cent too weak or too strong, alike for all sites at
one noise and temperature; in frames that is a shift of the energy. The factor that makes the
cross-entropy least is found from the training frames alone (as of classifiers, C. Guo et al., ICML
2017).
"""

import math

import torch
from torch import Tensor, nn

NOISE_DEGREE, TEMPERATURE_DEGREE = 7, 3
LEAST_NOISE, MOST_NOISE = 0.2, 128.0
SPREAD = 0.05
"""Standard deviation of every coefficient before frames are seen; it keeps unseen places at 1."""


class Calibration(nn.Module):
    """The factor, 1 + a polynomial in ln sigma and 1/T, constant beyond what it was fitted to."""

    def __init__(self) -> None:
        super().__init__()
        shape = NOISE_DEGREE + 1, TEMPERATURE_DEGREE + 1
        self.register_buffer("coefficients", torch.zeros(shape))
        self.register_buffer("inverse_temperatures", torch.tensor([0.0, 1.0]))

    def basis(self, sigma: Tensor, temperature: Tensor) -> Tensor:
        """Return products of Chebyshev polynomials, shape (batch, coefficients)."""
        low, high = math.log(LEAST_NOISE), math.log(MOST_NOISE)
        coldest, warmest = self.get_buffer("inverse_temperatures").flip(0)
        noise = (sigma.log() - low) / (high - low)
        heat = (1 / temperature - warmest) / (coldest - warmest)
        products = (
            _chebyshev(noise, NOISE_DEGREE)[:, :, None]
            * _chebyshev(heat, TEMPERATURE_DEGREE)[:, None, :]
        )
        return products.flatten(1)

    def forward(self, sigma: Tensor, temperature: Tensor) -> Tensor:
        """Map noise and temperatures, shape (batch,), to factors, shape (batch,)."""
        factor: Tensor = (
            1 + self.basis(sigma, temperature) @ self.get_buffer("coefficients").flatten()
        )
        return factor

    def fit(
        self, fields: Tensor, beliefs: Tensor, s: Tensor, sigma: Tensor, temperature: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return slope and curvature of the summed cross-entropy in the coefficients, of a batch.

        Parameters
        ----------
        fields, beliefs, s
            h, tanh(x / sigma^2 + h) and the true spins, shape (batch, 1, L, L).
        """
        slope = (fields * (beliefs - s)).sum(dim=(1, 2, 3)).double()
        curvature = (fields**2 * (1 - beliefs**2)).sum(dim=(1, 2, 3)).double()
        basis = self.basis(sigma, temperature).double()
        return slope @ basis, (basis.T * curvature) @ basis

    def settle(self, slope: Tensor, curvature: Tensor) -> None:
        """Take the step of Newton's method from a factor of 1, held back by ``SPREAD``."""
        held = curvature + torch.eye(len(slope), dtype=slope.dtype) / SPREAD**2
        coefficients = self.get_buffer("coefficients")
        step = torch.linalg.solve(held, -slope)
        coefficients.copy_(step.view(coefficients.shape))


def _chebyshev(share: Tensor, degree: int) -> Tensor:
    """Return T_0 to T_degree of shares of the way from -1 to 1, shape (batch, degree + 1)."""
    x = (2 * share - 1).clamp(-1, 1)
    values = [torch.ones_like(x), x]
    for _ in range(degree - 1):
        values.append(2 * x * values[-1] - values[-2])
    return torch.stack(values, dim=1)
