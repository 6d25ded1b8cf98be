"""Every sampler that is broken on purpose has its cause, and a perfect one has none."""

import warnings

import pytest

from . import broken, equilibrium
from .judged import causes

L, FRAMES, SEED = 32, 1000, 1
TEMPERATURES = (2.0, 2.269185, 2.6)


def causes_of_sampler(name):
    one = broken.SAMPLERS[name]
    training = broken.training_frames if one.training else None
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*said to be independent", UserWarning)
        return causes(one.draw, L, TEMPERATURES, FRAMES, SEED, training)


@pytest.mark.long
@pytest.mark.parametrize("name", broken.SAMPLERS)
def test_a_broken_sampler_has_its_cause(name):
    found = causes_of_sampler(name)
    assert found, "nothing is found"
    assert found[0].name in broken.SAMPLERS[name].causes, [one.sentence for one in found]
    assert found[0].p_value < 1e-3


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 7))
def test_a_perfect_sampler_has_no_cause(seed):
    assert causes(equilibrium.frames, L, TEMPERATURES, FRAMES, seed) == []


def test_there_are_many_samplers():
    assert len(broken.SAMPLERS) >= 50
