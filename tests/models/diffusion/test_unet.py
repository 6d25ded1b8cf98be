"""The U-Net: the paper's size, its symmetries, what it depends on."""

import pytest
import torch

from ising_fidelity.models.common.layers import channels_last, count_parameters
from ising_fidelity.models.diffusion import layers, unet
from ising_fidelity.models.diffusion.describe import describe_network
from ising_fidelity.models.diffusion.settings import UNetSettings
from ising_fidelity.models.diffusion.unet import UNet

COMPACT = UNetSettings(width=4, embedding=16)


@pytest.mark.parametrize(("attention", "millions"), [(False, 22.36), (True, 23.40)])
def test_the_papers_network_has_its_number_of_parameters(attention, millions):
    network = UNet(UNetSettings(width=64, embedding=256, attention=attention))
    assert round(count_parameters(network) / 1e6, 2) == millions


@pytest.mark.parametrize("attention", [False, True])
@pytest.mark.parametrize("padding", ["zeros", "circular"])
@pytest.mark.parametrize("lattice_size", [8, 16, 24])
def test_noise_has_the_shape_of_the_frames(attention, padding, lattice_size):
    network = UNet(COMPACT.model_copy(update={"attention": attention, "padding": padding}))
    x = torch.randn(2, 1, lattice_size, lattice_size)
    assert network(x, torch.tensor([1, 1000]), torch.tensor([1.0, 4.0])).shape == x.shape


def test_circular_padding_keeps_translations_by_the_coarsest_cell():
    torch.manual_seed(0)
    network = UNet(COMPACT.model_copy(update={"padding": "circular"}))
    x = torch.randn(1, 1, 16, 16)
    time, temperature = torch.tensor([300]), torch.tensor([2.3])
    with torch.no_grad():
        straight = network(x, time, temperature).roll((8, 8), (-2, -1))
        rolled = network(x.roll((8, 8), (-2, -1)), time, temperature)
    torch.testing.assert_close(straight, rolled, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("changed", ["time", "temperature"])
def test_noise_depends_on_time_and_temperature(changed):
    torch.manual_seed(0)
    network = UNet(COMPACT)
    x = torch.randn(1, 1, 16, 16)
    inputs = {"time": torch.tensor([300]), "temperature": torch.tensor([2.3])}
    before = network(x, **inputs)
    assert not torch.allclose(before, network(x, **(inputs | {changed: inputs[changed] * 2})))


def test_the_papers_blocks():
    blocks = describe_network(UNet(UNetSettings()), 64)
    channels = [(block.inputs, block.outputs, block.lattice_size) for block in blocks]
    assert channels == [
        (1, 64, 64),
        (64, 128, 32),
        (128, 256, 16),
        (256, 256, 8),
        (256, 512, 8),
        (512, 512, 8),
        (512, 256, 8),
        (512, 128, 16),
        (256, 64, 32),
        (128, 64, 64),
        (64, 1, 64),
    ]
    embedding = 256 + 256 + 256**2 + 256
    assert sum(block.parameters for block in blocks) + embedding == 22356609


def test_in_lower_precision_temperatures_and_times_keep_their_digits():
    """In bfloat16 T_c is 2.265625, and 2.30 is as far from it as 2.2969."""
    torch.manual_seed(0)
    network = UNet(COMPACT)
    seen = {}
    for name, module in (("T", network.temperature), ("shift", network.down[0].embedding)):
        module.register_forward_hook(lambda _, __, out, name=name: seen.update({name: out}))
    x, time, T = torch.randn(1, 1, 16, 16), torch.tensor([300]), torch.tensor([2.269185])
    with torch.no_grad():
        exact = network(x, time, T)
        expected = dict(seen)
        with torch.autocast("cpu", torch.bfloat16):
            noise = network(x, time, T)
    assert all(torch.equal(seen[name], expected[name]) for name in seen)
    assert noise.dtype == torch.float32
    assert not torch.equal(noise, exact)
    torch.testing.assert_close(noise, exact, rtol=0.05, atol=0.02)


def test_what_is_written_out_for_kernels_of_a_gpu_is_the_same_function(monkeypatch):
    torch.manual_seed(0)
    network = UNet(COMPACT)
    channels_last(network)
    given = torch.randn(3, 1, 16, 16), torch.tensor([1, 30, 900]), torch.tensor([1.0, 2.3, 4.0])
    found = []
    for written_out in (False, True):
        for module in (layers, unet):
            monkeypatch.setattr(module, "fused", lambda x, answer=written_out: answer)
        noise = network(*given)
        loss = (noise * torch.linspace(-1, 1, 16)).square().mean()
        found.append([noise.detach(), *torch.autograd.grad(loss, list(network.parameters()))])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5 * float(one.abs().max()))
    assert not torch.equal(found[0][0], found[1][0])
