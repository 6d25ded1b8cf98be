"""The file of critical temperature and exponents."""

import numpy as np
import pytest

from ising_fidelity.analysis import scaling
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf
from ising_fidelity.steps.measure import measure
from ising_fidelity.steps.scale import scale
from ising_fidelity.steps.simulate import simulate

SIZES, TEMPERATURES = (4, 6, 8), ("2.10", "2.20", "2.30", "2.40", "2.50")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return files of observables of three lattice sizes at five temperatures."""
    folder = tmp_path_factory.mktemp("sizes")
    found = []
    for size in SIZES:
        for T in TEMPERATURES:
            frames, path = folder / "frames.nc", folder / f"L{size}T{T}.nc"
            simulate(
                lattice_size=size, temperature=T, sampler="cluster", frames=2000, chains=20,
                thermalization=20, spacing=2, seed=size, output=frames,
            )  # fmt: skip
            measure(frames=frames, output=path)
            found.append(path)
    return found


def test_exponents_and_what_they_were_fitted_to(files, tmp_path):
    scale(files=files[::-1], output=tmp_path / "mc.nc")
    data = netcdf.read(tmp_path / "mc.nc")
    assert data["lattice_size"].values.tolist() == list(SIZES)
    assert data["temperature"].values.tolist() == [float(T) for T in TEMPERATURES]
    rows = []
    for path in files:
        one = netcdf.read(path)
        place = {key: float(one[key]) for key in ("lattice_size", "temperature")}
        here = data.sel(place)
        assert here["binder_cumulant"] == pytest.approx(float(one["binder_cumulant"]))
        error = float(one["binder_cumulant_error"])
        assert here["binder_cumulant_error"] == pytest.approx(error, rel=1e-6)
        moments = scaling.moments(one["magnetization_series"].values, "chain")
        assert here["logarithm"] == pytest.approx(moments[0][1])
        rows.append((*place.values(), *moments))
    fit = scaling.fit(scaling.Moments(*map(np.array, zip(*rows, strict=True))))
    for name, pair in fit.exponents.items():
        assert (float(data[name]), float(data[f"{name}_error"])) == pytest.approx(pair)
        assert data[name].attrs["ancillary_variables"] == f"{name}_error"
    assert data["p_value"] == pytest.approx(fit.p_value)
    assert dict(
        zip(data["parameter"].values, data["parameters"].values, strict=True)
    ).keys() == set(scaling.PARAMETERS)
    assert all({"long_name", "units"} <= one.attrs.keys() for one in data.data_vars.values())


def test_the_order_of_files_does_not_change_a_byte(files, tmp_path):
    scale(files=files, output=tmp_path / "one.nc")
    scale(files=files[::-1], output=tmp_path / "other.nc")
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "other.nc").read_bytes()


def test_bad_input_is_one_line_and_leaves_no_file(files, tmp_path):
    cases = [
        ([*files, files[0]], r"L4T2.10.nc: L = 4 and T = 2.1 occur twice"),
        (files[:10], r"FILE: 2 lattice sizes and 10 pairs of size and temperature; allowed"),
        ([], r"FILE: 0 lattice sizes"),
        ([tmp_path / "gone.nc"], r"gone.nc"),
    ]
    for chosen, message in cases:
        with pytest.raises(InputError, match=message) as error:
            scale(files=chosen, output=tmp_path / "out.nc")
        assert "\n" not in str(error.value)
        assert not (tmp_path / "out.nc").exists()
