r"""The distributions of the baselines; each gives the exact probability of a frame.

They show what can be had without a network:

* independent spins, all up or all down with equal probability before each is flipped at random:
  the right \|m\| at every temperature, and nothing else;
* a tree of pairs: neighbors along a tree that spans the lattice agree with the right probability,
  and all else follows from them. It is the maximum-likelihood model of the pairs of this tree;
* the Ising model with a fitted coupling J, sampled by Monte Carlo. Only J may be wrong, so that its
  frames test the tests: they should pass all of them.

The first two learn a curve over T, the third a number.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from ising_fidelity.exact.finite import kaufman
from ising_fidelity.models.baseline.settings import BaselineSettings


class Distribution(nn.Module, ABC):
    """A distribution of frames at each temperature T in J/k_B."""

    @abstractmethod
    def log_probability(self, spins: Tensor, temperature: Tensor) -> Tensor:
        """Return ln q in nats, double precision, shape (n,), of spins (n, 1, L, L) and T (n,)."""

    def loss(self, spins: Tensor, temperature: Tensor) -> Tensor:
        """Return what is minimized in training, -ln q per site."""
        return -self.log_probability(spins, temperature).mean() / spins[0].numel()


class Drawn(Distribution):
    """A distribution whose frames are drawn spin by spin."""

    @abstractmethod
    def draw(self, frames: int, size: int, T: float, generator: torch.Generator) -> Tensor:
        """Return frames of -1 and +1, shape (frames, 1, size, size)."""


class Curve(nn.Module):
    """A smooth function of T, shape (n,) to (n,)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 16), nn.SiLU(), nn.Linear(16, 1))

    def forward(self, temperature: Tensor) -> Tensor:
        """Return the function's values in double precision."""
        T = temperature.float()
        inputs = torch.stack([4 * (T - 2.3), 1 / T, T.log()], dim=1)
        value: Tensor = self.layers(inputs)[:, 0]
        return value.double()

    def chance(self, temperature: float) -> float:
        """Return the probability of +1 of a spin in this field."""
        of = next(self.parameters()).new_tensor([temperature])
        return float(torch.sigmoid(2 * self(of)).item())


class Spins(Drawn):
    """Independent spins along a field h(T) of either sign."""

    def __init__(self) -> None:
        super().__init__()
        self.field = Curve()

    def log_probability(self, spins: Tensor, temperature: Tensor) -> Tensor:
        """Return ln q."""
        h, up = self.field(temperature), (spins > 0).sum(dim=(1, 2, 3))
        down = spins[0].numel() - up
        along, against = functional.logsigmoid(2 * h), functional.logsigmoid(-2 * h)
        both = torch.stack([up * along + down * against, down * along + up * against])
        return both.logsumexp(dim=0) - math.log(2)

    def draw(self, frames: int, size: int, T: float, generator: torch.Generator) -> Tensor:
        """Return frames."""
        along = self.field.chance(T)
        sign = _signs(frames, (1, 1), 0.5, generator)
        return sign * _signs(frames, (size, size), along, generator)


class Tree(Drawn):
    """The first column, and each row, are chains of neighbors with a coupling K(T)."""

    def __init__(self) -> None:
        super().__init__()
        self.coupling = Curve()

    def log_probability(self, spins: Tensor, temperature: Tensor) -> Tensor:
        """Return ln q."""
        K, column = self.coupling(temperature), spins[..., 0]
        equal = (spins[..., 1:] == spins[..., :-1]).sum(dim=(1, 2, 3))
        equal = equal + (column[..., 1:] == column[..., :-1]).sum(dim=(1, 2))
        others = spins[0].numel() - 1 - equal
        alike, unlike = functional.logsigmoid(2 * K), functional.logsigmoid(-2 * K)
        return equal * alike + others * unlike - math.log(2)

    def draw(self, frames: int, size: int, T: float, generator: torch.Generator) -> Tensor:
        """Return frames."""
        steps = _signs(frames, (size, size), self.coupling.chance(T), generator)
        steps[:, :, :1, :1] = _signs(frames, (1, 1), 0.5, generator)
        steps[..., :1] = steps[..., :1].cumprod(dim=-2)
        return steps.cumprod(dim=-1)


class Couplings(Distribution):
    """The Ising model with coupling J, which a maximum of the pseudo-likelihood determines."""

    def __init__(self) -> None:
        super().__init__()
        self.J = nn.Parameter(torch.tensor(0.5))

    def log_probability(self, spins: Tensor, temperature: Tensor) -> Tensor:
        """Return ln q, with the partition function by Kaufman's sums."""
        pairs = spins * spins.roll(1, 2) + spins * spins.roll(1, 3)
        bonds = pairs.double().sum(dim=(1, 2, 3))
        size, scaled = spins.shape[-1], [float(T) / float(self.J) for T in temperature]
        free = {T: kaufman(size, T).free_energy for T in {*scaled}}
        ln_Z = [-(size**2) * free[T] / T for T in scaled]
        return bonds / bonds.new_tensor(scaled) - bonds.new_tensor(ln_Z)

    def loss(self, spins: Tensor, temperature: Tensor) -> Tensor:
        """Return minus the logarithm of the pseudo-likelihood per site."""
        around = sum(spins.roll(step, axis) for step in (1, -1) for axis in (2, 3))
        field = self.J * around / temperature.float()[:, None, None, None]
        return functional.softplus(-2 * spins * field).mean()


def build(settings: BaselineSettings, lattice_size: int) -> Distribution:
    """Return the untrained distribution, which does not depend on L."""
    kinds: dict[str, Callable[[], Distribution]] = {
        "spins": Spins,
        "tree": Tree,
        "couplings": Couplings,
    }
    return kinds[settings.kind]()


def _signs(
    frames: int, shape: tuple[int, int], chance: float, generator: torch.Generator
) -> Tensor:
    """Return random signs, +1 with this probability, shape (frames, 1, *shape)."""
    random = torch.rand(
        (frames, 1, *shape), generator=generator, dtype=torch.float64, device=generator.device
    )
    return torch.where(random < chance, 1.0, -1.0)
