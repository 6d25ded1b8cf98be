"""Samplers that are broken on purpose: each a few lines, and the causes that count as right.

A sampler is called with L, T, the number of frames and a seed, and returns frames (n, L, L).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import equilibrium as eq


@dataclass(frozen=True)
class Broken:
    """A sampler and what is wrong with it."""

    draw: Any
    causes: tuple[str, ...]
    training: bool = False


SAMPLERS: dict[str, Broken] = {}
HOT, COLD = "too hot", "too cold"
LOCAL = "wrong local statistics"
PLACES = ("not homogeneous", "a line of bonds", "corrupt site", "not periodic")
WEAK, STRONG = "long range too weak", "long range too strong"


def broken(name, *causes, **options):
    """Register a sampler."""

    def register(draw):
        SAMPLERS[name] = Broken(draw, causes, **options)
        return draw

    return register


def random(seed):
    return np.random.default_rng([seed, 17])


for factor in (1.01, 1.02, 1.05, 0.99, 0.98, 0.95):

    @broken(f"T off by {factor - 1:+.0%}", HOT if factor > 1 else COLD)
    def temperature_off(L, T, n, seed, factor=factor):
        return eq.frames(L, T * factor, n, seed)


@broken("half of the coupling", HOT)
def half_coupling(L, T, n, seed):
    return eq.frames(L, 2 * T, n, seed)


@broken("one sign", "one sign")
def one_sign(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    m = spins.mean(axis=(1, 2), keepdims=True)
    return np.where(m < 0, -spins, spins)


for share in (0.6, 0.7):

    @broken(f"signs unbalanced {share:.0%}", "unbalanced signs")
    def unbalanced(L, T, n, seed, share=share):
        spins = one_sign(L, T, n, seed)
        return spins * np.where(random(seed).random((n, 1, 1)) < share, 1, -1)


@broken("each frame twice", "repeated frames")
def twice(L, T, n, seed):
    spins = eq.frames(L, T, n // 2, seed)
    return np.concatenate([spins, spins])[random(seed).permutation(2 * (n // 2))]


@broken("ten frames again and again", "repeated frames")
def ten(L, T, n, seed):
    return eq.frames(L, T, 10, seed)[random(seed).integers(10, size=n)]


@broken("every tenth frame a repetition", "repeated frames")
def some_again(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    again = random(seed).random(n) < 0.1
    spins[again] = spins[random(seed + 1).integers(n, size=again.sum())]
    return spins


@broken("few frames with all symmetries applied", "repeated frames up to symmetries")
def moved(L, T, n, seed):
    generator = random(seed)
    base = eq.frames(L, T, n // 20, seed)
    chosen = base[generator.integers(len(base), size=n)]
    steps, turns, signs = (generator.integers(most, size=(n, 2)) for most in (L, 4, 2))
    return np.stack(
        [
            (1 - 2 * sign) * np.rot90(np.roll(one, step, (0, 1)), turn)
            for one, step, (turn, _), (sign, _) in zip(chosen, steps, turns, signs, strict=True)
        ]
    )


@broken("copies of the training frames", "copies of training frames", training=True)
def copies(L, T, n, seed):
    known = training_frames(L, T, n)
    return known[random(seed).permutation(len(known))[:n]]


@broken("training frames, moved", "copies of training frames", training=True)
def moved_copies(L, T, n, seed):
    known = copies(L, T, n, seed)
    steps = random(seed).integers(L, size=(len(known), 2))
    return np.stack([np.roll(one, step, (0, 1)) for one, step in zip(known, steps, strict=True)])


def training_frames(L, T, n):
    """Return what the samplers of ``training`` have learnt from."""
    return eq.frames(L, T, n, 999)


for rate in (0.01, 0.002, 0.05):

    @broken(f"{rate:.1%} of spins flipped at random", "random flips")
    def flips(L, T, n, seed, rate=rate):
        spins = eq.frames(L, T, n, seed)
        return np.where(random(seed).random(spins.shape) < rate, -spins, spins)


@broken("half of the frames with 2 % of spins flipped at random", "random flips")
def some_noisy(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    noisy = random(seed).random((n, 1, 1)) < 0.5
    return np.where(noisy & (random(seed + 1).random(spins.shape) < 0.02), -spins, spins)


@broken("stripes in one frame of twenty", "frozen stripes")
def stripes(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    m = spins.mean(axis=(1, 2), keepdims=True)
    other = np.where(m * spins[::-1].mean(axis=(1, 2), keepdims=True) > 0, -1, 1) * spins[::-1]
    band = (np.arange(L) + random(seed).integers(L, size=(n, 1))) % L < L // 2
    chosen = random(seed).random((n, 1, 1)) < 0.05
    return np.where(chosen & band[:, :, None], other, spins)


@broken("quenched: 30 sweeps from a random start", WEAK, "frozen stripes")
def short_from_random(L, T, n, seed):
    return eq.heat_bath(eq.start(L, n, seed, ordered=False), T, 30, seed, groups=2)


@broken("3 sweeps from a random start", WEAK, "frozen stripes")
def very_short(L, T, n, seed):
    return eq.heat_bath(eq.start(L, n, seed, ordered=False), T, 3, seed, groups=2)


@broken("5 sweeps from an ordered start", STRONG, COLD)
def short_from_order(L, T, n, seed):
    return eq.heat_bath(eq.start(L, n, seed, ordered=True), T, 5, seed, groups=2)


@broken("one chain, one sweep between frames", "correlated draws")
def correlated(L, T, n, seed):
    spins = eq.frames(L, T, n // 50, seed)
    drawn = []
    for step in range(50):
        spins = eq.heat_bath(spins, T, 1, [seed, step], groups=2)
        drawn.append(spins)
    return np.stack(drawn, axis=1).reshape(-1, L, L)


@broken("half of each frame is kept for the next one", "correlated draws", *PLACES)
def kept_half(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    for index in range(1, n):
        spins[index, : L // 2] = spins[index - 1, : L // 2]
    return spins


@broken("open boundaries", "not periodic")
def open_boundaries(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    return eq.heat_bath(spins, T, 30, seed, open_edges=True, groups=2)


@broken("cut out of a lattice twice as large", "not periodic")
def cut(L, T, n, seed):
    return eq.frames(2 * L, T, n, seed)[:, :L, :L]


@broken("a tile of half the side, four times", "tiled")
def tile(L, T, n, seed):
    return np.tile(eq.frames(L // 2, T, n, seed), (1, 2, 2))


@broken("a tile of half the side, twice", "tiled")
def tile_of_two(L, T, n, seed):
    return np.tile(eq.frames(L, T, n, seed)[:, : L // 2], (1, 2, 1))


@broken("every site four times", LOCAL, *PLACES)
def enlarged(L, T, n, seed):
    return eq.frames(L // 2, T, n, seed).repeat(2, axis=1).repeat(2, axis=2)


@broken("every other site of a lattice twice as large", HOT, LOCAL, COLD)
def decimated(L, T, n, seed):
    return eq.frames(2 * L, T, n, seed)[:, ::2, ::2]


@broken("majority of blocks of a lattice twice as large", HOT, LOCAL, COLD)
def majority(L, T, n, seed):
    spins = eq.frames(2 * L, T, n, seed).astype(int).reshape(n, L, 2, L, 2).sum(axis=(2, 4))
    return np.where(spins == 0, random(seed).choice([-1, 1], spins.shape), np.sign(spins))


for ratio in (1.02, 1.05):

    @broken(f"couplings along x {ratio - 1:.0%} larger", "anisotropic couplings")
    def anisotropic(L, T, n, seed, ratio=ratio):
        spins = eq.frames(L, T, n, seed)
        return eq.heat_bath(spins, T, 30, seed, couplings=(ratio, 1.0, 0.0), groups=2)


for size in (0.02, -0.02):

    @broken(f"next neighbors coupled by {size} J", "next-neighbor couplings")
    def next_neighbors(L, T, n, seed, size=size):
        spins = eq.frames(L, T, n, seed)
        return eq.heat_bath(spins, T, 30, seed, couplings=(1.0, 1.0, size), groups=4)


for size in (0.01, 0.03):

    @broken(f"a field of {size} J", "a field")
    def in_a_field(L, T, n, seed, size=size):
        spins = eq.frames(L, T, n, seed)
        return eq.heat_bath(spins, T, 30, seed, field=size, groups=2)


@broken("independent spins with the correct m", "independent sites")
def coins(L, T, n, seed):
    m = eq.frames(L, T, n, seed).mean(axis=(1, 2), keepdims=True)
    return np.where(random(seed).random((n, L, L)) < (1 + m) / 2, 1, -1)


@broken("independent random spins", "independent sites")
def fair_coins(L, T, n, seed):
    return random(seed).choice([-1, 1], (n, L, L))


@broken("the sites of each frame in random order", "independent sites")
def shuffled_sites(L, T, n, seed):
    spins = eq.frames(L, T, n, seed).reshape(n, -1)
    return random(seed).permuted(spins, axis=1).reshape(n, L, L)


@broken("correct u, wrong G(r): unsatisfied bonds rearranged into rows", LOCAL, *PLACES)
def sorted_rows(L, T, n, seed):
    return np.sort(eq.frames(L, T, n, seed), axis=2)


@broken("blocks of frames put together", "not homogeneous", "a line of bonds")
def blocks(L, T, n, seed):
    size = L // 4
    spins = eq.frames(L, T, n, seed)
    parts = spins.reshape(n, 4, size, 4, size).swapaxes(2, 3).reshape(n, 16, size, size)
    shuffled = parts[random(seed).permuted(np.tile(np.arange(n), (16, 1)).T, axis=0), np.arange(16)]
    return shuffled.reshape(n, 4, 4, size, size).swapaxes(2, 3).reshape(n, L, L)


@broken(
    "halves of two frames joined at a random place", "frozen stripes", LOCAL, WEAK, HOT, *PLACES
)
def halves(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    other = eq.frames(L, T, n, seed + 100)
    band = (np.arange(L) + random(seed).integers(L, size=(n, 1))) % L < L // 2
    return np.where(band[:, :, None], other, spins)


@broken("a continuous field, threshold 0.1 instead of 0", "a field", "random flips", LOCAL)
def threshold(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    return np.where(spins + 0.4 * random(seed).normal(size=spins.shape) > 0.1, 1, -1)


@broken("mirrored halves", "mirrored")
def mirrored(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    return np.concatenate([spins[:, :, : L // 2], spins[:, :, : L // 2][:, :, ::-1]], axis=2)


@broken("one site always up", "corrupt site")
def corrupt(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    spins[:, 5, 7] = 1
    return spins


@broken("one site a coin", "corrupt site")
def coin_site(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    spins[:, 5, 7] = random(seed).choice([-1, 1], n)
    return spins


@broken("a dead row", "a line of bonds", "not homogeneous")
def dead_row(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    spins[:, 9] = 1
    return spins


@broken("a row of the frame before", "a line of bonds", "not homogeneous")
def stale_row(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    spins[:, 9] = np.roll(spins, 1, axis=0)[:, 9]
    return spins


@broken("helical boundaries", "not periodic", "a line of bonds")
def helical(L, T, n, seed):
    wide = eq.frames(2 * L, T, n, seed)
    spins = wide[:, :L, :L]
    return np.concatenate([spins[:, :, 1:], np.roll(spins[:, :, :1], 1, axis=1)], axis=2)


@broken("half of the lattice shifted", "a line of bonds", "not homogeneous")
def sheared(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    return np.concatenate([spins[:, : L // 2], np.roll(spins[:, L // 2 :], 3, axis=2)], axis=1)


@broken("frames with the infinite lattice's energy", "energies too narrow", WEAK, COLD, HOT)
def chosen(L, T, n, seed):
    spins = eq.frames(L, T, 4 * n, seed)
    target = eq.exact_energies(L, T)[1]
    order = np.argsort(np.abs(eq.energy(spins) - target), kind="stable")  # many are as near
    return spins[order[:n]][random(seed).permutation(n)]


@broken("a mixture of T - 6 % and T + 6 %", "energies too wide")
def mixture(L, T, n, seed):
    both = np.concatenate([eq.frames(L, T * factor, n // 2, seed) for factor in (0.94, 1.06)])
    return both[random(seed).permutation(len(both))]


@broken("energies within half of their spread", "energies too narrow")
def narrow(L, T, n, seed):
    spins = eq.frames(L, T, 3 * n, seed)
    u = eq.energy(spins)
    return spins[np.abs(u - u.mean()) < 0.6 * u.std()][:n]


@broken("smoothed by the majority of five", LOCAL, COLD)
def smoothed(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    return np.where(spins + eq.field_of(spins) > 0, 1, -1)


@broken("isolated spins removed", LOCAL, COLD)
def without_islands(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    return np.where(spins * eq.field_of(spins) == -4, -spins, spins)


@broken("parallel update of all sites", LOCAL, HOT, COLD, "random flips")
def synchronous(L, T, n, seed):
    return eq.heat_bath(eq.frames(L, T, n, seed), T, 40, seed, groups=1)


@broken("one neighbor counted twice, another ignored", LOCAL, "anisotropic couplings")
def wrong_neighbor(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    return eq.heat_bath(spins, T, 30, seed, couplings=(1.5, 0.5, 0.0), groups=2)


@broken("sign of a Gaussian field with the correct S(k)", LOCAL, HOT)
def gaussian(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    power = (np.abs(np.fft.fft2(spins)) ** 2).mean(axis=0)
    noise = np.fft.fft2(random(seed).normal(size=spins.shape))
    return np.where(np.fft.ifft2(noise * np.sqrt(power)).real > 0, 1, -1)


@broken("one sublattice flipped", "antiferromagnetic")
def antiferromagnet(L, T, n, seed):
    return eq.frames(L, T, n, seed) * np.where(np.indices((L, L)).sum(axis=0) % 2, 1, -1)


@broken("frames sorted by energy", "correlated draws")
def in_order(L, T, n, seed):
    spins = eq.frames(L, T, n, seed)
    return spins[np.argsort(eq.energy(spins), kind="stable")]


@broken("always the ground state", "repeated frames", COLD, LOCAL)
def frozen(L, T, n, seed):
    return eq.start(L, n, seed, ordered=True)
