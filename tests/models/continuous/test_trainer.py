"""The training targets of continuous-noise models at high noise."""

import numpy as np
import torch

from ..small import CONTINUOUS, trainer_of


def test_deep_in_noise_the_target_is_a_mean_over_frames_of_the_same_temperature():
    """All frames of T = 1.0 are up: given x the sign is known to tanh(sum x / sigma^2)."""
    up, mixed = np.ones((4, 8, 8, 8), np.int8), np.ones((4, 8, 8, 8), np.int8)
    mixed[..., 4:] = -1
    settings = CONTINUOUS.model_copy(update={"augmentation": "flip", "references": 5})
    trainer, _ = trainer_of(settings, {1.0: up, 3.0: mixed}, seed=3)
    spins = torch.ones(3, 1, 8, 8)
    sigma = torch.tensor([0.5, 12.0, 16.0])
    x = spins + sigma[:, None, None, None] * torch.randn(spins.shape, generator=trainer.noise)
    targets = trainer._targets(spins, x, sigma, torch.ones(3))
    assert torch.equal(targets[0], spins[0])
    expected = torch.tanh(x.sum((1, 2, 3)) / sigma**2)
    for i in (1, 2):
        torch.testing.assert_close(targets[i], expected[i].expand(1, 8, 8))

    # On a GPU all frames of a batch at once, without synchronisation.
    start, end = torch.zeros(3, dtype=torch.int64), torch.full((3,), 6)
    means = trainer._means(spins, x, sigma, start, end)
    torch.testing.assert_close(means, expected[:, None, None, None].expand(3, 1, 8, 8))


def test_references_at_every_place_do_not_say_where_a_wall_is():
    """Half of each frame is up: at high noise, all eight translations are possible."""
    mixed = np.ones((4, 8, 8, 8), np.int8)
    mixed[..., 4:] = -1
    settings = CONTINUOUS.model_copy(update={"references": 5, "reference_translations": True})
    trainer, _ = trainer_of(settings, {3.0: mixed}, seed=3)
    spins = torch.from_numpy(mixed[0, :3, None]).float()
    sigma = torch.tensor([0.4, 0.6, 100.0])
    x = spins + sigma[:, None, None, None] * torch.randn(spins.shape, generator=trainer.noise)
    targets = trainer._targets(spins, x, sigma, torch.full((3,), 3.0))
    assert torch.equal(targets[0], spins[0])
    places = torch.stack([spins[0, 0].roll(place, 1) for place in range(8)])
    for i in (1, 2):
        weights = ((places * x[i]).sum((1, 2)) / sigma[i] ** 2).softmax(0)
        torch.testing.assert_close(targets[i, 0], torch.einsum("n,nij->ij", weights, places))
    assert targets[2].abs().max() < 0.2
    start, end = torch.zeros(3, dtype=torch.int64), torch.full((3,), 6)
    torch.testing.assert_close(trainer._means(spins, x, sigma, start, end)[1:], targets[1:])
