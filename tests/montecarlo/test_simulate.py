"""Chains of frames, compared with enumeration and Kaufman's exact results."""

import numpy as np
import pytest
from scipy import stats

from ising_fidelity import lattice, montecarlo
from ising_fidelity.exact import finite
from ising_fidelity.exceptions import InputError

from ..enumeration import boltzmann
from .simulations import LIMIT, in_errors, jackknife_error, simulate


@pytest.mark.parametrize("sampler", ["metropolis", "cluster"])
@pytest.mark.parametrize("lattice_size", [3, 4])
@pytest.mark.parametrize("temperature", [1.5, 2.3, 4.0])
def test_small_lattices_agree_with_enumeration(sampler, lattice_size, temperature):
    states, u, weights = boltzmann(lattice_size, temperature)
    m = np.abs(lattice.magnetization(states))
    long = {"frames": 64 * 500, "chains": 64, "thermalization": 200, "spacing": 5}
    spins = simulate(lattice_size, temperature, sampler=sampler, seed=lattice_size, **long).spins
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
    spins = simulate(
        lattice_size, temperature, frames=40 * frames, chains=40, thermalization=100, seed=7
    ).spins
    known = finite.kaufman(lattice_size, temperature)
    u = lattice.energy(spins)
    assert in_errors(u.mean(axis=1), known.energy) < LIMIT

    def specific_heat(kept):
        return lattice_size**2 * kept.var() / temperature**2

    error = jackknife_error(specific_heat, u)
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
    length = {"thermalization": 3000, "spacing": 20}
    if sampler == "cluster":
        length = {"thermalization": 100, "spacing": 3}
    frames = 12_800 if chains > 4 else 6_400  # few chains are simulated one by one
    long = {"sampler": sampler, "frames": frames, "chains": chains, "seed": 11, **length}
    for lattice_size, temperature in POINTS:
        spins = simulate(lattice_size, temperature, **long).spins
        known = finite.kaufman(lattice_size, temperature)
        energies = lattice.energy(spins).reshape(128, -1)
        scale = lattice_size**2 / temperature**2
        for function, value in (np.mean, known.energy), (np.var, known.specific_heat / scale):
            error = jackknife_error(function, energies)
            deviations.append((function(energies) - value) / error)
    p_value = stats.chi2.sf(np.square(deviations).sum(), len(deviations))
    assert p_value > 1e-5, deviations


@pytest.mark.parametrize(
    ("sampler", "chains"), [("metropolis", 4), ("metropolis", 256), ("cluster", 4)]
)
def test_energies_of_a_small_lattice_are_distributed_as_enumerated(sampler, chains):
    """L = 4 at T_c: chi^2 of 25 600 independent frames over all energies, p-value above 1e-5."""
    temperature = lattice.CRITICAL_TEMPERATURE
    _, u, weights = boltzmann(4, temperature)
    levels = np.unique(u)
    expected = np.array([weights[u == level].sum() for level in levels]) * 25_600
    long = {"frames": 25_600, "chains": chains, "thermalization": 300, "spacing": 50}
    energies = lattice.energy(simulate(4, temperature, sampler=sampler, **long).spins)
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


@pytest.mark.parametrize(
    ("sampler", "count", "runs"),
    [("metropolis", 120, 1), ("checkerboard", 120, 1), ("metropolis", 1, 60)],
)
def test_stripes_are_restarted_and_counted(sampler, count, runs):
    """At T = 0.5 about a third of all random starts freeze: they are counted, and none is left.

    The chance that none of 60 random starts freezes is below 1e-9.
    """
    frozen = {"sampler": sampler, "frames": count, "chains": count, "thermalization": 2000}
    results = [simulate(16, 0.5, seed=seed, **frozen) for seed in range(runs)]
    assert sum(result.restarts for result in results) > 0
    for result in results:
        assert float(np.abs(lattice.magnetization(result.spins)).min()) > 0.9


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sampler": "heatbath"}, "^sampler: heatbath"),
        ({"lattice_size": 1}, "^lattice_size: 1"),
        ({"lattice_size": 4, "sampler": "checkerboard"}, "^lattice_size: 4 with checkerboard"),
        ({"lattice_size": 7, "sampler": "checkerboard"}, "^lattice_size: 7 with checkerboard"),
        ({"frames": 21}, "^frames: 21; allowed are multiples of chains"),
        ({"frames": 0}, "^frames: 0"),
        ({"chains": 0}, "^chains: 0"),
        ({"thermalization": -1}, "^thermalization: -1"),
        ({"spacing": 0}, "^spacing: 0"),
        ({"threads": 0}, "^threads: 0"),
        ({"seed": -1}, "^seed: -1; allowed are whole numbers from 0 on"),
        ({"seed": 2**64}, f"^seed: {2**64}; allowed are whole numbers up to"),
        ({"temperature": np.nan}, "^temperature: nan"),
        ({"temperature": -1.0}, "^temperature: -1.0"),
        ({"start": "hot"}, "^start: hot; allowed are both, random, ordered"),
        (
            {"lattice_size": 32, "temperature": 0.5, "sampler": "metropolis", "thermalization": 1},
            "^thermalization: .* frozen stripes",
        ),
        *(
            (
                {"temperature": 1e4, "sampler": sampler, "frames": 64, "chains": 32},
                rf"^temperature: 10000.0 with {sampler} .* thermalization \(20\) has fewer",
            )
            for sampler in ("metropolis", "checkerboard")
        ),
    ],
)
def test_what_is_out_of_range_is_named(changed, message):
    with pytest.raises(InputError, match=message):
        simulate(**changed)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("sampler", montecarlo.SAMPLERS)
@pytest.mark.parametrize("temperature", [5e-324, 1e-300, 1e-4, 1e4, 1e300, 1.7e308])
def test_extreme_temperatures_have_the_limits(sampler, temperature):
    """No overflow: all spins alike, or coins, as Gibbs sweeps without a field leave them, too."""
    start = "random" if temperature > 1 else "both"
    few = {"sampler": sampler, "frames": 640, "chains": 640, "start": start}
    spins = simulate(temperature=temperature, **few).spins[:, 0]
    after = montecarlo.gibbs(spins, np.zeros(spins.shape), temperature, 2, 1)
    for frames in (spins, after):
        if temperature > 1:
            assert_coins(frames, 640)
        else:
            assert (lattice.energy(frames) == -2).all()


@pytest.mark.parametrize(
    ("sampler", "chains"), [("metropolis", 1), ("metropolis", 64), ("cluster", 4)]
)
@pytest.mark.parametrize("lattice_size", [3, 5, 65])
def test_lattices_of_odd_size(sampler, chains, lattice_size):
    spins = simulate(lattice_size, 4.0, sampler=sampler, frames=256, chains=chains).spins
    assert spins.shape == (chains, 256 // chains, lattice_size, lattice_size)
    assert set(np.unique(spins)) == {-1, 1}


@pytest.mark.parametrize("sampler", montecarlo.SAMPLERS)
@pytest.mark.parametrize("chains", [1, 64])
def test_at_no_temperature_all_are_ordered(sampler, chains):
    few = {"frames": 64, "chains": chains, "thermalization": 300}
    result = simulate(temperature=0.0, sampler=sampler, **few)
    assert (np.abs(lattice.magnetization(result.spins)) == 1).all()


def test_a_checkerboard_that_only_turns_all_spins_is_warned_of():
    """A single chain has no other start to compare with: u of a random frame is unchanged."""
    hot = {"temperature": 1000.0, "sampler": "checkerboard", "chains": 1}
    with pytest.warns(UserWarning, match="needs about T/3 sweeps to forget its start; thermaliz"):
        simulate(**hot, thermalization=300)
    simulate(**hot, thermalization=400)
    simulate(**hot, thermalization=0)


def assert_coins(spins, count):
    """Check u and m of independent frames of 64 coins, which have variances 2 / 64 and 1 / 64."""
    assert abs(lattice.energy(spins).mean()) < LIMIT * np.sqrt(2 / 64 / count)
    magnetization = lattice.magnetization(spins)
    assert abs(magnetization.mean()) < LIMIT * np.sqrt(1 / 64 / count)
    assert magnetization.var() == pytest.approx(1 / 64, rel=LIMIT * np.sqrt(2 / count))


@pytest.mark.parametrize("sampler", montecarlo.SAMPLERS)
@pytest.mark.parametrize("chains", [1, 64])
def test_at_infinite_temperature_spins_are_coins(sampler, chains):
    spins = simulate(temperature=np.inf, sampler=sampler, frames=640, chains=chains).spins
    assert_coins(spins, 640)


def test_a_large_lattice_agrees_with_kaufman():
    """L = 1024 above T_c, where one frame holds many independent parts: u within 5 errors.

    The variance of u is T^2 C / N.
    """
    known = finite.kaufman(1024, 3.0)
    error = 3.0 * np.sqrt(known.specific_heat / 1024**2 / 64)
    few = {"sampler": "checkerboard", "frames": 64, "chains": 64, "thermalization": 50}
    spins = simulate(1024, 3.0, **few).spins
    assert abs(lattice.energy(spins).mean() - known.energy) < LIMIT * error


def test_starts_are_coins_or_ordered_frames_with_signs_drawn_at_random():
    """4000 frames of 64 spins: signs and spins sum to 0 within 5 errors.

    Without thermalization none is restarted, also where random frames are not in equilibrium.
    """
    few = {"sampler": "metropolis", "frames": 4000, "chains": 4000, "thermalization": 0}
    few["temperature"] = 0.5
    coins = simulate(start="random", **few)
    assert not coins.ordered.any()
    assert_coins(coins.spins, 4000)
    ordered = simulate(start="ordered", **few)
    assert ordered.ordered.all()
    signs = lattice.magnetization(ordered.spins)
    assert set(np.unique(signs)) == {-1, 1}
    assert abs(signs.mean()) < LIMIT / np.sqrt(4000)
    # They are where a walk begins: without a start asked for, random ones.
    without = simulate(**few)
    assert without.restarts == 0
    np.testing.assert_array_equal(without.spins, coins.spins)


def test_chains_of_one_kind_of_start_reach_the_same_equilibrium():
    known = finite.kaufman(8, 2.3).energy
    for start in ("random", "ordered"):
        result = simulate(start=start, frames=4000, chains=40, thermalization=50)
        assert (result.ordered == (start == "ordered")).all()
        assert in_errors(lattice.energy(result.spins).mean(axis=1), known) < LIMIT
