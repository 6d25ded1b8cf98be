"""The schedule and the reverse chain, compared with cases that can be solved exactly."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ising_fidelity.models.diffusion import process
from ising_fidelity.models.diffusion.process import Schedule

PAPER = Schedule.linear(1000, 1e-4, 0.02)


def test_the_papers_schedule():
    assert float(PAPER.beta[0]) == 1e-4
    assert float(PAPER.beta[-1]) == 0.02
    expected = math.prod(1 - (1e-4 + (0.02 - 1e-4) * i / 999) for i in range(1000))
    assert float(PAPER.alpha_bar[-1]) == pytest.approx(expected, rel=1e-12)


@given(st.integers(2, 1000))
def test_a_respaced_schedule_goes_through_the_same_noise_levels(steps):
    respaced = PAPER.respaced(steps)
    assert respaced.time[0] == 1
    assert respaced.time[-1] == 1000
    assert len(set(respaced.time.tolist())) == steps
    torch.testing.assert_close(respaced.alpha_bar, PAPER.alpha_bar[respaced.time - 1])


@pytest.mark.parametrize("steps", [0, 1, 1001])
def test_a_schedule_cannot_be_respaced_to_more_steps_or_fewer_than_two(steps):
    with pytest.raises(ValueError, match=f"cannot be respaced to {steps}"):
        PAPER.respaced(steps)


@given(st.integers(2, 1000))
def test_steps_even_in_noise_are_levels_of_the_schedule_down_to_known_signs(steps):
    """Few steps are as many as asked for, and as even as the schedule allows."""
    even = PAPER.even_in_noise(steps)
    torch.testing.assert_close(even.alpha_bar, PAPER.alpha_bar[even.time - 1])
    assert even.time[-1] == 1000
    assert float(even.sigma[0]) == pytest.approx(process.SMALLEST, rel=0.1)
    assert len(even.time) <= steps
    assert bool((even.time.diff() > 0).all())
    if steps <= 40:
        assert len(even.time) == steps
        distances = even.sigma.log().diff()
        assert float(distances.max() / distances.min()) < 2


@pytest.mark.parametrize("steps", [0, 1, 1001])
def test_steps_even_in_noise_are_refused_as_respaced_ones_are(steps):
    with pytest.raises(ValueError, match=f"cannot be respaced to {steps}"):
        PAPER.even_in_noise(steps)


def test_noisy_frames_have_the_forward_process_mean_and_variance():
    """Mean within 5 standard errors and variance within 5: false alarms below 1e-5."""
    generator = torch.Generator().manual_seed(1)
    noise = torch.randn((1, 1, 512, 512), generator=generator)
    x_t = process.q_sample(torch.ones_like(noise), PAPER.alpha_bar[[299]], noise)
    alpha_bar = float(PAPER.alpha_bar[299])
    sites = noise.numel()
    assert abs(float(x_t.mean()) - math.sqrt(alpha_bar)) < 5 * math.sqrt((1 - alpha_bar) / sites)
    assert abs(float(x_t.var()) / (1 - alpha_bar) - 1) < 5 * math.sqrt(2 / sites)


def test_a_network_that_knows_the_noise_has_no_loss():
    generator = torch.Generator().manual_seed(1)
    x_0 = torch.ones(4, 1, 8, 8)
    noise = torch.randn(x_0.shape, generator=generator)
    step = torch.tensor([0, 10, 500, 999])
    values = process.loss(lambda x, t, T: noise, PAPER, x_0, torch.ones(4), step, noise)
    assert float(values) == 0


def paramagnet(magnetization):
    """Return the exact noise estimate for independent spins with this mean."""

    def network(x, time, temperature):
        alpha_bar = PAPER.alpha_bar[time - 1].float()[:, None, None, None]
        field = math.atanh(magnetization)
        x_0 = torch.tanh(field + alpha_bar.sqrt() * x / (1 - alpha_bar))
        return (x - alpha_bar.sqrt() * x_0) / (1 - alpha_bar).sqrt()

    return network


@pytest.mark.parametrize("variance", ["beta", "posterior"])
def test_the_reverse_chain_draws_a_paramagnet(variance):
    """Independent spins of mean 0.4 come back: mean within 5 errors, false alarms below 1e-6."""
    generator = torch.Generator().manual_seed(7)
    x = torch.randn((16, 1, 64, 64), generator=generator)
    *_, field = process.reverse_chain(
        paramagnet(0.4), PAPER, x, torch.ones(16), variance, generator
    )
    assert float((field.abs() - 1).abs().mean()) < 0.1
    spins = field.sign()
    error = math.sqrt((1 - 0.4**2) / spins.numel())
    assert abs(float(spins.mean()) - 0.4) < 5 * error


@pytest.mark.parametrize("steps", [24, 200])
def test_the_multistep_chain_draws_a_paramagnet(steps):
    """Mean within 5 errors, false alarms below 1e-6, and 0.01 for the error of second order."""
    generator = torch.Generator().manual_seed(7)
    x = torch.randn((16, 1, 64, 64), generator=generator)
    schedule = PAPER.even_in_noise(steps)
    *walk, field = process.multistep_chain(paramagnet(0.4), schedule, x, torch.ones(16), generator)
    assert len(walk) == len(schedule.time)
    assert float((field.abs() - 1).abs().mean()) < 0.01
    spins = field.sign()
    error = math.sqrt((1 - 0.4**2) / spins.numel())
    assert abs(float(spins.mean()) - 0.4) < 5 * error + 0.01 * (steps == 24)


def test_the_last_step_adds_no_noise():
    x = torch.randn((1, 1, 8, 8), generator=torch.Generator().manual_seed(1))
    single = Schedule(time=torch.tensor([1]), beta=torch.tensor([1e-4], dtype=torch.float64))
    last = []
    for seed in (1, 2):
        given = single, x, torch.ones(1), "beta", torch.Generator().manual_seed(seed)
        last.append([*process.reverse_chain(lambda x, t, T: torch.zeros_like(x), *given)][-1])
    assert torch.equal(*last)


def test_training_times_are_uniform_or_focused_on_where_spins_are_decided():
    uniform, focused = (PAPER.training_density(times) for times in ("uniform", "focused"))
    assert torch.allclose(uniform, torch.full_like(uniform, 0.001))
    assert float(focused.sum()) == pytest.approx(1)
    most = (focused - uniform / 5) / 0.8
    assert float(most.min()) >= 0
    log_sigma = PAPER.sigma.log()
    mean = float((most * log_sigma).sum())
    spread = float((most * (log_sigma - mean) ** 2).sum()) ** 0.5
    assert mean == pytest.approx(math.log(1.5), abs=0.01)
    assert spread == pytest.approx(1, abs=0.02)
