"""The order in which sites are sampled: each site once, and independence within groups."""

import numpy as np
import pytest
import torch

from ising_fidelity import lattice
from ising_fidelity.models.autoregressive import groups

from .small import STATES, levels


@pytest.mark.parametrize("colors", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("size", [4, 8, 12, 20, 32])
def test_every_site_is_drawn_once_and_known_ever_after(size, colors):
    drawn = np.zeros((size, size), bool)
    spacings = []
    for group in groups.order(size, colors):
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
    *_, before, last = groups.order(16, colors)
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
    *_, first, second, last = groups.order(4, 2)
    assert dependence(last) < 1e-12
    assert dependence(second) < 1e-12
    assert dependence(first) > 1e-3


def test_groups_are_trained_on_as_the_root_of_their_sites():
    finest = levels(32)[-1]
    sites = finest.new.sum(dim=(1, 2, 3))
    assert sites.tolist() == [64, 64, 128, 512]
    torch.testing.assert_close(finest.chance.sum(), torch.tensor(1.0))
    torch.testing.assert_close(finest.chance[-1] / finest.chance[0], torch.tensor(8**0.5))
