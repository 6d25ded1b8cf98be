"""Training of continuous-noise models."""

import math

import torch
from torch import Tensor

from ising_fidelity.models.common.averaging import DenoisingTrainer
from ising_fidelity.models.common.data import Frames, transformed
from ising_fidelity.models.common.layers import channels_last
from ising_fidelity.models.continuous import objective
from ising_fidelity.models.continuous.network import PatchNetwork
from ising_fidelity.models.continuous.settings import ContinuousSettings

DEEP, DEEP_PLACES = 8, 16
"""At noise above L divided by this, several references, or several of their translations, are
possible; below it, hardly more than one frame is."""


class ContinuousTrainer(DenoisingTrainer):
    """Continuous-noise models; a noisy frame and its target are transformed together."""

    settings: ContinuousSettings
    augments = True
    ends = ("stem.",)

    def __init__(
        self,
        settings: ContinuousSettings,
        seen: Frames,
        held_out: Frames,
        device: torch.device,
        noise: torch.Generator,
    ) -> None:
        self.settings, self.seen = settings, seen
        network = PatchNetwork(settings.network).to(device)
        channels_last(network)
        super().__init__(network, held_out, noise)
        self.size = held_out.spins.shape[-1]

    def is_best(self, losses: list[float]) -> bool:
        """Whether the loss is the lowest so far, or the learning rate falls to zero.

        In the second case the last network is nearest to the exact one. The held-out loss, from a
        limited number of frames, has then long been rising again
        (``studies/results/ablation_epochs.csv``).
        """
        return self.settings.learning_rate_schedule == "cosine" or super().is_best(losses)

    def random_loss(self, frames: Tensor, temperature: Tensor) -> Tensor:
        """Return the loss at random noise levels."""
        size = frames.shape[-1]
        sigma = objective.random_sigma(
            len(frames),
            self.settings.largest_noise(size),
            self.settings.noise_center * (size / self.size),
            self.settings.noise_width,
            self.noise,
        )
        noise = torch.randn(frames.shape, generator=self.noise, device=frames.device)
        x = frames + sigma[:, None, None, None] * noise
        mean = self._targets(frames, x, sigma, temperature)
        if self.settings.augmentation == "symmetries":
            moved = transformed(torch.cat([x, mean], dim=1), self.noise)
            x, mean = (part.contiguous() for part in moved.split(1, dim=1))
        with self.precision():
            return objective.loss(self.quick, x, mean, sigma, temperature)

    def _targets(self, frames: Tensor, x: Tensor, sigma: Tensor, temperature: Tensor) -> Tensor:
        """Return the frames, replaced at high noise by the mean over many frames given x."""
        settings = self.settings
        if not settings.references:
            return frames
        seen = self.seen.of_size(frames.shape[-1])
        start = torch.searchsorted(seen.temperature, temperature)
        end = torch.searchsorted(seen.temperature, temperature, right=True)
        translations = settings.reference_translations
        deep = sigma * (DEEP_PLACES if translations else DEEP) > frames.shape[-1]
        if frames.is_cuda:  # selecting frames by ``deep`` would wait for the GPU
            means = self._means(frames, x, sigma, start, end)
            return torch.where(deep[:, None, None, None], means, frames)
        targets = frames.clone()
        for i in deep.nonzero().flatten().tolist():
            share = torch.rand(settings.references, generator=self.noise, device=frames.device)
            others = seen.spins[start[i] + (share * (end[i] - start[i])).long(), 0]
            candidates = torch.cat([frames[i].to(others.dtype), others])
            both_signs = settings.augmentation != "none"
            targets[i, 0] = objective.mean_of_candidates(
                x[i, 0], sigma[i], candidates, both_signs, translations
            )
        return targets

    def _means(
        self, frames: Tensor, x: Tensor, sigma: Tensor, start: Tensor, end: Tensor
    ) -> Tensor:
        """Return the mean over many frames given x, for all frames at once."""
        seen = self.seen.of_size(frames.shape[-1])
        shape = len(frames), self.settings.references
        share = torch.rand(shape, generator=self.noise, device=frames.device)
        index = start[:, None] + (share * (end - start)[:, None]).long()
        candidates = torch.cat([frames.to(torch.int8), seen.spins[index, 0]], dim=1)
        both_signs = self.settings.augmentation != "none"
        of_each = torch.vmap(objective.mean_of_candidates, in_dims=(0, 0, 0, None, None))
        translations = self.settings.reference_translations
        return of_each(x[:, 0], sigma, candidates, both_signs, translations)[:, None]

    def loss_at(self, share: Tensor, frames: Tensor, temperature: Tensor, noise: Tensor) -> Tensor:
        """Return the loss of averaged weights at noise uniform in ln sigma."""
        low, high = math.log(objective.SMALLEST), math.log(self.settings.largest_noise(self.size))
        sigma = (low + (high - low) * share.to(frames.device)).exp()
        x = frames + sigma[:, None, None, None] * noise
        with self.precision():
            return objective.loss(self.quick_averaged, x, frames, sigma, temperature)
