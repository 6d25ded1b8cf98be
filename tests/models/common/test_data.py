"""Training frames: what is held out, and what augmentation adds."""

import numpy as np
import torch

from ising_fidelity import lattice
from ising_fidelity.models.common import data

from ..small import CPU, DIFFUSION


def test_the_last_draws_of_every_chain_are_held_out(frames):
    seen, held_out = data.training_frames(frames, DIFFUSION, CPU)
    assert len(seen) == 24
    assert len(held_out) == 8
    hot = held_out.spins[held_out.temperature == 4.0][:, 0].numpy()
    assert np.array_equal(hot, frames[4.0][0, -4:])


def test_fewer_frames_are_the_first_draws_of_every_chain(frames):
    settings = DIFFUSION.model_copy(update={"frames_per_temperature": 4})
    seen, unseen = data.training_frames(frames, settings, CPU)
    chains = next(iter(frames.values())).shape[0]
    draws = max(1, 4 // chains)
    assert len(seen) + len(unseen) == len(frames) * chains * draws
    first = next(iter(dict(sorted(frames.items())).values()))[:, 0]
    held = torch.cat([seen.spins, unseen.spins])[:, 0].numpy()
    assert all((held == frame).all(axis=(1, 2)).any() for frame in first)


def test_flip_adds_the_frames_with_all_signs_turned(frames):
    flip = DIFFUSION.model_copy(update={"augmentation": "flip"})
    seen, held_out = data.training_frames(frames, flip, CPU)
    assert (len(seen), len(held_out)) == (48, 16)
    assert float(seen.spins.float().mean()) == 0


def test_symmetries_give_every_image_of_a_frame_as_often():
    """128 images of a 4 x 4 frame of no symmetry, twice each with 4000 draws: none is left out."""
    random = np.random.default_rng(1)
    frame = random.choice(np.array([-1, 1], np.int8), (4, 4))
    images = {
        (sign * np.roll(turned, shift, (0, 1))).tobytes()
        for turned in lattice.symmetries(frame)
        for shift in np.ndindex(4, 4)
        for sign in (1, -1)
    }
    spins = torch.from_numpy(frame).float().expand(6000, 1, 4, 4)
    moved = data.transformed(spins, torch.Generator().manual_seed(1))
    drawn = [one.astype(np.int8).tobytes() for one in moved[:, 0].numpy()]
    assert set(drawn) == images


def test_images_of_a_frame_are_moved_alike():
    pair = torch.arange(2 * 36.0).view(2, 1, 6, 6)
    moved = data.transformed(torch.cat([pair, pair], dim=1), torch.Generator().manual_seed(2))
    assert torch.equal(moved[:, 0], moved[:, 1])
    assert not torch.equal(moved[:, :1], pair)
