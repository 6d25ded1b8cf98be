"""The loop over epochs: how it resumes, which epoch is kept, what an epoch is."""

import math

import numpy as np
import pytest
import torch

from ising_fidelity.exceptions import InputError
from ising_fidelity.models.common import averaging
from ising_fidelity.models.continuous.trainer import ContinuousTrainer
from ising_fidelity.models.diffusion.trainer import DiffusionTrainer
from ising_fidelity.models.training import loop

from ..small import CONTINUOUS, CPU, DIFFUSION, FAMILIES, GAN, trainer_of


def assert_same_weights(one, other):
    assert one.keys() == other.keys()
    for name in one:
        assert torch.equal(one[name], other[name]), name


@pytest.mark.parametrize("settings", FAMILIES, ids=lambda settings: settings.family)
def test_a_killed_training_resumes_to_the_same_weights(settings, frames, tmp_path, monkeypatch):
    whole = loop.train(settings, frames, 1, CPU, tmp_path / "whole.pt", "a")
    save = loop._save_state
    calls = []

    def save_and_die(path, state):
        save(path, state)
        calls.append(path)
        raise KeyboardInterrupt

    monkeypatch.setattr(loop, "_save_state", save_and_die)
    for _ in range(settings.epochs):
        with pytest.raises(KeyboardInterrupt):
            loop.train(settings, frames, 1, CPU, tmp_path / "cut.pt", "a")
    monkeypatch.undo()
    cut = loop.train(settings, frames, 1, CPU, tmp_path / "cut.pt", "a")
    assert len(calls) == settings.epochs
    assert cut.history == whole.history
    assert_same_weights(cut.weights, whole.weights)


@pytest.mark.parametrize("settings", FAMILIES, ids=lambda settings: settings.family)
def test_the_held_out_loss_of_the_same_weights_is_the_same(settings, frames):
    trainer, batch = trainer_of(settings, frames)
    first = trainer.validate()
    torch.rand(5, generator=trainer.noise)
    assert trainer.validate() == first
    trainer.batch(*batch, 0.0)
    assert trainer.validate() != first


def test_a_training_in_pieces_resumes_to_the_same_weights(frames, tmp_path):
    whole = loop.train(DIFFUSION, frames, 1, CPU, tmp_path / "whole.pt", "a")
    for epochs in (1, 2, 3):
        path = tmp_path / "pieces.pt"
        piece = loop.train(DIFFUSION, frames, 1, CPU, path, "a", seconds=0)
        assert piece.epochs == epochs
    assert piece.history == whole.history
    assert_same_weights(piece.weights, whole.weights)
    at_once = loop.train(DIFFUSION, frames, 1, CPU, tmp_path / "once.pt", "a", seconds=1e9)
    assert at_once.history == whole.history


def test_a_state_of_other_settings_is_not_resumed(frames, tmp_path):
    first = loop.train(DIFFUSION, frames, 1, CPU, tmp_path / "state.pt", "a")
    again = loop.train(DIFFUSION, frames, 2, CPU, tmp_path / "state.pt", "b")
    assert again.epochs == 3
    assert again.history["loss"] != first.history["loss"]


@pytest.mark.parametrize("settings", FAMILIES, ids=lambda settings: settings.family)
def test_a_training_that_diverges_ends_with_its_first_epoch(settings, frames, tmp_path):
    rates = {key: 1e30 for key in type(settings).model_fields if key.endswith("learning_rate")}
    wild = settings.model_copy(update={"epochs": 1000, **rates})
    if settings.family == "gan":
        wild = wild.model_copy(update={"weight_clip": 1e30, "critic_steps": 1})
    text = (
        r"^models.X: \w+ (is|are) .* in epoch 1 of 1000, .*learning_rate: 1e\+30.*no epoch before"
    )
    with pytest.raises(InputError, match=text):
        loop.train(wild, frames, 1, CPU, tmp_path / "state.pt", "a", name="models.X")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seconds", [math.inf, 1e9])
@pytest.mark.parametrize("settings", FAMILIES, ids=lambda settings: settings.family)
@pytest.mark.parametrize("loss", ["of a batch", "held_out_loss"])
def test_the_last_good_state_outlives_a_loss_that_is_not_finite(
    settings, loss, seconds, frames, tmp_path
):
    """A second run fails in the same epoch without repeating others; a repaired one resumes."""
    state = tmp_path / "state.pt"
    whole = loop.train(settings, frames, 1, CPU, tmp_path / "whole.pt", "a")
    kind = type(trainer_of(settings, frames)[0])
    batch, validate, epochs = kind.batch, kind.validate, []

    def broken_batch(self, frames, temperature, progress):
        losses = batch(self, frames, temperature, progress)
        if progress == 2 / 3 and loss != "held_out_loss":
            losses[next(iter(losses))] *= math.nan
        return losses

    def broken_validate(self):
        epochs.append(len(epochs))
        return math.inf if loss == "held_out_loss" and len(epochs) >= 3 else validate(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "batch", broken_batch)
        patch.setattr(kind, "validate", broken_validate)
        for made in (3, 4):
            text = "loss is (nan|inf) in epoch 3 of 3, .*state.pt keeps the state of epoch 2"
            with pytest.raises(InputError, match=text):
                loop.train(settings, frames, 1, CPU, state, "a", seconds=seconds)
            assert len(epochs) == made
    mended = loop.train(settings, frames, 1, CPU, state, "a")
    assert mended.history == whole.history
    assert_same_weights(mended.weights, whole.weights)


def test_there_is_nothing_to_finish_of_another_training(frames, tmp_path):
    loop.train(DIFFUSION, frames, 1, CPU, tmp_path / "state.pt", "a")
    with pytest.raises(InputError, match=r"state.pt: no state of this training"):
        loop.train(DIFFUSION, frames, 2, CPU, tmp_path / "state.pt", "b", finish=True)


def test_finish_takes_the_state_as_it_is(frames, tmp_path):
    one = DIFFUSION.model_copy(update={"epochs": 1})
    short = loop.train(one, frames, 1, CPU, tmp_path / "state.pt", "a")
    long = DIFFUSION.model_copy(update={"epochs": 300})
    done = loop.train(long, frames, 1, CPU, tmp_path / "state.pt", "a", finish=True)
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
    monkeypatch.setattr(averaging.DenoisingTrainer, "validate", lambda self: next(losses))
    settings = settings.model_copy(update={"learning_rate_schedule": schedule})
    trained = loop.train(settings, frames, 1, CPU, tmp_path / "state.pt", "a")
    assert trained.best_epoch == kept
    assert trained.history["held_out_loss"] == [0.5, 0.2, 0.9]


def test_an_epoch_has_as_many_images_as_asked_for(frames, tmp_path):
    few = DIFFUSION.model_copy(update={"images_per_epoch": 40, "epochs": 1})
    seen = []
    batch = DiffusionTrainer.batch

    def count(self, x, temperature, progress):
        seen.append(len(x))
        return batch(self, x, temperature, progress)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DiffusionTrainer, "batch", count)
        loop.train(few, frames, 1, CPU, tmp_path / "state.pt", "a")
    assert sum(seen) == 40


def test_no_batch_is_left_with_a_single_frame(frames, tmp_path):
    odd = GAN.model_copy(update={"images_per_epoch": 17, "epochs": 1})
    small = {T: spins[:, :, :4, :4] for T, spins in frames.items()}
    trained = loop.train(odd, small, 1, CPU, tmp_path / "state.pt", "a")
    assert np.isfinite(trained.history["critic_loss"]).all()


def test_training_lowers_the_loss(frames, tmp_path):
    long = DIFFUSION.model_copy(
        update={"epochs": 30, "learning_rate": 3e-3, "diffusion_steps": 1000}
    )
    trained = loop.train(long, frames, 1, CPU, tmp_path / "state.pt", "a")
    assert trained.history["held_out_loss"][-1] < 0.7 * trained.history["held_out_loss"][0]


def test_an_epoch_without_a_generator_step_has_no_generator_loss(frames, tmp_path):
    rare = GAN.model_copy(update={"critic_steps": 5, "epochs": 2})
    trained = loop.train(rare, frames, 1, CPU, tmp_path / "state.pt", "a")
    losses = trained.history["generator_loss"]
    assert np.isnan(losses).tolist() == [True, False]
    assert {len(column) for column in trained.history.values()} == {2}


def test_frames_of_several_lattice_sizes_take_turns(frames, tmp_path, monkeypatch):
    large = {T: np.tile(spins, (1, 1, 2, 2)) for T, spins in frames.items()}
    shapes = []

    def noted(self, spins, temperature, progress):
        shapes.append((len(spins), spins.shape[-1], progress))
        return batch(self, spins, temperature, progress)

    batch = ContinuousTrainer.batch
    monkeypatch.setattr(ContinuousTrainer, "batch", noted)
    one = CONTINUOUS.model_copy(update={"images_per_epoch": 16, "epochs": 1, "batch_size": 8})
    state = tmp_path / "state.pt"
    trained = loop.train(one, frames, 1, CPU, state, "a", further=[large])
    assert shapes == [(8, 8, 0.0), (2, 16, 0.25), (8, 8, 0.5), (2, 16, 0.75)]
    alone = loop.train(one, frames, 1, CPU, tmp_path / "alone.pt", "a")
    assert trained.history["held_out_loss"] != alone.history["held_out_loss"]
