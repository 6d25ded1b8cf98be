"""Circular borders and their gradients of both orders, compared with PyTorch's own padding."""

import pytest
import torch
from torch.nn import functional

from ising_fidelity.models.common.layers import Convolution


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_circular_convolutions_are_those_of_padded_frames(layout, size):
    torch.manual_seed(1)
    layer = Convolution(3, 4, "circular").double()
    x = torch.randn(2, 3, size, size, dtype=torch.float64).to(memory_format=layout)
    x.requires_grad_()
    found = layer(x)
    padded = functional.pad(x, (1, 1, 1, 1), mode="circular")
    expected = functional.conv2d(padded, layer.weight)
    torch.testing.assert_close(found, expected)
    weights = torch.randn_like(expected)
    torch.testing.assert_close(
        torch.autograd.grad((found * weights).sum(), [x, layer.weight]),
        torch.autograd.grad((expected * weights).sum(), [x, layer.weight]),
    )


def test_gradients_of_circular_convolutions_are_right_to_second_order():
    torch.manual_seed(2)
    layer = Convolution(2, 2, "circular").double()
    x = torch.randn(1, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, (x,))
    assert torch.autograd.gradgradcheck(lambda x: layer(x).tanh(), (x,))
