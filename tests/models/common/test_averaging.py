"""Trainers with averaged weights: precision, and states of other devices."""

from functools import partial

import pytest
import torch

from ising_fidelity.models.training import loop

from ..small import CONTINUOUS, CPU, DIFFUSION, trainer_of


def test_bfloat16_and_compiling_change_rounding_alone(frames, tmp_path, monkeypatch):
    """Traced and run as it is, without a compiler, which takes a minute."""
    compiled = partial(torch.compile, backend="eager")
    monkeypatch.setattr(torch, "compile", compiled)
    losses = {}
    for precision, compiles in (("float32", False), ("float32", True), ("bfloat16", True)):
        update = {"precision": precision, "compile": compiles}
        settings = DIFFUSION.model_copy(update=update)
        path = tmp_path / f"{precision}{compiles}.pt"
        trained = loop.train(settings, frames, 1, CPU, path, "a")
        losses[precision, compiles] = trained.history["held_out_loss"]
    exact = losses["float32", False]
    assert losses["float32", True] == exact
    assert losses["bfloat16", True] != exact
    assert losses["bfloat16", True] == pytest.approx(exact, rel=0.01)


def test_a_state_of_a_gpu_is_resumed_on_a_cpu(frames):
    (first, seen), (second, _) = (trainer_of(DIFFUSION, frames) for _ in range(2))
    batch = [one[:2] for one in seen]
    first.batch(*batch, 0.0)
    state = first.state()
    for group in state["optimizers"][0]["param_groups"]:
        group.update(capturable=True, fused=True, lr=torch.tensor(1.0))
    second.restore(state)
    (group,) = second.optimizers[0].param_groups
    assert (group["capturable"], group["fused"]) == (False, None)
    second.batch(*batch, 0.0)
    assert group["lr"] == DIFFUSION.learning_rate


@pytest.mark.parametrize("settings", [DIFFUSION, CONTINUOUS], ids=lambda one: one.family)
def test_muon_takes_weights_between_channels_and_adamw_the_others(settings, frames):
    """Convolutions from or to a frame of one channel, and vectors, are not for Muon."""
    with_muon = settings.model_copy(update={"optimizer": "muon", "matrix_learning_rate": 0.02})
    trainer, seen = trainer_of(with_muon, frames)
    muon, adamw = trainer.optimizers
    (group,) = muon.param_groups
    assert group["lr"] == 0.02
    sides = {id(one): muon for one in group["params"]}
    sides |= {id(one): adamw for one in adamw.param_groups[0]["params"]}
    named = dict(trainer.network.named_parameters())
    assert len(sides) == len(named)
    vectors = {name for name, one in named.items() if one.ndim < 2}
    at_the_ends = {name for name in named if name.startswith(trainer.ends)}
    assert {name for name, one in named.items() if sides[id(one)] is adamw} == (
        vectors | at_the_ends
    )
    before = {name: one.detach().clone() for name, one in named.items()}
    trainer.batch(*[one[:4] for one in seen], 0.0)
    assert any(not one.equal(before[name]) for name, one in named.items() if name in vectors)
    alone, _ = trainer_of(settings.model_copy(update={"optimizer": "adamw"}), frames)
    assert len(alone.optimizers) == 1


def test_weights_of_the_paper_are_trained_by_adamw_alone():
    assert DIFFUSION.optimizer == "adamw"
