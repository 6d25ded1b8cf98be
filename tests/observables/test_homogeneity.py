"""Whether all places are equivalent: places that differ are found, and no others."""

import numpy as np
import pytest

import ising_fidelity as ising
from ising_fidelity.observables import homogeneity

L, FRAMES = 16, 400


@pytest.fixture(scope="module")
def frames():
    made = ising.simulate(L=L, T=2.2, frames=FRAMES, seed=3).spins.reshape(FRAMES, L, L)
    return made[np.random.default_rng(1).permutation(FRAMES)]


def seam(spins, generator):
    spins[:, :, 0] *= generator.choice([-1, 1], (len(spins), L))


def shifted(spins, generator):
    spins[:, : L // 2] = np.roll(spins[:, : L // 2], 3, axis=2)


def site(spins, generator):
    spins[:, 5, 7] = generator.choice([-1, 1], len(spins))


def row(spins, generator):
    spins[:, 9] = np.roll(spins[:, 9], 1, axis=0)


def tiles(spins, generator):
    for first in range(0, L, 4):
        spins[:, :, first : first + 4] *= generator.choice([-1, 1], (len(spins), 1, 1))


@pytest.mark.parametrize(
    ("damage", "where"),
    [(site, homogeneity.SITE), (row, homogeneity.LINE), (tiles, homogeneity.MANY)],
)
def test_what_is_not_alike_has_its_place(frames, damage, where):
    spins = frames.copy()
    damage(spins, np.random.default_rng(2))
    found = homogeneity.homogeneity(spins)
    assert found.p_value < 1e-10
    assert found.where == where


def test_a_cut_is_a_seam_at_the_edges():
    wide = ising.simulate(L=2 * L, T=2.2, frames=FRAMES, seed=4).spins.reshape(-1, 2 * L, 2 * L)
    found = homogeneity.homogeneity(wide[:, :L, :L])
    assert found.p_value < 1e-10
    assert found.where == homogeneity.SEAM


def test_the_place_of_a_site_is_that_of_its_bonds(frames):
    spins = frames.copy()
    site(spins, np.random.default_rng(2))
    y, x = homogeneity.homogeneity(spins).place
    assert (y, x) in {(5, 7), (5, 6), (4, 7)}


def test_frames_moved_at_random_are_alike(frames):
    """Translation-invariant frames have uniform p-values, however wrong they are."""
    generator = np.random.default_rng(5)
    p_values = []
    for _ in range(200):
        chosen = frames[generator.permutation(FRAMES)[:200]]
        steps = generator.integers(L, size=(200, 2))
        moved = [np.roll(one, step, (0, 1)) for one, step in zip(chosen, steps, strict=True)]
        p_values.append(homogeneity.homogeneity(np.stack(moved)).p_value)
    below = [np.mean(np.array(p_values) < level) for level in (0.01, 0.1)]
    assert below[0] <= 0.03
    assert below[1] <= 0.15


def test_a_single_frame_says_nothing():
    assert np.isnan(homogeneity.homogeneity(np.ones((1, L, L), np.int8)).p_value)
