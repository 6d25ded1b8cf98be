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
