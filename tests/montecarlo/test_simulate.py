"""Chains of frames, held against enumeration and Kaufman's exact results.

Seeds are fixed. Deviations are in standard errors, from the spread of the means of independent
chains. With 40 chains or more, the limit of 5 gives a false alarm for one number in 80 000
(Student's t), so for the few hundred numbers of this file in less than 1 % of all choices of seeds.
"""

import numpy as np
import pytest
from scipy import stats

from ising_fidelity import exact, lattice, montecarlo
from ising_fidelity.exceptions import InputError
from ising_fidelity.montecarlo import chains, kernels

LIMIT = 5.0


def simulate(**changed):
    arguments = {
        "lattice_size": 8,
        "temperature": 2.3,
        "sampler": "cluster",
        "frames": 20,
        "chains": 2,
        "thermalization": 20,
        "spacing": 2,
        "seed": 1,
    }
    return montecarlo.run_chains(**(arguments | changed))


def in_errors(per_chain, expected):
    """Return the deviation of the mean of independent chains in standard errors."""
    error = per_chain.std(ddof=1) / np.sqrt(len(per_chain))
    return abs(per_chain.mean() - expected) / error


@pytest.mark.parametrize("sampler", ["metropolis", "cluster"])
@pytest.mark.parametrize("lattice_size", [3, 4])
@pytest.mark.parametrize("temperature", [1.5, 2.3, 4.0])
def test_small_lattices_agree_with_enumeration(sampler, lattice_size, temperature):
    states = lattice.all_configurations(lattice_size)
    u, m = lattice.energy(states), np.abs(lattice.magnetization(states))
    weights = np.exp(-(u - u.min()) * lattice_size**2 / temperature)
    weights /= weights.sum()
    spins = simulate(
        lattice_size=lattice_size,
        temperature=temperature,
        sampler=sampler,
        frames=64 * 500,
        chains=64,
        thermalization=200,
        spacing=5,
        seed=lattice_size,
    ).spins
    energies, magnetizations = lattice.energy(spins), np.abs(lattice.magnetization(spins))
    for sampled, of_states in ((energies, u), (energies**2, u**2), (magnetizations, m)):
        assert in_errors(sampled.mean(axis=1), weights @ of_states) < LIMIT
    for sampled, of_states in ((energies, u), (magnetizations, m)):
        for level in np.unique(of_states):
            chance = weights[of_states == level].sum()
            # The means of rarer levels are too far from normally distributed.
            if chance > 0.01:
                assert in_errors((sampled == level).mean(axis=1), chance) < LIMIT


@pytest.mark.parametrize(("lattice_size", "frames"), [(16, 400), (64, 100)], ids=["L=16", "L=64"])
@pytest.mark.parametrize("temperature", [1.5, 2.0, 2.269185, 2.6, 4.0])
def test_energy_and_specific_heat_agree_with_kaufman(lattice_size, frames, temperature):
    """Chains are pooled for C, whose bias of a single chain's mean would show; jackknife errors."""
    chains = 40
    spins = simulate(
        lattice_size=lattice_size,
        temperature=temperature,
        frames=chains * frames,
        chains=chains,
        thermalization=100,
        spacing=2,
        seed=7,
    ).spins
    known = exact.kaufman(lattice_size, temperature)
    u = lattice.energy(spins)
    assert in_errors(u.mean(axis=1), known.energy) < LIMIT

    def specific_heat(kept):
        return lattice_size**2 * kept.var() / temperature**2

    left_out = np.array([specific_heat(np.delete(u, chain, axis=0)) for chain in range(chains)])
    error = np.sqrt((chains - 1) * left_out.var())
    assert abs(specific_heat(u) - known.specific_heat) < LIMIT * error


POINTS = [
    *((16, temperature) for temperature in (1.5, 1.8, 2.0, 2.269185, 2.5, 3.0, 4.0)),
    *((32, temperature) for temperature in (2.0, 2.6, 3.0)),
    *((64, temperature) for temperature in (2.8, 4.0)),
]


@pytest.mark.parametrize(
    ("sampler", "chains"),
    [("metropolis", 4), ("metropolis", 128), ("checkerboard", 128), ("cluster", 16)],
)
def test_every_sampler_agrees_with_kaufman(sampler, chains):
    """Both u and C at twelve points: chi^2 over all 24 deviations has a p-value above 1e-5.

    Errors are jackknife ones over chains or, where there are few, over eight parts of each.
    """
    deviations = []
    for lattice_size, temperature in POINTS:
        spins = simulate(
            lattice_size=lattice_size,
            temperature=temperature,
            sampler=sampler,
            frames=12_800,
            chains=chains,
            thermalization=3000 if sampler != "cluster" else 100,
            spacing=20 if sampler != "cluster" else 3,
            seed=11,
        ).spins
        known = exact.kaufman(lattice_size, temperature)
        energies = lattice.energy(spins).reshape(128, -1)
        scale = lattice_size**2 / temperature**2
        for function, value in (
            (np.mean, known.energy),
            (np.var, known.specific_heat / scale),
        ):
            left_out = [function(np.delete(energies, part, axis=0)) for part in range(128)]
            error = np.sqrt(127 * np.var(left_out))
            deviations.append((function(energies) - value) / error)
    p_value = stats.chi2.sf(np.square(deviations).sum(), len(deviations))
    assert p_value > 1e-5, deviations


@pytest.mark.parametrize(
    ("sampler", "chains"), [("metropolis", 4), ("metropolis", 256), ("cluster", 4)]
)
def test_energies_of_a_small_lattice_are_distributed_as_enumerated(sampler, chains):
    """L = 4 at T_c: chi^2 of 25 600 independent frames over all energies, p-value above 1e-5."""
    temperature = lattice.CRITICAL_TEMPERATURE
    u = lattice.energy(lattice.all_configurations(4))
    weights = np.exp(-(u - u.min()) * 16 / temperature)
    levels = np.unique(u)
    expected = np.array([weights[u == level].sum() for level in levels]) / weights.sum() * 25_600
    spins = simulate(
        lattice_size=4,
        temperature=temperature,
        sampler=sampler,
        frames=25_600,
        chains=chains,
        thermalization=300,
        spacing=50,
    ).spins
    energies = lattice.energy(spins)
    counts = np.array([(energies == level).sum() for level in levels])
    assert counts.sum() == 25_600
    assert stats.chisquare(counts, expected).pvalue > 1e-5


@pytest.mark.parametrize("sampler", montecarlo.SAMPLERS)
def test_frames_follow_from_the_seed_and_chains_differ(sampler):
    one, same, other = (simulate(sampler=sampler, seed=seed).spins for seed in (1, 1, 2))
    assert one.shape == (2, 10, 8, 8)
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one[0], one[1])


@pytest.mark.parametrize("sampler", montecarlo.SAMPLERS)
def test_frames_do_not_depend_on_threads(sampler):
    one, two = (
        simulate(sampler=sampler, frames=600, chains=600, threads=threads).spins
        for threads in (1, 2)
    )
    assert np.array_equal(one, two)


@pytest.mark.parametrize(
    ("sampler", "few", "many"),
    [("cluster", 2, 3), ("metropolis", 2, 3), ("metropolis", 64, 70), ("checkerboard", 1, 65)],
)
def test_a_chain_does_not_depend_on_how_many_there_are(sampler, few, many):
    """Chains of one block, and started in the same way."""
    first, second = (
        simulate(sampler=sampler, frames=10 * count, chains=count).spins for count in (few, many)
    )
    same = slice(1 if few == 1 else 0, few)
    assert np.array_equal(first[same], second[same])


def test_signs_of_cluster_frames_are_fair_and_independent():
    """400 coins: mean and neighbors' product within 5 errors, false alarms below 2e-6."""
    spins = simulate(temperature=1.0, frames=400, chains=1).spins
    signs = np.sign(lattice.magnetization(spins))[0]
    assert abs(signs.mean()) < LIMIT / np.sqrt(400)
    assert abs((signs[1:] * signs[:-1]).mean()) < LIMIT / np.sqrt(399)


@pytest.mark.parametrize("temperature", [1.0, 2.3, 4.0])
def test_a_sweep_of_clusters_flips_each_spin_once_on_average(temperature):
    """The number is rounded, and measured to some per cent: within half an update and 10 %."""
    start = np.ones((1, 16, 16), np.int8)
    walk = chains.SingleChains(start, temperature, True, [np.random.SeedSequence(1)])
    walk.settle(200)
    flips = 0
    for _ in range(500):
        walk.sweep(1)
        flips += walk.flipped[0]
    flipped = flips / (500 * 16**2)
    assert abs(flipped - 1) < 0.1 + 0.5 / walk.updates_per_sweep[0]


def test_the_number_of_clusters_between_frames_is_fixed(monkeypatch):
    """To stop when enough spins are flipped would favor frames behind large clusters."""
    counts = []
    move = kernels.wolff

    def counted(spins, state, updates, lattice_size, bond, most_flips):
        counts.append((updates, most_flips))
        return move(spins, state, updates, lattice_size, bond, most_flips)

    monkeypatch.setattr(kernels, "wolff", counted)
    simulate(lattice_size=16, frames=50, chains=1, thermalization=40, spacing=4)
    burn_in, between = counts[:40], counts[40:]
    assert len(between) == 49
    ((updates, most_flips),) = set(between)
    assert updates % 4 == 0
    assert most_flips == chains.UNBOUNDED
    # Each spin once in the first half, a fixed number in the second.
    assert {bound for _, bound in burn_in[:20]} == {16**2}
    assert len(set(burn_in[20:])) == 1


@pytest.mark.parametrize("temperature", [0.5, 2.269185])
def test_clusters_that_grow_in_burn_in_do_not_prolong_it(temperature):
    """From a random start clusters grow from a few spins to most of the lattice.

    Counted in spins, ten sweeps of burn-in stay near ten, where a fixed number of clusters from
    the first ones' size would take hundreds.
    """
    start = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (1, 64, 64))
    walk = chains.SingleChains(start, temperature, True, [np.random.SeedSequence(1)])
    walk.settle(10)
    assert walk.updates_per_sweep[0] < 40


@pytest.mark.parametrize(
    ("sampler", "count", "runs"),
    [("metropolis", 120, 1), ("checkerboard", 120, 1), ("metropolis", 1, 60)],
)
def test_stripes_are_restarted_and_counted(sampler, count, runs):
    """At T = 0.5 about a third of all random starts freeze: they are counted, and none is left.

    The chance that none of 60 random starts freezes is below 1e-9.
    """
    results = [
        simulate(
            lattice_size=16,
            temperature=0.5,
            sampler=sampler,
            frames=count,
            chains=count,
            thermalization=2000,
            seed=seed,
        )
        for seed in range(runs)
    ]
    assert sum(result.restarts for result in results) > 0
    for result in results:
        assert float(np.abs(lattice.magnetization(result.spins)).min()) > 0.9


def test_without_thermalization_the_first_frame_is_the_random_start():
    """The mean energy of 100 random frames of 1024 sites has standard error 0.0044."""
    result = simulate(
        lattice_size=32,
        temperature=0.5,
        sampler="metropolis",
        frames=100,
        chains=100,
        thermalization=0,
    )
    assert result.restarts == 0
    assert abs(lattice.energy(result.spins).mean()) < LIMIT * 0.0044


def test_a_chain_that_stays_frozen_is_an_input_error():
    with pytest.raises(InputError, match=r"--thermalization: .* frozen stripes"):
        simulate(lattice_size=32, temperature=0.5, sampler="metropolis", thermalization=1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sampler": "heatbath"}, "--sampler: heatbath"),
        ({"lattice_size": 1}, "--lattice-size: 1"),
        ({"lattice_size": 4, "sampler": "checkerboard"}, "--lattice-size: 4 with checkerboard"),
        ({"lattice_size": 7, "sampler": "checkerboard"}, "--lattice-size: 7 with checkerboard"),
        ({"frames": 21}, "--frames: 21; allowed are multiples of --chains"),
        ({"frames": 0}, "--frames: 0"),
        ({"chains": 0}, "--chains: 0"),
        ({"thermalization": -1}, "--thermalization: -1"),
        ({"spacing": 0}, "--spacing: 0"),
        ({"threads": 0}, "--threads: 0"),
        ({"temperature": np.nan}, "--temperature: nan"),
        ({"temperature": -1.0}, "--temperature: -1.0"),
    ],
)
def test_what_is_out_of_range_is_named(changed, message):
    with pytest.raises(InputError, match=message):
        simulate(**changed)


def test_walks_begin_at_random_and_relax():
    energy, magnetization = montecarlo.trajectories(8, 4.0, starts=50, sweeps=20, seed=1)
    assert energy.shape == magnetization.shape == (50, 21)
    assert in_errors(energy[:, 0], 0.0) < LIMIT
    assert in_errors(energy[:, -1], exact.kaufman(8, 4.0).energy) < LIMIT


@pytest.mark.parametrize(
    ("starts", "sweeps", "sampler", "message"),
    [
        (0, 1, "metropolis", "--starts: 0"),
        (1, -1, "metropolis", "--sweeps: -1"),
        (1, 1, "cluster", "--sampler: cluster"),
    ],
)
def test_walks_name_what_is_out_of_range(starts, sweeps, sampler, message):
    with pytest.raises(InputError, match=message):
        montecarlo.trajectories(8, 4.0, starts, sweeps, 1, sampler)


@pytest.mark.parametrize(
    ("sampler", "chains"), [("metropolis", 1), ("metropolis", 64), ("cluster", 4)]
)
@pytest.mark.parametrize("lattice_size", [3, 5, 65])
def test_lattices_of_odd_size(sampler, chains, lattice_size):
    spins = simulate(
        sampler=sampler, lattice_size=lattice_size, temperature=4.0, frames=256, chains=chains
    ).spins
    assert spins.shape == (chains, 256 // chains, lattice_size, lattice_size)
    assert set(np.unique(spins)) == {-1, 1}


@pytest.mark.parametrize("sampler", montecarlo.SAMPLERS)
@pytest.mark.parametrize("chains", [1, 64])
def test_at_no_temperature_all_are_ordered(sampler, chains):
    result = simulate(
        sampler=sampler, temperature=0.0, frames=64, chains=chains, thermalization=300
    )
    assert (np.abs(lattice.magnetization(result.spins)) == 1).all()


@pytest.mark.parametrize("sampler", montecarlo.SAMPLERS)
@pytest.mark.parametrize("chains", [1, 64])
def test_at_infinite_temperature_spins_are_coins(sampler, chains):
    """Both u and m of 640 independent frames of 64 coins have variances 2 / 64 and 1 / 64."""
    result = simulate(sampler=sampler, temperature=np.inf, frames=640, chains=chains)
    assert abs(lattice.energy(result.spins).mean()) < LIMIT * np.sqrt(2 / 64 / 640)
    magnetization = lattice.magnetization(result.spins)
    assert abs(magnetization.mean()) < LIMIT * np.sqrt(1 / 64 / 640)
    assert magnetization.var() == pytest.approx(1 / 64, rel=LIMIT * np.sqrt(2 / 640))


def test_a_large_lattice_agrees_with_kaufman():
    """L = 1024 above T_c, where one frame holds many independent parts: u within 5 errors.

    The variance of u is T^2 C / N.
    """
    known = exact.kaufman(1024, 3.0)
    error = 3.0 * np.sqrt(known.specific_heat / 1024**2 / 64)
    spins = simulate(
        sampler="checkerboard",
        lattice_size=1024,
        temperature=3.0,
        frames=64,
        chains=64,
        thermalization=50,
    ).spins
    assert abs(lattice.energy(spins).mean() - known.energy) < LIMIT * error


def boltzmann(lattice_size, temperature):
    states = lattice.all_configurations(lattice_size)
    weights = np.exp(-(lattice_size**2) * (lattice.energy(states) + 2) / temperature)
    return states, weights / weights.sum()


def state_numbers(spins):
    """Return where frames stand in the list of all configurations."""
    bits = (spins.reshape(len(spins), -1) > 0).astype(np.int64)
    return bits @ 2 ** np.arange(bits.shape[1])


@pytest.mark.parametrize("sweeps", [1, 4])
def test_relaxation_leaves_exact_frames_exact(sweeps):
    """By chi-squared over all 512 states of 3 x 3; a false alarm for one seed in 10 000."""
    states, weights = boltzmann(3, 4.0)
    drawn = np.random.default_rng(1).choice(len(states), 40_000, p=weights)
    (relaxed,) = montecarlo.relax(states[drawn], 4.0, [sweeps], 2)
    assert (state_numbers(relaxed) != drawn).mean() > 0.5
    counts = np.bincount(state_numbers(relaxed), minlength=len(states))
    assert stats.chisquare(counts, weights * len(drawn)).pvalue > 1e-4


@pytest.mark.parametrize("temperature", [2.3, 4.0])
@pytest.mark.parametrize("clusters", [1, 3])
def test_fixed_numbers_of_clusters_leave_exact_frames_exact(clusters, temperature):
    """By chi-squared over (u, |m|) of 4 x 4 enumerated; a false alarm for one seed in 10 000.

    To stop when 16 spins or more are flipped does not keep it, and 20 000 frames are enough to see.
    """
    states, weights = boltzmann(4, temperature)
    drawn = np.random.default_rng(1).choice(len(states), 20_000, p=weights)
    (relaxed,) = montecarlo.relax(states[drawn], temperature, [clusters], 2, "cluster")
    assert (relaxed != states[drawn]).any(axis=(1, 2)).mean() > 0.9
    assert energy_and_order_p_value(relaxed, states, weights) > 1e-4
    biased = states[drawn].copy()
    bond = chains.bond_threshold(temperature)
    for frame, stream in zip(biased, np.random.SeedSequence(2).spawn(len(biased)), strict=True):
        state = chains.generator_state(stream)
        kernels.wolff(frame.reshape(-1), state, chains.UNBOUNDED, 4, bond, 16)
    assert energy_and_order_p_value(biased, states, weights) < 1e-6


def energy_and_order_p_value(spins, states, weights):
    """Return the chance of frames whose (u, |m|) are as far from those of the weighted states."""

    def numbered(frames):
        return np.stack([lattice.energy(frames), np.abs(lattice.magnetization(frames))], axis=1)

    levels, level = np.unique(numbered(states), axis=0, return_inverse=True)
    expected = np.bincount(level.ravel(), weights) * len(spins)
    places = {tuple(row): place for place, row in enumerate(levels)}
    found = [places[tuple(row)] for row in numbered(spins)]
    counts = np.bincount(found, minlength=len(levels))
    rare = expected < 5
    observed, wanted = ([*one[~rare], one[rare].sum()] for one in (counts, expected))
    return stats.chisquare(observed, wanted).pvalue


def test_relaxation_leads_to_equilibrium_from_anywhere():
    """By chi-squared over the energies of 4 x 4; a false alarm for one seed in 10 000."""
    states, weights = boltzmann(4, 3.0)
    levels, level = np.unique(lattice.energy(states), return_inverse=True)
    expected = np.bincount(level, weights)
    for start in (states[-1], np.where(np.indices((4, 4)).sum(0) % 2, 1, -1).astype(np.int8)):
        (relaxed,) = montecarlo.relax(np.tile(start, (4000, 1, 1)), 3.0, [60], 3)
        counts = (lattice.energy(relaxed)[:, None] == levels).sum(axis=0)
        rare = expected * len(relaxed) < 5
        observed = [*counts[~rare], counts[rare].sum()]
        wanted = [*expected[~rare], expected[rare].sum()]
        assert stats.chisquare(observed, np.array(wanted) * len(relaxed)).pvalue > 1e-4


@pytest.mark.parametrize("sampler", ["metropolis", "cluster"])
def test_each_frame_is_relaxed_on_its_own_and_step_by_step(sampler):
    starts = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (20, 5, 5))
    walk = montecarlo.relax(starts, 2.3, [0, 2, 7], 1, sampler)
    assert walk.shape == (3, 20, 5, 5)
    np.testing.assert_array_equal(walk[0], starts)
    (longer,) = montecarlo.relax(starts[:4], 2.3, [7], 1, sampler)
    np.testing.assert_array_equal(longer, walk[2, :4])


def test_one_cluster_turns_like_spins_that_are_joined():
    """All of an ordered frame at T = 0, a single spin at infinite temperature."""
    frames = np.ones((50, 6, 6), np.int8)
    for temperature, turned in ((0.0, 36), (np.inf, 1)):
        (moved,) = montecarlo.relax(frames, temperature, [1], 1, "cluster")
        assert ((moved < 0).sum(axis=(1, 2)) == turned).all()


def test_frames_are_relaxed_with_random_numbers_of_their_own():
    starts = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (20, 5, 5))
    (same,) = montecarlo.relax(np.repeat(starts[:1], 20, axis=0), 10.0, [7], 1)
    assert len(np.unique(same, axis=0)) == 20
    # Other random numbers than those of a simulation with the same seed.
    first = montecarlo.run_chains(5, 2.3, "metropolis", 1, 1, 0, 1, 1).spins[0]
    later = montecarlo.run_chains(5, 2.3, "metropolis", 2, 1, 0, 7, 1).spins[0, 1]
    (again,) = montecarlo.relax(first, 2.3, [7], 1)
    assert not np.array_equal(again[0], later)


def test_starts_are_coins_or_ordered_frames_with_signs_drawn_at_random():
    """4000 frames of 64 spins: signs and spins sum to 0 within 5 errors."""
    few = {"sampler": "metropolis", "frames": 4000, "chains": 4000, "thermalization": 0}
    coins = simulate(start="random", **few)
    assert not coins.ordered.any()
    magnetization = lattice.magnetization(coins.spins)
    assert abs(magnetization.mean()) < LIMIT * np.sqrt(1 / 64 / 4000)
    assert magnetization.var() == pytest.approx(1 / 64, rel=LIMIT * np.sqrt(2 / 4000))
    assert abs(lattice.energy(coins.spins).mean()) < LIMIT * np.sqrt(2 / 64 / 4000)
    ordered = simulate(start="ordered", **few)
    assert ordered.ordered.all()
    signs = lattice.magnetization(ordered.spins)
    assert set(np.unique(signs)) == {-1, 1}
    assert abs(signs.mean()) < LIMIT / np.sqrt(4000)
    # They are where a walk begins: without a start asked for, random ones.
    np.testing.assert_array_equal(simulate(**few).spins, coins.spins)


def test_chains_of_one_kind_of_start_reach_the_same_equilibrium():
    known = exact.kaufman(8, 2.3).energy
    for start in ("random", "ordered"):
        result = simulate(start=start, frames=4000, chains=40, thermalization=50)
        assert (result.ordered == (start == "ordered")).all()
        assert in_errors(lattice.energy(result.spins).mean(axis=1), known) < LIMIT


def test_unknown_starts_and_samplers_of_relaxation_are_named():
    with pytest.raises(InputError, match="--start: hot; allowed are both, random, ordered"):
        simulate(start="hot")
    with pytest.raises(InputError, match="--sampler: checkerboard; allowed are metropolis, clust"):
        montecarlo.relax(np.ones((1, 8, 8), np.int8), 2.3, [1], 1, "checkerboard")
