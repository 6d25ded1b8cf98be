"""Trainers with averaged weights: precision, and states of other devices."""

from functools import partial

import pytest
import torch

from ising_fidelity.models.training import loop

from ..small import CPU, DIFFUSION, trainer_of


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
