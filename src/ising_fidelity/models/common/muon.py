"""Muon: momentum with orthogonalised steps."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

COEFFICIENTS = 3.4445, -4.7750, 2.0315
ITERATIONS = 5


def orthogonalized(matrices: Tensor) -> Tensor:
    """Return U V^T of each matrix U S V^T, approximately: singular values become 0.7 to 1.2.

    Five Newton-Schulz iterations of fifth order (K. Jordan et al., Muon, 2024), on matrices of
    shape (batch, rows, columns).
    """
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum with orthogonalised steps, for weights that are matrices or convolutions.

    A convolution is the matrix from all its inputs, kernel positions included, to its outputs.
    Weights of one shape are processed together, which saves most of the time for many small ones.
    The rate is the root mean square of a step's singular values. The momentum is Nesterov's.
    """

    def __init__(self, weights: Iterable[nn.Parameter], lr: float, momentum: float = 0.95) -> None:
        super().__init__(weights, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Take one step; return the loss if a ``closure`` recomputes it."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            alike: dict[tuple[int, ...], list[Tensor]] = {}
            for weight in group["params"]:
                alike.setdefault(tuple(weight.shape), []).append(weight)
            for shape, weights in alike.items():
                gradient = torch.stack([_gradient(weight).flatten(1) for weight in weights])
                state = self.state[weights[0]]
                mean = state.setdefault("mean", torch.zeros_like(gradient))
                mean.lerp_(gradient, 1 - group["momentum"])
                steps = orthogonalized(gradient.lerp(mean, group["momentum"]))
                size = group["lr"] * max(1.0, shape[0] / gradient.shape[2]) ** 0.5
                for weight, step in zip(weights, steps, strict=True):
                    weight.sub_(size * step.view(shape))
        return loss


def _gradient(weight: Tensor) -> Tensor:
    # Lattices of few levels do not use all weights of a recursive network.
    return torch.zeros_like(weight) if weight.grad is None else weight.grad
