"""Causes say by how much, the most likely one comes first, and equilibrium has none."""

import re

import numpy as np
import pytest

from tests.samplers import equilibrium
from tests.samplers.judged import causes

L, FRAMES, TEMPERATURES = 16, 600, (2.1, 2.6)


def of(draw, seed=1):
    return causes(draw, L, TEMPERATURES, FRAMES, seed)


def test_equilibrium_has_no_cause():
    assert of(equilibrium.frames) == []


@pytest.mark.parametrize(("factor", "name"), [(1.06, "too hot"), (0.94, "too cold")])
def test_the_sentence_says_by_how_much(factor, name):
    found = of(lambda L, T, n, seed: equilibrium.frames(L, factor * T, n, seed))
    assert [one.name for one in found] == [name]
    off, error = map(float, re.findall(r"(\d+\.\d+) ± (\d+\.\d+) %", found[0].sentence)[0])
    assert abs(off - 6) < 4 * error
    assert error < 1


def test_repeated_frames_come_before_what_is_wrong_with_each():
    def draw(L, T, n, seed):
        return np.tile(equilibrium.frames(L, 1.1 * T, n // 2, seed), (2, 1, 1))

    assert [one.name for one in of(draw)] == ["repeated frames", "too hot"]


def test_a_corrupt_site_has_its_place():
    def draw(L, T, n, seed):
        spins = equilibrium.frames(L, T, n, seed)
        spins[:, 5, 7] = np.random.default_rng(2).choice([-1, 1], n)
        return spins

    found = of(draw)
    assert found[0].name == "corrupt site"
    row, column = map(int, re.findall(r"row (\d+), column (\d+)", found[0].sentence)[0])
    assert (row, column) in {(5, 7), (5, 6), (4, 7)}


def test_a_chosen_sign_is_told_from_a_strong_field():
    def chosen(L, T, n, seed):
        spins = equilibrium.frames(L, T, n, seed)
        return spins * np.where(spins.sum((1, 2), keepdims=True) < 0, -1, 1)

    found = of(chosen)
    assert [one.name for one in found] == ["one sign"]
    assert found[0].value == 1

    def in_a_field(L, T, n, seed):
        spins = chosen(L, T, n, seed)
        return equilibrium.heat_bath(spins, T, 60, seed, field=0.1, groups=2)

    found = of(in_a_field)
    assert [one.name for one in found] == ["a field"]
    # Five errors: off by chance once in 1.7 million seeds.
    assert abs(found[0].value - 0.1) < 5 * found[0].error


def test_a_rare_move_that_is_rarer_still_is_no_temperature():
    """A bug in one entry of the table of acceptances: that of four neighbors against a flip."""

    def draw(L, T, n, seed):
        generator = np.random.default_rng(seed)
        spins = equilibrium.frames(L, T, n, seed)
        black = np.add.outer(np.arange(L), np.arange(L)) % 2 == 0
        for _ in range(30):
            for places in (black, ~black):
                field = sum(np.roll(spins, one, axis) for axis in (1, 2) for one in (1, -1))
                cost = 2 * spins * field
                accepted = np.exp(-np.clip(cost, 0, 8) / T) * np.where(cost == 8, 0.5, 1)
                flip = places & (generator.random(spins.shape) < accepted)
                spins = np.where(flip, -spins, spins).astype(np.int8)
        return spins

    (cause,) = of(draw)
    assert cause.name == "wrong local statistics"
    assert cause.observable == "temperatures at fields of 2 J and 4 J"


def test_a_quench_is_named_where_stripes_say_nothing():
    def draw(L, T, n, seed):
        start = np.random.default_rng(seed).choice(np.array([-1, 1], np.int8), (n, L, L))
        return equilibrium.heat_bath(start, T, 8, seed, groups=2)

    names = [one.name for one in causes(draw, 16, (1.8, 2.269185), 600, 1)]
    assert names[0] == "frozen stripes"
    assert set(names[1:]) & {"long range too weak", "wrong local statistics", "too hot"}
