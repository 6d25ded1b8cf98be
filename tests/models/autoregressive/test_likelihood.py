"""The autoregressive network: its order, and that it draws what it says it draws."""

import numpy as np
import pytest
import torch
from scipy.stats import chi2

from ising_fidelity import lattice
from ising_fidelity.models import autoregressive, training
from ising_fidelity.models.settings import AutoregressiveSettings, MultiscaleNetworkSettings
from ising_fidelity.observables import likelihood

CPU = torch.device("cpu")
STATES = lattice.all_configurations(4)
SETTINGS = AutoregressiveSettings(
    family="autoregressive",
    training_temperatures=["2.00"],
    network={"width": 8, "blocks": 1, "condition": 16},
    augmentation="symmetries",
    epochs=4,
    batch_size=32,
    learning_rate=1e-2,
    ema=0.9,
    validation_fraction=0.1,
)


def levels(size, colors=4):
    return autoregressive.levels(autoregressive.order(size, colors), CPU)


def random_network(seed=1):
    """Return a network whose fields are of the order of 1."""
    torch.manual_seed(seed)
    built = autoregressive.MultiscaleNetwork(
        MultiscaleNetworkSettings(width=4, blocks=1, condition=8)
    )
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return built


@torch.no_grad()
def log_q_of_all_states(network, temperature, colors=4):
    spins = torch.from_numpy(STATES).float()[:, None].split(2048)
    T, on = torch.full((2048,), temperature), levels(4, colors)
    log_q = [autoregressive.log_probability(network, on, some, T) for some in spins]
    return torch.cat(log_q).numpy()


@pytest.mark.parametrize("colors", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("size", [4, 8, 12, 20, 32])
def test_every_site_is_drawn_once_and_known_ever_after(size, colors):
    drawn = np.zeros((size, size), bool)
    spacings = []
    for group in autoregressive.order(size, colors):
        view = drawn[:: group.spacing, :: group.spacing]
        assert np.array_equal(group.known, view)
        assert drawn.sum() == view.sum()
        assert not (group.known & group.new).any()
        assert group.new.any()
        view |= group.new
        spacings.append(group.spacing)
    assert drawn.all()
    assert spacings == sorted(spacings, reverse=True)
    assert spacings[-1] == 1


@pytest.mark.parametrize("colors", [1, 2, 4, 16])
def test_the_last_group_is_the_odd_checkerboard_and_the_one_before_every_other_center(colors):
    *_, before, last = autoregressive.order(16, colors)
    y, x = np.indices((16, 16))
    assert np.array_equal(last.new, (x + y) % 2 == 1)
    assert np.array_equal(last.known, (x + y) % 2 == 0)
    if colors > 1:
        assert np.array_equal(before.new, (x % 2 == 1) & (y % 2 == 1) & ((x + y) % 4 == 0))


def dependence(group, temperature=2.0):
    """Return how far the new spins of a group are from independent, given each known state."""
    weights = np.exp(-16 * lattice.energy(STATES) / temperature)
    # The first axis of the enumeration is the last site.
    table = weights.reshape((2,) * 16).transpose(range(16)[::-1])
    known, new = (np.flatnonzero(mask).tolist() for mask in (group.known, group.new))
    rest = [site for site in range(16) if site not in {*known, *new}]
    joint = table.transpose(known + new + rest).reshape(2 ** len(known), 2 ** len(new), -1).sum(2)
    joint /= joint.sum(axis=1, keepdims=True)
    by_site = joint.reshape(len(joint), *(2,) * len(new))
    product = np.ones((len(joint), 1))
    for site in range(1, len(new) + 1):
        others = tuple(axis for axis in range(1, len(new) + 1) if axis != site)
        marginal = by_site.sum(axis=others)
        product = (product[:, :, None] * marginal[:, None, :]).reshape(len(joint), -1)
    return np.abs(joint - product).max()


def test_the_last_two_groups_are_independent_in_the_ising_model_and_others_are_not():
    *_, first, second, last = autoregressive.order(4, 2)
    assert dependence(last) < 1e-12
    assert dependence(second) < 1e-12
    assert dependence(first) > 1e-3


@pytest.mark.parametrize("colors", [1, 4])
def test_probabilities_sum_to_one_and_do_not_know_the_sign(colors):
    log_q = log_q_of_all_states(random_network(), 2.0, colors)
    assert np.exp(log_q).sum() == pytest.approx(1, abs=1e-5)
    assert np.std(log_q) > 0.5
    # The enumeration turns all signs when read backwards.
    np.testing.assert_allclose(log_q, log_q[::-1], atol=1e-5)


def test_frames_are_drawn_as_often_as_they_are_likely():
    """A chi-squared test of 50 classes of states of like probability; false alarms: 1e-4."""
    network, frames = random_network(), 20_000
    log_q = log_q_of_all_states(network, 2.0)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        spins, said = autoregressive.draw(
            network, levels(4), 4, torch.full((frames,), 2.0), generator
        )
    index = ((spins[:, 0].numpy() > 0).reshape(frames, 16) @ 2 ** np.arange(16)).astype(int)
    np.testing.assert_allclose(said.numpy(), log_q[index], atol=1e-5)
    order = np.argsort(log_q)
    kind = np.empty(len(log_q), int)
    kind[order] = np.minimum(50 * np.cumsum(np.exp(log_q[order])), 49).astype(int)
    expected = frames * np.bincount(kind, np.exp(log_q))
    counted = np.bincount(kind[index], minlength=50)
    statistic = ((counted - expected) ** 2 / expected).sum()
    assert chi2.sf(statistic, 49) > 1e-4


@pytest.mark.parametrize("size", [8, 12])
def test_random_groups_tell_the_probability_without_bias(size):
    """Within 5 standard errors of 4000 estimates: false alarms below 1e-6."""
    network, on = random_network(), levels(size)
    generator = torch.Generator().manual_seed(2)
    frame = torch.randn(1, 1, size, size, generator=generator).sign()
    T = torch.tensor([2.5])
    with torch.no_grad():
        truth = -float(autoregressive.log_probability(network, on, frame, T))
        repeated = frame.expand(4000, -1, -1, -1)
        estimates = autoregressive.surprise(network, on, repeated, T.expand(4000), generator)
    error = float(estimates.std()) / 4000**0.5
    assert error < 0.05 * truth
    assert abs(float(estimates.mean()) - truth) < 5 * error


def test_groups_are_trained_on_as_the_root_of_their_sites():
    finest = levels(32)[-1]
    sites = finest.new.sum(dim=(1, 2, 3))
    assert sites.tolist() == [64, 64, 128, 512]
    torch.testing.assert_close(finest.chance.sum(), torch.tensor(1.0))
    torch.testing.assert_close(finest.chance[-1] / finest.chance[0], torch.tensor(8**0.5))


def test_what_is_not_known_yet_does_not_matter():
    network = random_network()
    group = levels(8)[-1]
    known, new = group.known[2:3], group.new[2:3]
    generator = torch.Generator().manual_seed(3)
    one, other = torch.randn(2, 1, 1, 8, 8, generator=generator).sign()
    other = torch.where(known > 0, one, other)
    T = torch.tensor([2.0])
    with torch.no_grad():
        fields = [network(s, known, new, 1, T) for s in (one, other, -one)]
        warmer = network(one, known, new, 1, T + 1)
        coarser = network(one, known, new, 2, T)
    assert (one != other).any()
    torch.testing.assert_close(fields[0], fields[1])
    torch.testing.assert_close(fields[0], -fields[2])
    assert not torch.allclose(fields[0] * 2, warmer * 3)
    assert not torch.allclose(fields[0], coarser)


def boltzmann_frames(temperature, frames, seed):
    weights = np.exp(-16 * (lattice.energy(STATES) + 2) / temperature)
    drawn = np.random.default_rng(seed).choice(len(STATES), frames, p=weights / weights.sum())
    return STATES[drawn]


def effective_share(network, temperature, frames=2000):
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        T = torch.full((frames,), temperature)
        spins, log_q = autoregressive.draw(network, levels(4), 4, T, generator)
    spins = spins[:, 0].numpy().astype(np.int8)
    found = likelihood.measure(
        log_q.numpy(), lattice.energy(spins), lattice.magnetization(spins), temperature, 16
    )
    return float(found["effective_sample_size_share"][0])


def test_seconds_of_training_make_weights_even(tmp_path):
    frames = {2.0: boltzmann_frames(2.0, 3000, 1)[None]}
    trained = training.train(SETTINGS, frames, 1, CPU, tmp_path / "state.pt", "a")
    network = autoregressive.MultiscaleNetwork(SETTINGS.network)
    untrained = effective_share(network, 2.0)
    network.load_state_dict(trained.weights)
    assert untrained < 0.1
    assert effective_share(network, 2.0) > 0.8
    losses = trained.history["held_out_loss"]
    assert losses[-1] < losses[0] < np.log(2)


def test_the_held_out_loss_is_minus_ln_q_per_site():
    spins = boltzmann_frames(2.0, 40, 2)
    held_out = training.Frames(torch.from_numpy(spins)[:, None], torch.full((40,), 2.0))
    generator = torch.Generator().manual_seed(1)
    trainer = training.AutoregressiveTrainer(SETTINGS, held_out, CPU, generator)
    trainer.averaged = random_network().requires_grad_(False)
    frames, T = held_out[torch.arange(40)]
    log_q = autoregressive.log_probability(trainer.averaged, trainer.levels, frames, T)
    assert trainer.validate() == pytest.approx(-float(log_q.mean()) / 16, rel=1e-9)
