"""One thread or two: PyTorch sums in another order, and what README says of that holds.

Weights after two steps are equal to a thousandth of what they have moved by; what the same weights
draw is equal to a thousandth of its spread, and of spins at least 99 in 100 are. Nothing here is a
statistical test: seeds are fixed, and so are the frames.
"""

import numpy as np
import pytest
import torch

from ising_fidelity.models import checkpoint, sampling, training
from ising_fidelity.models.settings import AutoregressiveSettings

from .test_training import AUTOREGRESSIVE, CONTINUOUS, CPU, DIFFUSION, GAN, PENALIZED

FAMILIES = [DIFFUSION, CONTINUOUS, AUTOREGRESSIVE, GAN, PENALIZED]
SIZE = 8
DRAWN = 16
CHAIN = sampling.Chain(4, "posterior")


@pytest.fixture(autouse=True)
def threads_as_before():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(params=FAMILIES, ids=lambda settings: settings.family)
def settings(request):
    """Two steps, of batches that are large enough to be shared out to threads."""
    return request.param.model_copy(update={"epochs": 1, "batch_size": 24})


def frames():
    """Return frames of two temperatures, of which 48 are trained on."""
    random = np.random.default_rng(3)
    cold = np.ones((1, 32, SIZE, SIZE), np.int8)
    return {1.0: cold, 4.0: random.choice(np.array([-1, 1], np.int8), cold.shape)}


def trained(settings, threads, folder):
    torch.set_num_threads(threads)
    state = folder / f"{threads}.pt"
    return training.train(settings, frames(), 1, CPU, state, "test").weights


def first_weights(settings):
    torch.manual_seed(1)
    return checkpoint.build_network(settings, SIZE).state_dict()


def test_the_first_steps_agree_to_rounding(settings, tmp_path):
    one, two = (trained(settings, threads, tmp_path) for threads in (1, 2))
    begun = first_weights(settings)
    apart, moved = (
        sum(float((one[name] - other[name].float()).square().sum()) for name in one) ** 0.5
        for other in (two, begun)
    )
    assert 0 < apart < 0.001 * moved  # two threads have summed otherwise


def test_the_same_weights_draw_the_same_spins(settings):
    network = checkpoint.build_network(settings, SIZE).eval()
    torch.manual_seed(2)
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.05 * torch.randn(weight.shape))
    model = checkpoint.Model(network, settings, SIZE, {"name": "test"})
    drawn = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        if isinstance(settings, AutoregressiveSettings):
            drawn.append(sampling.draw_likely(model, 2.0, DRAWN, SIZE, 5).spins)
        else:
            drawn.append(sampling.draw(model, 2.0, DRAWN, SIZE, 5, CHAIN))
    one, two = drawn
    assert np.mean((one >= 0) == (two >= 0)) >= 0.99
    if one.dtype != np.int8:
        assert np.abs(one - two).max() < 0.001 * one.std()
