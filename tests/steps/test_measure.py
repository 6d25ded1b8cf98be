"""The file of observables."""

import warnings

import numpy as np
import pytest
import xarray as xr

from ising_fidelity import frames, lattice
from ising_fidelity.io import netcdf, variables
from ising_fidelity.observables import likelihood
from ising_fidelity.observables.measure import measure as every_observable
from ising_fidelity.steps.measure import measure

from ..shared import write_frames

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


@pytest.mark.parametrize(("sampling", "method"), [("chain", "gamma"), ("independent", "bootstrap")])
def test_the_contract(tmp_path, sampling, method):
    spins = write_frames(tmp_path / "frames.nc", (2, 12, 16, 16), sampling=sampling)
    measure(frames=tmp_path / "frames.nc", output=tmp_path / "o.nc", seed=3)
    data = netcdf.read(tmp_path / "o.nc")
    assert data.attrs["sampling"] == sampling
    assert data.attrs["error_method"] == method
    assert data.attrs["fit_window"].tolist() == [1, 4]
    assert float(data["temperature"]) == 2.3
    assert data["distance"].values.tolist() == list(range(9))
    assert data["correlation_kind"].values.tolist() == ["raw", "connected", "trajectory"]
    expected = every_observable(spins, 2.3, sampling, 3)
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
        {"spin": (variables.FRAME_DIMENSIONS, spins), "temperature": 1.9},
        attrs={"sampling": "chain"},
    )
    foreign.to_netcdf(tmp_path / "theirs.nc")
    measure(frames=tmp_path / "theirs.nc", output=tmp_path / "o.nc")
    data = netcdf.read(tmp_path / "o.nc")
    assert data["energy_series"].shape == (3, 20)
    assert float(data["energy"]) == pytest.approx(lattice.energy(spins).mean())
    assert float(data["temperature"]) == 1.9


@pytest.mark.parametrize("sampling", ["chain", "independent"])
@pytest.mark.parametrize("shape", [(1, 1, 4, 4), (1, 3, 4, 4), (2, 2, 3, 3), (1, 5, 2, 2)])
def test_few_frames(tmp_path, sampling, shape):
    write_frames(tmp_path / "frames.nc", shape, sampling=sampling)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "^.* too few for errors", UserWarning)
        measure(frames=tmp_path / "frames.nc", output=tmp_path / "o.nc")
    data = netcdf.read(tmp_path / "o.nc")
    assert np.isfinite(data["energy"])
    few = shape == (1, 1, 4, 4) or (sampling == "chain" and shape == (1, 3, 4, 4))
    assert np.isnan(data["energy_error"]) == few


def test_probabilities_of_frames_make_free_energies(tmp_path):
    spins = np.random.default_rng(2).choice(np.array([-1, 1], np.int8), (2, 50, 4, 4))
    even = np.full((2, 50), -16 * np.log(2))
    data = frames.frames_dataset(spins, 2.3, "independent", {}, log_probability=even)
    netcdf.write(data, tmp_path / "frames.nc")
    measure(frames=tmp_path / "frames.nc", output=tmp_path / "o.nc", seed=3)
    found = netcdf.read(tmp_path / "o.nc")
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
    assert not set(likelihood.QUANTITIES) & set(netcdf.read(tmp_path / "p.nc"))


def correlated(draws, share, seed):
    """Return frames (1, draws, 8, 8): each keeps this share of the spins of the one before."""
    generator = np.random.default_rng(seed)
    fresh = generator.choice(np.array([-1, 1], np.int8), size=(draws, 8, 8))
    kept = generator.random((draws, 8, 8)) < share
    for draw in range(1, draws):
        fresh[draw] = np.where(kept[draw], fresh[draw - 1], fresh[draw])
    return fresh[None]


def test_correlated_frames_are_not_believed_to_be_independent(tmp_path):
    spins = correlated(400, 0.9, seed=3)
    path, output = tmp_path / "mine.nc", tmp_path / "o.nc"
    netcdf.write(frames.frames_dataset(spins, 9.0, "independent", {}), path)
    with pytest.warns(UserWarning, match="are correlated") as caught:
        measure(frames=path, output=output)
    assert len(caught) == 1
    assert str(caught[0].message).startswith(f"{path}: frames are said to be independent")
    data = netcdf.read(output)
    assert float(data["independence_p_value"]) < 1e-4
    assert 0.6 < float(data["energy_lag_1_autocorrelation"]) < 0.9
    assert float(data["energy_tau_int"]) > 1
    assert float(data["energy_effective_sample_size"]) < 200


def test_independent_frames_are_believed(tmp_path, recwarn):
    write_frames(tmp_path / "frames.nc", (1, 400, 8, 8), sampling="independent", seed=1)
    measure(frames=tmp_path / "frames.nc", output=tmp_path / "o.nc")
    data = netcdf.read(tmp_path / "o.nc")
    assert not [one for one in recwarn if one.category is UserWarning]
    assert float(data["independence_p_value"]) > 1e-4
    assert float(data["energy_tau_int"]) == 0.5


@pytest.mark.parametrize("sampling", ["independent", "chain"])
def test_a_single_frame_says_that_it_has_no_errors(sampling, tmp_path):
    write_frames(tmp_path / "frames.nc", (1, 1, 8, 8), sampling=sampling)
    with pytest.warns(UserWarning, match="too few for errors"):
        measure(frames=tmp_path / "frames.nc", output=tmp_path / "o.nc")
    assert np.isnan(float(netcdf.read(tmp_path / "o.nc")["energy_error"]))
