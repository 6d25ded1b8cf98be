"""Training: what is held out, how it resumes, which epoch is kept."""

from functools import partial

import numpy as np
import pytest
import torch

from ising_fidelity import lattice
from ising_fidelity.models import training
from ising_fidelity.models.settings import (
    AdversarialSettings,
    AutoregressiveSettings,
    ContinuousSettings,
    DiffusionSettings,
    PenalizedSettings,
)

CPU = torch.device("cpu")
DIFFUSION = DiffusionSettings(
    family="diffusion",
    training_temperatures=["1.00", "4.00"],
    network={"width": 4, "embedding": 8},
    epochs=3,
    batch_size=8,
    ema=0.5,
    learning_rate_schedule="cosine",
    validation_fraction=0.25,
)
GAN = AdversarialSettings(
    family="gan",
    training_temperatures=["1.00", "4.00"],
    width=2,
    epochs=3,
    batch_size=8,
    critic_steps=2,
    magnetization_loss=1.0,
    validation_fraction=0.25,
)
CONTINUOUS = ContinuousSettings(
    family="continuous",
    training_temperatures=["1.00", "4.00"],
    network={"width": 4, "condition": 8},
    augmentation="symmetries",
    epochs=3,
    batch_size=8,
    ema=0.5,
    validation_fraction=0.25,
)
AUTOREGRESSIVE = AutoregressiveSettings(
    family="autoregressive",
    training_temperatures=["1.00", "4.00"],
    network={"width": 4, "blocks": 1, "condition": 8},
    augmentation="symmetries",
    epochs=3,
    batch_size=8,
    ema=0.5,
    validation_fraction=0.25,
)
PENALIZED = PenalizedSettings(
    family="wgan-gp",
    training_temperatures=["1.00", "4.00"],
    generator_width=4,
    critic_width=4,
    levels=2,
    condition=8,
    latent=2,
    noise=2,
    augmentation="symmetries",
    epochs=3,
    batch_size=8,
    critic_steps=2,
    validation_fraction=0.25,
)


@pytest.fixture
def frames():
    random = np.random.default_rng(3)
    cold = np.ones((1, 16, 8, 8), np.int8)
    return {1.0: cold, 4.0: random.choice(np.array([-1, 1], np.int8), (1, 16, 8, 8))}


def assert_same_weights(one, other):
    assert one.keys() == other.keys()
    for name in one:
        assert torch.equal(one[name], other[name]), name


def test_the_last_draws_of_every_chain_are_held_out(frames):
    seen, held_out = training.training_frames(frames, DIFFUSION, CPU)
    assert len(seen) == 24
    assert len(held_out) == 8
    hot = held_out.spins[held_out.temperature == 4.0][:, 0].numpy()
    assert np.array_equal(hot, frames[4.0][0, -4:])


def test_flip_adds_the_frames_with_all_signs_turned(frames):
    flip = DIFFUSION.model_copy(update={"augmentation": "flip"})
    seen, held_out = training.training_frames(frames, flip, CPU)
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
    moved = training.transformed(spins, torch.Generator().manual_seed(1))
    drawn = [one.astype(np.int8).tobytes() for one in moved[:, 0].numpy()]
    assert set(drawn) == images


def test_images_of_a_frame_are_moved_alike():
    pair = torch.arange(2 * 36.0).view(2, 1, 6, 6)
    moved = training.transformed(torch.cat([pair, pair], dim=1), torch.Generator().manual_seed(2))
    assert torch.equal(moved[:, 0], moved[:, 1])
    assert not torch.equal(moved[:, :1], pair)


def test_deep_in_noise_the_target_is_a_mean_over_frames_of_the_same_temperature():
    """All frames of T = 1.0 are up: given x the sign is known to tanh(sum x / sigma^2)."""
    up, mixed = np.ones((4, 8, 8, 8), np.int8), np.ones((4, 8, 8, 8), np.int8)
    mixed[..., 4:] = -1
    settings = CONTINUOUS.model_copy(update={"augmentation": "flip", "references": 5})
    seen, held_out = training.training_frames({1.0: up, 3.0: mixed}, settings, CPU)
    noise = torch.Generator().manual_seed(3)
    trainer = training.ContinuousTrainer(settings, seen, held_out, CPU, noise)
    spins = torch.ones(3, 1, 8, 8)
    sigma = torch.tensor([0.5, 12.0, 16.0])
    x = spins + sigma[:, None, None, None] * torch.randn(spins.shape, generator=noise)
    targets = trainer._targets(spins, x, sigma, torch.ones(3))
    assert torch.equal(targets[0], spins[0])
    expected = torch.tanh(x.sum((1, 2, 3)) / sigma**2)
    for i in (1, 2):
        torch.testing.assert_close(targets[i], expected[i].expand(1, 8, 8))

    # On a GPU all frames of a batch at once, so that nothing is waited for.
    start, end = torch.zeros(3, dtype=torch.int64), torch.full((3,), 6)
    means = trainer._means(spins, x, sigma, start, end)
    torch.testing.assert_close(means, expected[:, None, None, None].expand(3, 1, 8, 8))


def test_references_at_every_place_do_not_say_where_a_wall_is():
    """Half of each frame is up: deep in noise, at any of the eight places across, or down."""
    mixed = np.ones((4, 8, 8, 8), np.int8)
    mixed[..., 4:] = -1
    settings = CONTINUOUS.model_copy(update={"references": 5, "reference_translations": True})
    seen, held_out = training.training_frames({3.0: mixed}, settings, CPU)
    noise = torch.Generator().manual_seed(3)
    trainer = training.ContinuousTrainer(settings, seen, held_out, CPU, noise)
    spins = torch.from_numpy(mixed[0, :3, None]).float()
    sigma = torch.tensor([0.4, 0.6, 100.0])
    x = spins + sigma[:, None, None, None] * torch.randn(spins.shape, generator=noise)
    targets = trainer._targets(spins, x, sigma, torch.full((3,), 3.0))
    assert torch.equal(targets[0], spins[0])
    places = torch.stack([spins[0, 0].roll(place, 1) for place in range(8)])
    for i in (1, 2):
        weights = ((places * x[i]).sum((1, 2)) / sigma[i] ** 2).softmax(0)
        torch.testing.assert_close(targets[i, 0], torch.einsum("n,nij->ij", weights, places))
    assert targets[2].abs().max() < 0.2
    start, end = torch.zeros(3, dtype=torch.int64), torch.full((3,), 6)
    torch.testing.assert_close(trainer._means(spins, x, sigma, start, end)[1:], targets[1:])


def test_bfloat16_and_compiling_change_rounding_alone(frames, tmp_path, monkeypatch):
    """Traced and run as it is, without a compiler, which takes a minute."""
    compiled = partial(torch.compile, backend="eager")
    monkeypatch.setattr(torch, "compile", compiled)
    losses = {}
    for precision, compiles in (("float32", False), ("float32", True), ("bfloat16", True)):
        update = {"precision": precision, "compile": compiles}
        settings = DIFFUSION.model_copy(update=update)
        path = tmp_path / f"{precision}{compiles}.pt"
        trained = training.train(settings, frames, 1, CPU, path, "a")
        losses[precision, compiles] = trained.history["held_out_loss"]
    exact = losses["float32", False]
    assert losses["float32", True] == exact
    assert losses["bfloat16", True] != exact
    assert losses["bfloat16", True] == pytest.approx(exact, rel=0.01)


@pytest.mark.parametrize(
    "settings",
    [DIFFUSION, CONTINUOUS, GAN, AUTOREGRESSIVE, PENALIZED],
    ids=["diffusion", "continuous", "gan", "autoregressive", "wgan-gp"],
)
def test_a_killed_training_goes_on_to_the_same_weights(settings, frames, tmp_path, monkeypatch):
    whole = training.train(settings, frames, 1, CPU, tmp_path / "whole.pt", "a")
    save = training._save_state
    calls = []

    def save_and_die(path, state):
        save(path, state)
        calls.append(path)
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "_save_state", save_and_die)
    for _ in range(settings.epochs):
        with pytest.raises(KeyboardInterrupt):
            training.train(settings, frames, 1, CPU, tmp_path / "cut.pt", "a")
    monkeypatch.undo()
    cut = training.train(settings, frames, 1, CPU, tmp_path / "cut.pt", "a")
    assert len(calls) == settings.epochs
    assert cut.history == whole.history
    assert_same_weights(cut.weights, whole.weights)


def test_a_training_in_pieces_goes_on_to_the_same_weights(frames, tmp_path):
    whole = training.train(DIFFUSION, frames, 1, CPU, tmp_path / "whole.pt", "a")
    for epochs in (1, 2, 3):
        path = tmp_path / "pieces.pt"
        piece = training.train(DIFFUSION, frames, 1, CPU, path, "a", seconds=0)
        assert piece.epochs == epochs
    assert piece.history == whole.history
    assert_same_weights(piece.weights, whole.weights)
    at_once = training.train(DIFFUSION, frames, 1, CPU, tmp_path / "once.pt", "a", seconds=1e9)
    assert at_once.history == whole.history


def test_a_state_of_other_settings_is_not_gone_on_from(frames, tmp_path):
    first = training.train(DIFFUSION, frames, 1, CPU, tmp_path / "state.pt", "a")
    again = training.train(DIFFUSION, frames, 2, CPU, tmp_path / "state.pt", "b")
    assert again.epochs == 3
    assert again.history["loss"] != first.history["loss"]


def test_finish_takes_the_state_as_it_is(frames, tmp_path):
    one = DIFFUSION.model_copy(update={"epochs": 1})
    short = training.train(one, frames, 1, CPU, tmp_path / "state.pt", "a")
    long = DIFFUSION.model_copy(update={"epochs": 300})
    done = training.train(long, frames, 1, CPU, tmp_path / "state.pt", "a", finish=True)
    assert done.epochs == 1
    assert_same_weights(done.weights, short.weights)


@pytest.mark.parametrize(
    ("settings", "schedule", "kept"),
    [(DIFFUSION, "cosine", 1), (CONTINUOUS, "constant", 1), (CONTINUOUS, "cosine", 2)],
)
def test_the_epoch_of_least_loss_is_kept_or_the_last_of_a_falling_rate(
    settings, schedule, kept, frames, tmp_path, monkeypatch
):
    losses = iter([0.5, 0.2, 0.9])
    monkeypatch.setattr(training.DenoisingTrainer, "validate", lambda self: next(losses))
    settings = settings.model_copy(update={"learning_rate_schedule": schedule})
    trained = training.train(settings, frames, 1, CPU, tmp_path / "state.pt", "a")
    assert trained.best_epoch == kept
    assert trained.history["held_out_loss"] == [0.5, 0.2, 0.9]


def test_the_held_out_loss_of_the_same_weights_is_the_same(frames):
    generator = torch.Generator().manual_seed(1)
    _, held_out = training.training_frames(frames, DIFFUSION, CPU)
    trainer = training.DiffusionTrainer(DIFFUSION, held_out, CPU, generator)
    first = trainer.validate()
    torch.rand(5, generator=generator)
    assert trainer.validate() == first


def test_an_epoch_has_the_images_it_is_told(frames, tmp_path):
    few = DIFFUSION.model_copy(update={"images_per_epoch": 40, "epochs": 1})
    seen = []
    batch = training.DiffusionTrainer.batch

    def count(self, x, temperature, progress):
        seen.append(len(x))
        return batch(self, x, temperature, progress)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.DiffusionTrainer, "batch", count)
        training.train(few, frames, 1, CPU, tmp_path / "state.pt", "a")
    assert sum(seen) == 40


def test_no_batch_is_left_with_a_single_frame(frames, tmp_path):
    odd = GAN.model_copy(update={"images_per_epoch": 17, "epochs": 1})
    small = {T: spins[:, :, :4, :4] for T, spins in frames.items()}
    trained = training.train(odd, small, 1, CPU, tmp_path / "state.pt", "a")
    assert np.isfinite(trained.history["critic_loss"]).all()


def test_the_critic_stays_clipped(frames):
    generator = torch.Generator().manual_seed(1)
    seen, held_out = training.training_frames(frames, GAN, CPU)
    trainer = training.AdversarialTrainer(GAN, held_out, CPU, generator)
    losses = [trainer.batch(*seen[torch.arange(8)], 0.0) for _ in range(4)]
    assert ["generator_loss" in row for row in losses] == [False, True, False, True]
    largest = max(float(p.detach().abs().max()) for p in trainer.critic.parameters())
    assert largest <= GAN.weight_clip


def test_training_lowers_the_loss(frames, tmp_path):
    long = DIFFUSION.model_copy(update={"epochs": 30, "learning_rate": 3e-3})
    trained = training.train(long, frames, 1, CPU, tmp_path / "state.pt", "a")
    assert trained.history["held_out_loss"][-1] < 0.7 * trained.history["held_out_loss"][0]


def test_an_epoch_without_a_generator_step_has_no_generator_loss(frames, tmp_path):
    rare = GAN.model_copy(update={"critic_steps": 5, "epochs": 2})
    trained = training.train(rare, frames, 1, CPU, tmp_path / "state.pt", "a")
    losses = trained.history["generator_loss"]
    assert np.isnan(losses).tolist() == [True, False]
    assert {len(column) for column in trained.history.values()} == {2}


def test_fewer_frames_are_the_first_draws_of_every_chain(frames):
    settings = DIFFUSION.model_copy(update={"frames_per_temperature": 4})
    seen, unseen = training.training_frames(frames, settings, CPU)
    chains = next(iter(frames.values())).shape[0]
    draws = max(1, 4 // chains)
    assert len(seen) + len(unseen) == len(frames) * chains * draws
    first = next(iter(dict(sorted(frames.items())).values()))[:, 0]
    held = torch.cat([seen.spins, unseen.spins])[:, 0].numpy()
    assert all((held == frame).all(axis=(1, 2)).any() for frame in first)


def test_a_state_of_a_gpu_is_gone_on_from_on_a_cpu(frames):
    _, held_out = training.training_frames(frames, DIFFUSION, CPU)
    trainers = []
    for _ in range(2):
        torch.manual_seed(1)
        noise = torch.Generator().manual_seed(1)
        trainers.append(training.DiffusionTrainer(DIFFUSION, held_out, CPU, noise))
    batch = held_out[torch.arange(2)]
    trainers[0].batch(*batch, 0.0)
    state = trainers[0].state()
    for group in state["optimizers"][0]["param_groups"]:
        group.update(capturable=True, fused=True, lr=torch.tensor(1.0))
    trainers[1].restore(state)
    (group,) = trainers[1].optimizers[0].param_groups
    assert (group["capturable"], group["fused"]) == (False, None)
    trainers[1].batch(*batch, 0.0)
    assert group["lr"] == DIFFUSION.learning_rate
