"""The detection of frozen stripes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from ising_fidelity.lattice import CRITICAL_TEMPERATURE
from ising_fidelity.montecarlo import stripes

ALL_UP = np.ones((32, 32), np.int8)


def with_down(rows, columns=slice(None)):
    frame = ALL_UP.copy()
    frame[rows, columns] = -1
    return frame


STRIPE = with_down(slice(16))
NARROW = with_down(slice(3, 7))
DIAGONAL = np.where(np.indices((32, 32)).sum(axis=0) // 16 % 2, 1, -1).astype(np.int8)
DROPLET = with_down(slice(4, 16), slice(4, 20))


@pytest.mark.parametrize("frame", [STRIPE, STRIPE.T, NARROW, -NARROW, DIAGONAL])
def test_a_stripe_is_frozen_where_equilibrium_is_ordered_and_only_there(frame):
    frozen = [stripes.is_frozen(frame, temperature) for temperature in (0.0, 1.0, 2.2, 3.0)]
    assert frozen == [True, True, False, False]


@pytest.mark.parametrize("frame", [ALL_UP, -ALL_UP, DROPLET, -DROPLET])
def test_an_ordered_frame_is_not_frozen(frame):
    assert not stripes.is_frozen(frame, 0.0)
    assert not stripes.is_frozen(frame, 1.0)


def test_one_sign_fills_a_frame_with_islands_but_none_with_a_stripe():
    for temperature in (0.5, 1.0, 2.2):
        assert stripes.is_ordered(ALL_UP, temperature)
        assert stripes.is_ordered(-DROPLET, temperature)
        assert not stripes.is_ordered(STRIPE, temperature)
        assert not stripes.is_ordered(NARROW, temperature)


def test_a_frame_without_order_is_frozen_where_equilibrium_is_ordered():
    frame = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (32, 32))
    frozen = [stripes.is_frozen(frame, temperature) for temperature in (0.001, 1.0, 2.3)]
    assert frozen == [True, True, False]


@given(st.integers(0, 2**16 - 1))
def test_winding_is_that_of_the_unrolled_lattice(bits):
    """Unrolled far enough, a set winds if a site and one of its images are connected.

    No path through the 16 sites leaves the nine by nine copies.
    """
    domain = (bits >> np.arange(16) & 1).astype(bool).reshape(4, 4)
    labels, _ = ndimage.label(np.tile(domain, (9, 9)))
    copies = labels.reshape(9, 4, 9, 4).swapaxes(1, 2).reshape(81, 4, 4)
    center = copies[40]
    connected = (copies == center) & domain
    assert stripes.winds(domain) == bool(connected.sum() > domain.sum())


def test_stripes_weigh_more_the_warmer_and_the_smaller_the_lattice():
    weights = [stripes.stripe_weight(32, t) for t in (0.0, 1e-300, 1.0, 2.0, CRITICAL_TEMPERATURE)]
    assert weights == sorted(weights)
    assert weights[0] == 0
    assert weights[-1] == 1
    assert stripes.stripe_weight(16, 2.0) == pytest.approx(weights[3] ** 0.5)
