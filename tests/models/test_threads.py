"""One thread or two: PyTorch sums in another order, as docs/guide/reproducibility.md says.

Weights after two steps are equal to a thousandth of what they have moved by; what the same weights
draw is equal to a thousandth of its spread, and of spins at least 99 in 100 are. These are no
statistical tests: seeds are fixed, and so are the frames. After a training in which rounding has
grown to what two seeds differ by, the frames of both have one distribution: that test is one.
"""

import numpy as np
import pytest
import torch
from scipy.stats import ks_2samp

from ising_fidelity import lattice, montecarlo
from ising_fidelity.models import checkpoint
from ising_fidelity.models.family import family_of
from ising_fidelity.models.sampling.draw import draw
from ising_fidelity.models.sampling.options import Chain
from ising_fidelity.models.training import loop

from .small import AUTOREGRESSIVE, BASELINE, CONTINUOUS, CPU, FAMILIES

SIZE = 8
DRAWN = 16
CHAIN = Chain(sampling_steps=4, reverse_variance="posterior")


@pytest.fixture(autouse=True)
def threads_as_before():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(
    params=[one for one in FAMILIES if one is not BASELINE], ids=lambda settings: settings.family
)
def settings(request):
    """Two steps, of batches that are large enough to be shared out to threads.

    A baseline has too few weights for two threads.
    """
    return request.param.model_copy(update={"epochs": 1, "batch_size": 24})


def some_frames():
    """Return frames of two temperatures, of which 48 are trained on."""
    random = np.random.default_rng(3)
    cold = np.ones((1, 32, SIZE, SIZE), np.int8)
    return {1.0: cold, 4.0: random.choice(np.array([-1, 1], np.int8), cold.shape)}


def trained(settings, threads, folder, seen=None):
    torch.set_num_threads(threads)
    state = folder / f"{threads}.pt"
    return loop.train(settings, seen or some_frames(), 1, CPU, state, "test").weights


def first_weights(settings):
    torch.manual_seed(1)
    return family_of(settings).build_network(settings, SIZE).state_dict()


def apart(one, two, settings):
    """Return how far weights are from each other, over how far the first have moved."""
    between, moved = (
        sum(float((one[name] - other[name].float()).square().sum()) for name in one) ** 0.5
        for other in (two, first_weights(settings))
    )
    return between / moved


def test_the_first_steps_agree_to_rounding(settings, tmp_path):
    one, two = (trained(settings, threads, tmp_path) for threads in (1, 2))
    assert 0 < apart(one, two, settings) < 0.001  # two threads have summed otherwise


def test_the_same_weights_draw_the_same_spins(settings):
    network = family_of(settings).build_network(settings, SIZE).eval()
    torch.manual_seed(2)
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.05 * torch.randn(weight.shape))
    model = checkpoint.Model(network, settings, SIZE, {"name": "test"})
    drawn = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        drawn.append(draw(model, 2.0, DRAWN, SIZE, 5, CHAIN))
    one, two = drawn
    assert np.mean(one.spins == two.spins) >= 0.99
    if one.field is not None:
        assert np.abs(one.field - two.field).max() < 0.001 * one.field.std()


@pytest.mark.long
@pytest.mark.parametrize(
    ("settings", "training_length"),
    [
        (CONTINUOUS, {"epochs": 6, "learning_rate": 0.02}),
        (AUTOREGRESSIVE, {"epochs": 8, "learning_rate": 0.05}),
    ],
    ids=["continuous", "autoregressive"],
)
def test_after_a_long_training_the_frames_have_one_distribution(
    settings, training_length, tmp_path
):
    """Energies of 512 frames of each network, from random numbers of their own.

    Kolmogorov and Smirnov's test raises a false alarm in 1 of 10,000 cases. The networks are two
    and not one: where the numbers of another machine round otherwise, it may be in a few more.
    """
    settings = settings.model_copy(update={"batch_size": 16, **training_length})
    seen = {
        temperature: montecarlo.run_chains(SIZE, temperature, "cluster", 512, 8, 50, 5, 1).spins
        for temperature in (2.0, 3.0)
    }
    one, two = (trained(settings, threads, tmp_path, seen) for threads in (1, 2))
    assert apart(one, two, settings) > 0.05  # no longer rounding
    energies = []
    for seed, weights in enumerate((one, two)):
        network = family_of(settings).build_network(settings, SIZE)
        network.load_state_dict(weights)
        model = checkpoint.Model(network.eval(), settings, SIZE, {"name": "test"})
        drawn = draw(model, 2.0, 512, SIZE, seed, Chain(sampling_steps=20))
        energies.append(lattice.energy(drawn.spins))
    assert ks_2samp(*energies).pvalue > 1e-4
    # Both networks have learnt something.
    assert abs(np.mean(energies) - lattice.energy(seen[2.0].reshape(-1, SIZE, SIZE)).mean()) < 0.1
