"""Muon: steps that are nearly orthogonal, of convolutions as of matrices."""

import pytest
import torch
from torch import nn

from ising_fidelity.models.common.muon import Muon, orthogonalized


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 16, 4), (1, 4, 30)])
def test_singular_values_come_near_one_and_vectors_stay(shape):
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    made = orthogonalized(matrices)
    assert made.shape == shape
    values = torch.linalg.svdvals(made)
    assert 0.5 < float(values.min()) <= float(values.max()) < 1.3
    U, _, V = torch.linalg.svd(matrices, full_matrices=False)
    # In the bases of the matrix itself the step is diagonal.
    inside = U.mT @ made @ V.mT
    torch.testing.assert_close(
        inside, torch.diag_embed(inside.diagonal(dim1=1, dim2=2)), atol=1e-4, rtol=0
    )


def test_a_convolution_moves_as_the_matrix_of_its_weights_does():
    generator = torch.Generator().manual_seed(2)
    start, gradient = (torch.randn(6, 4, 3, 3, generator=generator) for _ in range(2))
    flat = nn.Parameter(start.flatten(1).clone())
    whole = nn.Parameter(start.clone(memory_format=torch.channels_last))
    for weight in (flat, whole):
        weight.grad = gradient.reshape(weight.shape).clone()
        Muon([weight], lr=0.1).step()
    torch.testing.assert_close(whole.detach().flatten(1), flat.detach())


def test_a_step_has_the_size_of_its_rate_whatever_the_gradient():
    for scale in (1e-4, 1e4):
        weight = nn.Parameter(torch.zeros(8, 8))
        weight.grad = scale * torch.randn(8, 8, generator=torch.Generator().manual_seed(3))
        Muon([weight], lr=0.1).step()
        assert 0.1 * 0.7 < float(weight.detach().norm() / 8**0.5) < 0.1 * 1.25


def test_a_saved_optimizer_resumes_to_the_same_weights():
    def weights():
        generator = torch.Generator().manual_seed(4)
        return [nn.Parameter(torch.randn(5, 5, generator=generator)) for _ in range(3)]

    def walk(parameters, optimizer, steps):
        for step in steps:
            generator = torch.Generator().manual_seed(step)
            for weight in parameters:
                weight.grad = torch.randn(5, 5, generator=generator)
            optimizer.step()

    straight = weights()
    walk(straight, Muon(straight, 0.1), range(4))
    first = weights()
    optimizer = Muon(first, 0.1)
    walk(first, optimizer, range(2))
    second = [nn.Parameter(weight.detach().clone()) for weight in first]
    resumed = Muon(second, 0.1)
    resumed.load_state_dict(optimizer.state_dict())
    walk(second, resumed, range(2, 4))
    for one, other in zip(straight, second, strict=True):
        torch.testing.assert_close(one, other, atol=0, rtol=0)
