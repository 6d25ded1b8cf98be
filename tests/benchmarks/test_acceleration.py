"""Speed, cost and large batches: that operations are counted right, and every section has rows."""

import pytest
import torch
from torch import nn

from benchmarks.acceleration import cost, peer, training
from benchmarks.acceleration.scale import CONFIGS, Scale, frames
from benchmarks.harness import version
from ising_fidelity.config.load import load
from ising_fidelity.models.diffusion.unet import UNet


@pytest.fixture(autouse=True)
def little(monkeypatch):
    """Time as little as can be."""
    timed = training.seconds
    monkeypatch.setattr(training, "seconds", lambda act, device, least=0.0: timed(act, device, 0.0))


@pytest.fixture
def scale():
    """Return a scale of seconds."""
    small = Scale.of(load(CONFIGS), full=False)
    network = small.settings.network.model_copy(update={"width": 4, "embedding": 8})
    settings = small.settings.model_copy(update={"network": network})
    return Scale(settings, 8, 16, 64, 32, 2, 64, 1, small.temperatures)


@pytest.fixture
def spins(scale):
    return frames(scale, [])


def test_operations_are_those_of_the_convolutions_and_three_times_as_many_in_training(scale):
    network = UNet(scale.settings.network)
    expected = []

    def count(layer, _, output):
        taps = layer.kernel_size[0] * layer.kernel_size[1] * layer.in_channels
        expected.append(2 * taps * output.numel())

    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(count)
    network(torch.ones(1, 1, 8, 8), torch.ones(1), torch.ones(1))
    trained, one_pass = cost.operations(scale.settings, 8)
    assert sum(expected) < one_pass < 1.01 * sum(expected)
    # No gradient is needed of the first convolution's input.
    assert 2.9 * one_pass < trained <= 3 * one_pass


def test_the_cost_of_every_model_is_told():
    run = load(CONFIGS)
    text = cost.cost(run)
    assert all(f"| {name} " in text for name in run.trained_models)
    trained, one_pass = cost.operations(run.trained_models["DiffIsing2"], 64)
    assert 1.8e17 < trained * 16_200 * 300 < 2.2e17
    assert one_pass < trained


def test_rates_and_losses_have_their_rows(scale, spins):
    device = torch.device("cpu")
    speeds = training.rates(scale, device, compiles=False)
    batches = [line.split("|")[2].strip() for line in speeds.splitlines()[4:]]
    assert batches == ["4"] * 3 + ["16"] * 3 + ["48"] * 3
    table = training.losses(scale, spins, device)
    rows = [line.split("|")[1].strip() for line in table.splitlines()[4:]]
    assert rows == ["32", "64"]


def test_the_peer_samples_the_same_frames(scale, spins):
    text = peer.peer(scale, spins, torch.device("cpu"), 4, 40)
    alike = {
        line.split("|")[1].strip(): float(line.split("|")[4].strip().rstrip("%"))
        for line in text.splitlines()[4:]
    }
    assert alike["this project's chain"] == 100
    if version("diffusers"):
        assert alike["diffusers' DDPMPipeline"] > 99
    else:
        assert "diffusers is not installed" in text
