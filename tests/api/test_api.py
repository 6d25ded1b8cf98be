"""What a notebook calls."""

import doctest
import importlib
import subprocess
import sys

import numpy as np
import pytest

import ising_fidelity as ising
from ising_fidelity.exact.finite import kaufman

SPINS = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (20, 8, 8))


@pytest.mark.parametrize("module", ["api.frames", "api.measures", "frames", "exact"])
def test_examples_are_true(module):
    failed, tried = doctest.testmod(importlib.import_module(f"ising_fidelity.{module}"))
    assert (failed, tried > 0) == (0, True)


def test_an_import_is_quick_and_has_every_name():
    code = """
import sys
import ising_fidelity as ising
assert not {"numpy", "xarray", "torch"} & {*sys.modules}
assert {*ising.__all__} <= {*dir(ising)}
for name in ising.__all__:
    assert callable(getattr(ising, name)), name
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_name_that_is_none():
    with pytest.raises(AttributeError, match="has no attribute 'simulat'"):
        ising.simulat  # noqa: B018  # it is the asking that raises


def test_simulated_frames_are_of_the_lattice():
    frames = ising.simulate(L=8, T=2.3, frames=1000, seed=3)
    assert (frames.L, len(frames), frames.T) == (8, 1000, 2.3)
    found = ising.measure(frames)
    # A normal number is off by five errors once in 1.7 million seeds.
    assert abs(found["energy"] - kaufman(8, 2.3).energy) < 5 * found["energy_error"]
    again = ising.simulate(L=8, T=2.3, frames=1000, seed=3)
    np.testing.assert_array_equal(frames.spins, again.spins)


def test_burn_in_is_prolonged_while_starts_disagree_and_said():
    frames = ising.simulate(L=64, T=2.2, frames=40, sampler="metropolis", chains=40, seed=2)
    sweeps = int(frames.attributes["thermalization_sweeps"])
    assert sweeps > 200
    assert frames.said == (
        f"40 chains, {sweeps} sweeps of burn-in, 10 between frames",
        "ordered and random starts agree",
    )
    with pytest.raises(ising.InputError, match="burn_in: 1; ordered and random starts disagree"):
        ising.simulate(L=64, T=2.5, frames=40, chains=40, burn_in=1, sampler="metropolis")


def test_frames_from_an_array():
    frames = ising.Frames.from_array((SPINS + 1) // 2, T=2.3000000000000003)
    np.testing.assert_array_equal(frames.spins, SPINS[None])
    assert frames.T == 2.3
    assert repr(frames).splitlines()[0] == (
        "Frames: 20 independent frames of 8 x 8 spins at T = 2.30"
    )
    with pytest.raises(ising.InputError, match="temperature is -1"):
        ising.Frames.from_array(SPINS, T=-1)
    with pytest.raises(ising.InputError, match="sampling"):
        ising.Frames.from_array(SPINS, T=1, sampling="markov")
    with pytest.raises(ValueError, match="array: values are"):
        ising.Frames.from_array(SPINS * 0.3 + 0.1, T=1)


def test_files_are_put_together_by_temperature(tmp_path):
    for T in ("2.00", "2.30"):
        for part in range(2):
            np.save(tmp_path / f"s{part}_T{T}.npy", SPINS[10 * part :][:10])
    found = ising.load_frames(f"{tmp_path}/*.npy")
    assert [*found] == [2.0, 2.3]
    np.testing.assert_array_equal(found[2.0].spins, SPINS[None])
    assert found[2.0].said == (
        "2 files", "T by its name",
        "independent, by default",
    )  # fmt: skip
    chains = ising.load_frames([*tmp_path.glob("*T2.00.npy")], sampling="chain")
    assert chains.spins.shape == (2, 10, 8, 8)
    assert chains.sampling == "chain"


def test_what_files_lack_or_contradict_is_refused(tmp_path):
    np.save(tmp_path / "frames.npy", SPINS)
    path = tmp_path / "frames.npy"
    with pytest.raises(
        ising.InputError, match=r"no temperature in it, as T or beta, or in its name; T: d"
    ):
        ising.load_frames(path)
    assert ising.load_frames(path, T=2.5).T == 2.5
    np.savez(tmp_path / "T2.30.npz", s=SPINS, T=2.4)
    with pytest.raises(ising.InputError, match=r"T = 2.40 by the file, 2.30 by its name"):
        ising.load_frames(tmp_path / "T2.30.npz")
    with pytest.raises(ising.InputError, match="no such file"):
        ising.load_frames(f"{tmp_path}/*.nc")
    np.save(tmp_path / "small_T2.50.npy", SPINS[:, :6, :6])
    np.save(tmp_path / "large_T2.50.npy", SPINS)
    with pytest.raises(ising.InputError, match="files of one temperature need the same L"):
        ising.load_frames(f"{tmp_path}/*_T2.50.npy")


def test_frames_that_are_given_twice_are_refused(tmp_path):
    for name in ("a_T2.00.npy", "b_T2.00.npy"):
        np.save(tmp_path / name, SPINS)
    with pytest.raises(ising.InputError, match=r"b_T2.00.npy: the same frames as .*a_T2.00.npy"):
        ising.load_frames(f"{tmp_path}/*.npy")
    for name in ("a_T0.50.npy", "b_T0.50.npy"):  # ordered frames are equal by right
        np.save(tmp_path / name, np.ones((20, 8, 8), np.int8))
    assert ising.load_frames(f"{tmp_path}/*_T0.50.npy").spins.shape == (1, 40, 8, 8)


def test_distances_to_a_reference():
    coins = ising.Frames.from_array(SPINS, T=2.0)
    reference = ising.simulate(L=8, T=2.0, frames=200, seed=1)
    found = ising.compare(coins, reference, training=reference)
    assert float(found["energy_wasserstein_z"]) > 10
    assert "nearest_training_hamming" in found


def test_exact_results_along_temperature():
    found = ising.exact(L=8, T=[2.4, 2.3])
    assert found["temperature"].values.tolist() == [2.3, 2.4]
    assert float(found["energy"][0]) == kaufman(8, 2.3).energy
    assert ising.exact(8, np.float32(2.3))["temperature"].values.tolist() == [2.3]
