"""A training on a remote machine that does not stay finite."""

import sys

import numpy as np
import pytest

from ising_fidelity.models.wgan_gp.trainer import PenalizedTrainer
from ising_fidelity.remote import __main__ as command_line
from ising_fidelity.remote import parcel

from ..configs import PENALIZED, changed

FEW = PENALIZED | {"epochs": 3, "batch_size": 16, "images_per_epoch": 32,
                   "generator_width": 4, "critic_width": 4}  # fmt: skip


def test_a_loss_that_is_not_finite_ends_the_piece_in_one_line(tmp_path, monkeypatch, capfd):
    """The state of the epoch before comes to the disk, though a piece writes it at its end only."""
    run = changed(tmp_path, lattice_size=16, models={"X": FEW})
    spins = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (1, 64, 16, 16))
    arrays = {f"{run.trained_on('X')}/2.30": parcel.pack(spins)}
    files = parcel.write(tmp_path / "parcel", "training", arrays, {"config": run.plain()})
    validate, epochs = PenalizedTrainer.validate, []

    def broken(self):
        epochs.append(len(epochs))
        return np.nan if len(epochs) == 3 else validate(self)

    monkeypatch.setattr(PenalizedTrainer, "validate", broken)
    options = ["--model", "X", "--state", tmp_path / "state", "--output", tmp_path / "out"]
    command = ["remote", "work", *files, *options, "--device", "cpu", "--seconds", "600"]
    monkeypatch.setattr(sys, "argv", [str(part) for part in command])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 2
    line = capfd.readouterr().err.splitlines()[-1]
    assert line.startswith("models.X: held_out_loss is nan in epoch 3 of 3, and training ends here")
    assert line.endswith("X.resume.pt keeps the state of epoch 2, where the same settings resume")
    assert (tmp_path / "state" / "X.resume.pt").is_file()
    assert not (tmp_path / "state" / "X.safetensors").exists()
