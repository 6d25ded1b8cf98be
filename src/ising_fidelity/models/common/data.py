"""Training frames on a device, split and augmented."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ising_fidelity.models.common.settings import Training


@dataclass(frozen=True)
class Frames:
    """Frames of all training temperatures on one device.

    Spins are int8, shape (frames, 1, L, L); temperatures in J/k_B, float32, shape (frames,).
    ``further`` has frames of other lattice sizes, if the model is trained on several.
    """

    spins: Tensor
    temperature: Tensor
    further: "tuple[Frames, ...]" = ()

    def __len__(self) -> int:
        return len(self.spins)

    def __getitem__(self, index: Tensor) -> tuple[Tensor, Tensor]:
        index = index.to(self.spins.device)
        return self.spins[index].float(), self.temperature[index]

    @property
    def all_sizes(self) -> "tuple[Frames, ...]":
        """These frames, and those of other lattice sizes."""
        return (self, *self.further)

    @property
    def sites(self) -> int:
        """Sites of one frame."""
        return self.spins[0].numel()

    def of_size(self, lattice_size: int) -> "Frames":
        """Return the frames of one lattice size."""
        return next(one for one in self.all_sizes if one.spins.shape[-1] == lattice_size)


def training_frames(
    frames: dict[float, NDArray[np.int8]],
    settings: Training,
    device: torch.device,
    further: Sequence[dict[float, NDArray[np.int8]]] = (),
) -> tuple[Frames, Frames]:
    """Return the frames to train on and those held out.

    The last draws of every chain are held out, not random ones: neighboring frames of a chain are
    correlated, and held-out frames should be new. ``frames`` maps T in J/k_B to spins (chain, draw,
    L, L), and so does ``further`` for other lattice sizes, of which no frames are used as held out.
    """
    parts: tuple[list[NDArray[np.int8]], ...] = ([], [])
    temperatures: tuple[list[float], ...] = ([], [])
    for temperature, spins in sorted(frames.items()):
        spins = spins[:, : settings.draws_used(*spins.shape[:2])]
        split = settings.draws_seen(spins.shape[1])
        for side, half in enumerate((spins[:, :split], spins[:, split:])):
            half = half.reshape(-1, 1, *spins.shape[-2:])
            if settings.augmentation == "flip":
                half = np.concatenate([half, -half])
            parts[side].append(half)
            temperatures[side].extend([temperature] * len(half))
    seen, unseen = (
        Frames(
            torch.from_numpy(np.concatenate(part)).to(device),
            torch.tensor(of_each, dtype=torch.float32, device=device),
        )
        for part, of_each in zip(parts, temperatures, strict=True)
    )
    others = tuple(training_frames(one, settings, device)[0] for one in further)
    return replace(seen, further=others), unseen


def transformed(spins: Tensor, generator: torch.Generator) -> Tensor:
    """Return each frame with a random sign, translation and symmetry of the square.

    The shape is (frames, images, L, L); all images of a frame are transformed alike.
    """
    frames, images, size = spins.shape[:3]
    device = spins.device

    def draw(count: int) -> Tensor:
        return torch.randint(count, (frames, 1, 1), generator=generator, device=device)

    y, x = torch.meshgrid(*2 * [torch.arange(size, device=device)], indexing="ij")
    turned, mirrored, sign = draw(2), draw(2), draw(2)
    rows, columns = torch.where(turned == 1, x, y), torch.where(turned == 1, y, x)
    columns = torch.where(mirrored == 1, size - 1 - columns, columns)
    rows = torch.where(draw(2) == 1, size - 1 - rows, rows)
    place = (rows + draw(size)) % size * size + (columns + draw(size)) % size
    places = place.reshape(frames, 1, -1).expand(-1, images, -1)
    moved = spins.reshape(frames, images, -1).gather(2, places)
    return (moved * (1 - 2 * sign)).reshape(spins.shape)
