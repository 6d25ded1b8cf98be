"""Monte Carlo sweeps on top of a file of frames."""

import numpy as np
import pytest

from ising_fidelity import lattice, montecarlo
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import frames_dataset, read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.steps.measure import measure
from ising_fidelity.steps.relax import relax


@pytest.fixture
def frames(tmp_path):
    """Frames of a model, with its raw output."""
    field = np.random.default_rng(1).normal(size=(2, 3, 5, 5))
    spins = np.where(field >= 0, 1, -1).astype(np.int8)
    attributes = {
        "model": "GAN", "field_share_undecided": 0.4, "history": "sample", "title": "Frames",
    }  # fmt: skip
    path = tmp_path / "frames.nc"
    log_probability = np.full((2, 3), -5.0)
    data = frames_dataset(spins, 2.3, "independent", attributes, field, log_probability)
    netcdf.write(data, path)
    return path


def test_spins_move_and_the_file_says_how_far(frames, tmp_path):
    path = tmp_path / "relaxed.nc"
    relax(frames=frames, sweeps=5, seed=1, output=path)
    given, data = read_frames(frames), read_frames(path)
    flat = given["spin"].values.reshape(6, 5, 5)
    (expected,) = montecarlo.relax(flat, 2.3, [5], 1)
    np.testing.assert_array_equal(data["spin"].values.reshape(6, 5, 5), expected)
    assert float(data["temperature"]) == 2.3
    known = {
        "relaxation_sweeps": 5,
        "sampling": "independent",
        "model": "GAN",
        "step": "relax",
        "seed": "1",
    }
    assert {name: data.attrs[name] for name in known} == known
    assert data.attrs["history"].splitlines()[0] == "sample"
    assert data.attrs["history"].endswith("relax")
    assert "field" not in data
    assert "log_probability" not in data
    assert "field_share_undecided" not in data.attrs


def test_no_sweeps_change_no_spin_and_sweeps_add_up(frames, tmp_path):
    once, twice = tmp_path / "once.nc", tmp_path / "twice.nc"
    relax(frames=frames, sweeps=3, seed=1, output=once)
    relax(frames=once, sweeps=0, seed=2, output=twice)
    first, second = read_frames(once), read_frames(twice)
    np.testing.assert_array_equal(first["spin"], second["spin"])
    assert second.attrs["relaxation_sweeps"] == 3
    relax(frames=once, sweeps=4, seed=2, output=twice)
    assert read_frames(twice).attrs["relaxation_sweeps"] == 7


def test_clusters_are_counted_apart_from_sweeps(frames, tmp_path):
    once, twice = tmp_path / "once.nc", tmp_path / "twice.nc"
    relax(frames=frames, sweeps=2, seed=1, output=once, sampler="cluster")
    given, data = read_frames(frames), read_frames(once)
    (expected,) = montecarlo.relax(given["spin"].values.reshape(6, 5, 5), 2.3, [2], 1, "cluster")
    np.testing.assert_array_equal(data["spin"].values.reshape(6, 5, 5), expected)
    assert data.attrs["relaxation_clusters"] == 2
    assert "relaxation_sweeps" not in data.attrs
    assert data.attrs["source"].endswith("then 2 clusters of Wolff's")
    relax(frames=once, sweeps=3, seed=1, output=twice)
    counts = [read_frames(twice).attrs[f"relaxation_{of}"] for of in ("clusters", "sweeps")]
    assert counts == [2, 3]
    relax(frames=frames, sweeps=0, seed=1, output=once, sampler="cluster")
    np.testing.assert_array_equal(read_frames(once)["spin"], given["spin"])


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(frames, tmp_path):
    paths = [tmp_path / name for name in ("a.nc", "b.nc", "c.nc")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        relax(frames=frames, sweeps=5, seed=seed, output=path)
    first, again, other = (path.read_bytes() for path in paths)
    assert first == again
    assert first != other


@pytest.mark.parametrize(("temperature", "energy"), [(0.0, -2.0), (np.inf, 0.0)])
def test_frames_made_elsewhere_at_extreme_temperatures(temperature, energy, tmp_path):
    """At T = 0 isolated flips are reverted; at infinite T, 10^4 spins have |u| < 0.1."""
    spins = np.ones((1, 100, 10, 10), np.float64)
    spins[..., 3, 4] = -1
    data = frames_dataset(spins, temperature, "chain", {})
    data["spin"] = data["spin"].astype(float)
    data.attrs = {"sampling": "chain"}
    netcdf.write(data, tmp_path / "mine.nc")
    relax(frames=tmp_path / "mine.nc", sweeps=20, seed=1, output=tmp_path / "relaxed.nc")
    relaxed = read_frames(tmp_path / "relaxed.nc")
    assert lattice.energy(relaxed["spin"].values).mean() == pytest.approx(energy, abs=0.1)
    if temperature == 0:
        assert (relaxed["spin"] == 1).all()
    measure(frames=tmp_path / "relaxed.nc", output=tmp_path / "observables.nc")


def test_bad_input_is_one_line_and_leaves_no_file(frames, tmp_path):
    output = tmp_path / "relaxed.nc"
    with pytest.raises(InputError, match=r"^sampler: wolff; allowed are metropolis, cluster"):
        relax(frames=frames, sweeps=1, seed=1, output=output, sampler="wolff")
    single = frames_dataset(np.ones((1, 2, 1, 1), np.int8), 2.0, "chain", {})
    netcdf.write(single, tmp_path / "single.nc")
    with pytest.raises(InputError, match=r"single.nc: frames are 1 x 1"):
        relax(frames=tmp_path / "single.nc", sweeps=1, seed=1, output=output)
    assert not output.exists()
