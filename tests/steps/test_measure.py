"""The file of observables."""

import numpy as np
import pytest
import xarray as xr

from ising_fidelity import dataset, lattice, observables
from ising_fidelity.exceptions import InputError
from ising_fidelity.observables import likelihood
from ising_fidelity.steps.measure import measure

SCALARS = (
    "energy",
    "magnetization",
    "abs_magnetization",
    "trajectory_magnetization",
    "specific_heat",
    "susceptibility",
    "trajectory_susceptibility",
    "binder_cumulant",
    "hamming_distance",
)


def write_frames(path, shape=(1, 12, 8, 8), sampling="independent", seed=0):
    spins = np.where(np.random.default_rng(seed).random(shape) < 0.7, 1, -1).astype(np.int8)
    dataset.write(dataset.frames_dataset(spins, 2.3, sampling, {}), path)
    return spins


@pytest.mark.parametrize(("sampling", "method"), [("chain", "gamma"), ("independent", "bootstrap")])
def test_the_contract(tmp_path, sampling, method):
    spins = write_frames(tmp_path / "frames.nc", (2, 12, 16, 16), sampling)
    measure(frames=tmp_path / "frames.nc", output=tmp_path / "o.nc", seed=3)
    data = dataset.read(tmp_path / "o.nc")
    assert data.attrs["sampling"] == sampling
    assert data.attrs["error_method"] == method
    assert data.attrs["fit_window"].tolist() == [1, 4]
    assert float(data["temperature"]) == 2.3
    assert data["distance"].values.tolist() == list(range(9))
    assert data["correlation_kind"].values.tolist() == ["raw", "connected", "trajectory"]
    expected = observables.measure(spins, 2.3, sampling, 3)
    for name in SCALARS:
        assert data[name].shape == data[f"{name}_error"].shape == ()
    for name, pair in expected.items():
        for key, values in zip((name, f"{name}_error"), pair, strict=True):
            np.testing.assert_array_equal(data[key].values, values)
        assert data[name].attrs["ancillary_variables"] == f"{name}_error"
    assert data["correlation_raw"].dims == ("distance",)
    assert data["eta"].dims == ("correlation_kind",)
    assert data["eta_stable_window"].dims == ("correlation_kind", "last_distance")
    assert data["last_distance"].values.tolist() == [3, 4, 5, 6, 7, 8]
    assert data["structure_factor"].dims == ("wavenumber",)
    assert data["cluster_size_distribution"].dims == ("cluster_size",)
    assert data["cluster_size"].values.tolist()[:3] == pytest.approx([1, 6**0.5, 28**0.5])
    np.testing.assert_array_equal(data["energy_series"], lattice.energy(spins))
    np.testing.assert_array_equal(data["magnetization_series"], lattice.magnetization(spins))
    assert (int(data["lattice_size"]), int(data["number_of_frames"])) == (16, 24)
    for name in ("energy", "abs_magnetization"):
        tau, size = (float(data[f"{name}_{end}"]) for end in ("tau_int", "effective_sample_size"))
        assert size == pytest.approx(24 / (2 * tau))
        assert tau == 0.5 or sampling == "chain"
    assert all({"long_name", "units"} <= set(data[name].attrs) for name in data.data_vars)


def test_frames_from_elsewhere_are_welcome(tmp_path):
    """Three chains, wider integers, no provenance, and a temperature among the variables."""
    spins = np.random.default_rng(1).choice([-1, 1], (3, 20, 6, 6))
    foreign = xr.Dataset(
        {"spin": (dataset.FRAME_DIMENSIONS, spins), "temperature": 1.9},
        attrs={"sampling": "chain"},
    )
    foreign.to_netcdf(tmp_path / "theirs.nc")
    measure(frames=tmp_path / "theirs.nc", output=tmp_path / "o.nc")
    data = dataset.read(tmp_path / "o.nc")
    assert data["energy_series"].shape == (3, 20)
    assert float(data["energy"]) == pytest.approx(lattice.energy(spins).mean())
    assert float(data["temperature"]) == 1.9


@pytest.mark.parametrize("sampling", ["chain", "independent"])
def test_the_same_bytes_twice(tmp_path, sampling):
    write_frames(tmp_path / "frames.nc", sampling=sampling)
    for name in ("a.nc", "b.nc"):
        measure(frames=tmp_path / "frames.nc", output=tmp_path / name, seed=1)
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


@pytest.mark.parametrize("sampling", ["chain", "independent"])
@pytest.mark.parametrize("shape", [(1, 1, 4, 4), (1, 3, 4, 4), (2, 2, 3, 3), (1, 5, 2, 2)])
def test_few_frames(tmp_path, sampling, shape):
    write_frames(tmp_path / "frames.nc", shape, sampling)
    measure(frames=tmp_path / "frames.nc", output=tmp_path / "o.nc")
    assert np.isfinite(dataset.read(tmp_path / "o.nc")["energy"])


def test_probabilities_of_frames_make_free_energies(tmp_path):
    spins = np.random.default_rng(2).choice(np.array([-1, 1], np.int8), (2, 50, 4, 4))
    even = np.full((2, 50), -16 * np.log(2))
    data = dataset.frames_dataset(spins, 2.3, "independent", {}, log_probability=even)
    dataset.write(data, tmp_path / "frames.nc")
    measure(frames=tmp_path / "frames.nc", output=tmp_path / "o.nc", seed=3)
    found = dataset.read(tmp_path / "o.nc")
    u, m = lattice.energy(spins).ravel(), lattice.magnetization(spins).ravel()
    expected = likelihood.measure(even.ravel(), u, m, 2.3, 16, 3)
    assert set(expected) == set(likelihood.QUANTITIES)
    for name, pair in expected.items():
        for key, value in zip((name, f"{name}_error"), pair, strict=True):
            assert found[key].shape == ()
            assert float(found[key]) == value
            assert {"long_name", "units"} <= set(found[key].attrs)
        assert found[name].attrs["ancillary_variables"] == f"{name}_error"
    assert float(found["free_energy_bound"]) == pytest.approx(u.mean() - 2.3 * np.log(2))
    write_frames(tmp_path / "plain.nc")
    measure(frames=tmp_path / "plain.nc", output=tmp_path / "p.nc")
    assert not set(likelihood.QUANTITIES) & set(dataset.read(tmp_path / "p.nc"))


def test_bad_input_is_named_in_one_line_and_leaves_nothing(tmp_path):
    missing = tmp_path / "none.nc"
    with pytest.raises(InputError, match=f"^{missing}: no such file$"):
        measure(frames=missing, output=tmp_path / "o.nc")
    xr.Dataset({"spin": ("x", [1, -1])}).to_netcdf(tmp_path / "flat.nc")
    with pytest.raises(InputError, match=r"flat.nc: spin has dimensions"):
        measure(frames=tmp_path / "flat.nc", output=tmp_path / "o.nc")
    assert not (tmp_path / "o.nc").exists()
