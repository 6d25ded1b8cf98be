"""Files of frames that others have written."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ising_fidelity.exceptions import InputError
from ising_fidelity.io import foreign

SPINS = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (6, 8, 8))
DIMENSIONS = ("chain", "draw", "y", "x")


def dataset(spins=SPINS[None], dimensions=DIMENSIONS, sampling="independent", **more):
    variables = {"spin": (dimensions, spins), "temperature": 2.5} | more
    return xr.Dataset(variables, attrs={"sampling": sampling} if sampling else {})


def write(data, path, **options):
    data.to_netcdf(path, **options)


FILES = {
    "contract.nc": lambda path: write(dataset(), path),
    "no suffix": lambda path: write(dataset(), path),
    "frames.h5": lambda path: write(dataset(), path),
    "classic.nc": lambda path: write(dataset(), path, format="NETCDF3_64BIT"),
    "unlimited.nc": lambda path: write(dataset(), path, unlimited_dims=["draw"]),
    "packed.nc": lambda path: write(
        dataset(SPINS[None].astype(float)),
        path,
        encoding={"spin": {"dtype": "int16", "scale_factor": 0.5, "_FillValue": -9999}},
    ),
    "other name.nc": lambda path: write(dataset().rename(spin="spins"), path),
    "T.nc": lambda path: write(dataset().rename(temperature="T"), path),
    "attribute.nc": lambda path: write(
        dataset().drop_vars("temperature").assign_attrs(temperature=2.5), path
    ),
    "of each.nc": lambda path: write(dataset(temperature=("draw", np.full(6, 2.5))), path),
    "length 1.nc": lambda path: write(dataset(temperature=("t", [2.5])), path),
    "booleans.nc": lambda path: write(dataset(SPINS[None] > 0), path),
    "draws.nc": lambda path: write(dataset(SPINS, DIMENSIONS[1:]), path),
    "transposed.nc": lambda path: write(
        dataset(SPINS[:, None], ("draw", "chain", "y", "x")), path
    ),
    "archive.npz": lambda path: np.savez(path, C=SPINS, T=np.full(6, 2.5)),
    "compressed.npz": lambda path: np.savez_compressed(path, spin=SPINS > 0, temperature=2.5),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_files_of_every_kind(name, tmp_path):
    path = tmp_path / name
    FILES[name](path)
    (found,) = foreign.find(path)
    np.testing.assert_array_equal(found.spins, SPINS[None])
    assert found.temperature == 2.5
    assert found.sampling == (None if name.endswith(".npz") else "independent")


def test_one_array_has_its_temperature_in_its_name(tmp_path):
    path = tmp_path / "run_T=2.30.npy"
    np.save(path, SPINS)
    (found,) = foreign.find(path)
    assert found.temperature is None
    assert found.said == ("6 frames of one chain, in this order",)
    assert foreign.temperature_in_name(path) == 2.3


@pytest.mark.parametrize(
    ("name", "temperature"),
    [
        ("T2.30.nc", 2.3), ("T3.nc", 3.0), ("L64_T2.269185_s1.npz", 2.269185), ("T_2.5.npy", 2.5),
        ("T_1e6.nc", 1e6),
        ("frames.npy", None), ("SWIFT2.nc", None), ("T2.3_T2.4.nc", None), ("T2.3_T=2.30.nc", 2.3),
    ],
)  # fmt: skip
def test_temperatures_in_names(name, temperature):
    assert foreign.temperature_in_name(Path(name)) == temperature


def test_frames_of_several_temperatures_are_told_apart(tmp_path):
    T = np.array([2.0, 3.0, 2.0, 3.0, 2.0, 2.0])
    np.savez(tmp_path / "all.npz", spins=SPINS, T=T)
    cold, hot = foreign.find(tmp_path / "all.npz")
    assert (cold.temperature, hot.temperature) == (2.0, 3.0)
    np.testing.assert_array_equal(cold.spins[0], SPINS[T == 2.0])
    np.testing.assert_array_equal(hot.spins[0], SPINS[T == 3.0])


def test_what_cannot_be_told_is_refused_with_what_decides(tmp_path):
    path = tmp_path / "two.npz"
    np.savez(path, a=SPINS, b=SPINS)
    with pytest.raises(InputError, match=r"which array the frames are: a, b may be; variable: de"):
        foreign.find(path)
    (found,) = foreign.find(path, variable="b")
    assert found.said[0] == "frames in 'b'"
    with pytest.raises(InputError, match=r"variable: no array 'c'; there are: a, b"):
        foreign.find(path, variable="c")
    np.savez(path, T=[1.0])
    with pytest.raises(InputError, match="no array may be"):
        foreign.find(path)
    np.savez(path, s=SPINS, T=2.0, temperature=2.1)
    with pytest.raises(InputError, match="temperature and T are different temperatures"):
        foreign.find(path)
    np.savez(path, s=SPINS, T=[2.0, 2.1])
    with pytest.raises(InputError, match="2 temperatures of 6 frames"):
        foreign.find(path)
    np.savez(path, s=SPINS, T=-2.0)
    with pytest.raises(InputError, match="allowed are numbers >= 0"):
        foreign.find(path)
    np.save(tmp_path / "o.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(InputError, match="not readable by NumPy"):
        foreign.find(tmp_path / "o.npy")
    (tmp_path / "text.npy").write_text("no frames")
    with pytest.raises(InputError, match="not a readable netCDF file"):
        foreign.find(tmp_path / "text.npy")
