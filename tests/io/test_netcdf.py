"""The netCDF contract: what is written reads back, what breaks the contract is named."""

from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr

from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import check_frames, frames_dataset, read_frames
from ising_fidelity.io import netcdf


def frames(sampling="chain", **changed):
    random = np.random.default_rng(1)
    spins = random.choice(np.array([-1, 1], np.int8), (2, 3, 8, 8))
    field = random.normal(size=spins.shape)
    arguments = {"temperature": 2.3, "sampling": sampling, "attributes": {"title": "t"}}
    return frames_dataset(spins, field=field, **(arguments | changed))


def test_frames_read_back_as_they_were_written(tmp_path):
    data = frames()
    netcdf.write(data, tmp_path / "frames.nc")
    back = read_frames(tmp_path / "frames.nc")
    xr.testing.assert_identical(back["spin"], data["spin"])
    assert back["spin"].dtype == np.int8
    assert np.abs(back["field"] - data["field"]).max() == 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["frames.nc"]


def test_frames_are_compressed_in_whole_frames_and_flagged(tmp_path):
    netcdf.write(frames(), tmp_path / "frames.nc")
    with netCDF4.Dataset(tmp_path / "frames.nc") as file:
        spin = file["spin"]
        assert spin.dimensions == ("chain", "draw", "y", "x")
        assert spin.chunking()[-2:] == [8, 8]
        assert spin.filters()["zlib"]
        assert spin.flag_values.tolist() == [-1, 1]
        assert spin.flag_meanings == "down up"
        assert all(variable.units == "1" for variable in file.variables.values())
        assert all(variable.long_name for variable in file.variables.values())


def test_the_same_data_are_written_as_the_same_bytes(tmp_path):
    for name in ("a.nc", "b.nc"):
        netcdf.write(frames(), tmp_path / name)
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


def test_a_tree_reads_back(tmp_path):
    tree = xr.DataTree.from_dict({"mc": xr.Dataset({"energy": ("temperature", [1.0, np.nan])})})
    netcdf.write(tree, tmp_path / "tree.nc")
    assert netcdf.read_tree(tmp_path / "tree.nc").equals(tree)


def test_errors_are_linked_to_their_values():
    data = netcdf.describe(xr.Dataset({"energy": 1.0, "energy_error": 0.1}))
    assert data["energy"].attrs["ancillary_variables"] == "energy_error"
    assert data["energy_error"].attrs["long_name"].startswith("standard error of the mean energy")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.drop_vars("spin"), "no variable 'spin'"),
        (lambda data: data.transpose("draw", "chain", "y", "x"), "spin has dimensions"),
        (lambda data: data.isel(x=slice(4)), "frames are square"),
        (lambda data: data.isel(draw=slice(0)), "not empty"),
        (lambda data: data.assign(spin=data["spin"] * 2), "other than -1 and"),
        (lambda data: data.drop_vars("temperature"), "no scalar coordinate 'temperature'"),
        (lambda data: data.assign_coords(temperature=-1.0), "temperature is -1.0"),
        (lambda data: data.assign_attrs(sampling="often"), "'sampling' is 'often'"),
    ],
)
def test_what_breaks_the_contract_is_named_in_one_line(change, message, tmp_path):
    path = tmp_path / "foreign.nc"
    change(frames()).to_netcdf(path)
    with pytest.raises(InputError, match=message) as error:
        read_frames(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


def test_foreign_frames_may_be_floats_without_anything_else(tmp_path):
    path = tmp_path / "foreign.nc"
    spins = frames()["spin"].astype(np.float64)
    spins.attrs = {}
    bare = xr.Dataset({"spin": spins.drop_vars("temperature")}, {"temperature": 2})
    bare.assign_attrs(sampling="independent").to_netcdf(path)
    assert read_frames(path)["spin"].dtype == np.int8


LIKELY = -np.arange(6.0).reshape(2, 3)


def test_probabilities_of_independent_frames_read_back(tmp_path):
    data = frames("independent", log_probability=LIKELY)
    netcdf.write(data, tmp_path / "frames.nc")
    back = read_frames(tmp_path / "frames.nc")["log_probability"]
    assert back.dims == ("chain", "draw")
    assert back.dtype == np.float64
    np.testing.assert_array_equal(back, LIKELY)
    assert back.attrs["units"] == "1"
    assert "logarithm of the probability" in back.attrs["long_name"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"log_probability": -LIKELY}, "finite numbers of at most 0"),
        ({"log_probability": LIKELY - np.inf}, "finite numbers of at most 0"),
        ({"temperature": np.inf}, "at T = inf; allowed are 'independent' and finite T above 0"),
        ({"temperature": 0.0}, "at T = 0.0; allowed are 'independent' and finite T above 0"),
        ({"sampling": "chain"}, "sampling 'chain' at T = 2.3; allowed are 'independent'"),
    ],
)
def test_probabilities_that_make_no_weights_are_named(change, message):
    arguments = {"sampling": "independent", "log_probability": LIKELY} | change
    with pytest.raises(InputError, match=f"^the new frames: log_probability .*{message}"):
        frames(**arguments)


def test_a_probability_for_every_frame():
    data = frames("independent", log_probability=LIKELY)
    with pytest.raises(InputError, match="log_probability has dimensions"):
        check_frames(data.assign(log_probability=("draw", [-1.0] * 3)), "mine.nc")


@pytest.mark.parametrize("number", [np.float32, np.float64, np.int16])
def test_a_temperature_is_what_is_written(number, tmp_path):
    path = tmp_path / "foreign.nc"
    written = number(2.3)
    frames().drop_vars("field").assign_coords(temperature=written).to_netcdf(path)
    assert float(read_frames(path)["temperature"]) == (2 if number is np.int16 else 2.3)


def test_unreadable_files_are_named(tmp_path):
    with pytest.raises(InputError, match=r"gone.nc: no such file"):
        netcdf.read(tmp_path / "gone.nc")
    (tmp_path / "text.nc").write_text("no netCDF")
    with pytest.raises(InputError, match=r"text.nc: not a readable netCDF file"):
        read_frames(tmp_path / "text.nc")


def test_a_file_that_does_not_read_back_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(netcdf, "read", lambda path: xr.Dataset())
    with pytest.raises(OSError, match="the data read back differ"):
        netcdf.write(frames(), tmp_path / "frames.nc")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(InputError, match="it is a folder, a device or a pipe; a file is needed"):
        netcdf.read(tmp_path)


@pytest.mark.parametrize("name", ["~", "s3::run", "http:"])
def test_a_relative_path_is_a_path(name, tmp_path, monkeypatch):
    """Libraries take some for somebody's home, or for a protocol."""
    monkeypatch.chdir(tmp_path)
    netcdf.write(xr.Dataset({"a": 1.0}), Path(name).absolute() / "a.nc")
    assert netcdf.read(f"{name}/a.nc")["a"] == 1
    if name != "~":
        netcdf.write(xr.Dataset({"a": 2.0}), f"{name}/a.nc")
        assert netcdf.read(tmp_path / name / "a.nc")["a"] == 2
