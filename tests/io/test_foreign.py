"""Files of frames that others have written."""

import numpy as np
import pytest
import xarray as xr

from ising_fidelity.api import load_frames
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import foreign, foreign_temperatures

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
    "attribute of text.nc": lambda path: write(
        dataset().assign_attrs(temperature="2.50"), path
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
    assert found.said == ()
    assert foreign_temperatures.in_name(path.name) == 2.3


@pytest.mark.parametrize(
    ("name", "temperature"),
    [
        ("T2.30.nc", 2.3), ("T3.nc", 3.0), ("L64_T2.269185_s1.npz", 2.269185), ("T_2.5.npy", 2.5),
        ("T_1e6.nc", 1e6),
        ("frames.npy", None), ("SWIFT2.nc", None), ("T2.3_T2.4.nc", None), ("T2.3_T=2.30.nc", 2.3),
    ],
)  # fmt: skip
def test_temperatures_in_names(name, temperature):
    assert foreign_temperatures.in_name(name) == temperature


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
    with pytest.raises(InputError, match=r"the array of frames: a, b may be; variable: de"):
        foreign.find(path)
    (found,) = foreign.find(path, variable="b")
    assert found.said[0] == "frames in 'b'"
    with pytest.raises(InputError, match=r"variable: no array 'c'; there are: a, b"):
        foreign.find(path, variable="c")
    np.savez(path, T=[1.0])
    with pytest.raises(
        InputError, match=r"no array of numbers with two axes or more; there are: T \(1,\)"
    ):
        foreign.find(path)
    np.savez(path, s=SPINS, T=2.0, temperature=2.1)
    with pytest.raises(InputError, match="temperature and T are different temperatures"):
        foreign.find(path)
    np.savez(path, s=SPINS, T=[2.0, 2.1])
    with pytest.raises(InputError, match=r"2 temperatures of frames of shape \(6, 8, 8\)"):
        foreign.find(path)
    np.savez(path, s=SPINS, T=-2.0)
    with pytest.raises(InputError, match="allowed are numbers >= 0"):
        foreign.find(path)
    np.save(tmp_path / "o.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(InputError, match="not readable by NumPy"):
        foreign.find(tmp_path / "o.npy")
    (tmp_path / "text.npy").write_text("no frames")
    with pytest.raises(InputError, match="netCDF or HDF5 file by its first bytes"):
        foreign.find(tmp_path / "text.npy")


SERIES = np.random.default_rng(2).choice(np.array([-1, 1], np.int8), (3, 5, 8, 8))
THREE = np.array([2.0, 2.5, 3.0])


def groups(path, names=("T=2.00", "T=2.50", "T=3.00"), **attributes):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        for name, spins in zip(names, SERIES, strict=True):
            file[f"runs/{name}/spins"] = spins
        file.attrs.update(attributes)


def with_attribute(path, name, value):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        file["spins"] = SERIES[0]
        file["spins"].attrs[name] = value


def of_axis(path, dimensions, name="T", values=THREE):
    axis = dimensions.index(name)
    spins = np.moveaxis(SERIES, 0, axis)
    xr.Dataset({"s": (dimensions, spins)}, {name: values}).to_netcdf(path)


SEVERAL = {
    "first axis.npz": lambda path: np.savez(path, s=SERIES, T=THREE),
    "bits.npz": lambda path: np.savez(path, s=(SERIES + 1) // 2, T=THREE),
    "second axis.npz": lambda path: np.savez(path, s=SERIES.swapaxes(0, 1), T=THREE),
    "falling.npz": lambda path: np.savez(path, s=SERIES[::-1], T=THREE[::-1]),
    "chains of each.npz": lambda path: np.savez(path, s=SERIES[:, None], T=THREE),
    "T of each.npz": lambda path: np.savez(path, s=SERIES, T=np.repeat(THREE, 5).reshape(3, 5)),
    "beta.npz": lambda path: np.savez(path, s=SERIES, beta=1 / THREE),
    "names.nc": lambda path: of_axis(path, ("T", "sample", "row", "col")),
    "names in another order.nc": lambda path: of_axis(path, ("time", "lat", "temperature", "lon"),
                                                      "temperature"),
    "by position.nc": lambda path: of_axis(path, ("temperature", "k", "i", "j"), "temperature"),
    "inverse.nc": lambda path: of_axis(path, ("beta", "n", "y", "x"), "beta", 1 / THREE),
    "groups.h5": groups,
    "groups of an inverse.h5": lambda path: groups(path, ("beta0.5", "beta0.4", "T3")),
}  # fmt: skip


@pytest.mark.parametrize("name", SEVERAL)
def test_several_temperatures_of_one_file(name, tmp_path):
    path = tmp_path / name
    SEVERAL[name](path)
    found = load_frames(path)
    assert list(found) == [2.0, 2.5, 3.0]
    for frames, spins in zip(found.values(), SERIES, strict=True):
        np.testing.assert_array_equal(frames.spins, spins[None])


@pytest.mark.parametrize(("name", "value"), [("T", 2.5), ("temperature", 2.5), ("beta", 0.4)])
def test_an_array_has_its_temperature_among_its_attributes(name, value, tmp_path):
    with_attribute(tmp_path / "frames.h5", name, value)
    (found,) = foreign.find(tmp_path / "frames.h5")
    assert found.temperature == 2.5
    np.testing.assert_array_equal(found.spins, SERIES[0][None])


def test_axes_that_two_readings_fit_are_refused(tmp_path):
    path = tmp_path / "square.npz"
    np.savez(path, s=SERIES[:, :3], T=THREE)
    with pytest.raises(InputError, match=r"axes 0 or 1 .*T of shape \(3, 3\), one for each frame"):
        foreign.find(path)
    xr.Dataset({"s": (("T", "draw", "y", "x"), SERIES)}).to_netcdf(tmp_path / "no values.nc")
    with pytest.raises(InputError, match="no temperatures along the axis 'T'"):
        foreign.find(tmp_path / "no values.nc")
    np.savez(path, s=SERIES[0], T=2.0, beta=0.4)
    with pytest.raises(InputError, match="T is not the inverse of beta"):
        foreign.find(path)


def test_a_tree_of_single_frames_is_read_with_the_temperatures_of_its_folders(tmp_path):
    for T, frames in zip(THREE, SERIES, strict=True):
        for index, frame in enumerate(frames):
            path = tmp_path / "T9" / f"T{T}" / f"frame_{index}.npy"
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, frame)
    found = load_frames(tmp_path)
    assert list(found) == [2.0, 2.5, 3.0]
    for frames, spins in zip(found.values(), SERIES, strict=True):
        np.testing.assert_array_equal(frames.spins, spins[None])
        assert frames.said[0] == "5 files"


def test_a_matrix_of_two_meanings_is_told_by_its_size(tmp_path):
    rows = np.random.default_rng(1).choice([-1, 1], (16, 16))
    np.save(tmp_path / "T2.npy", rows)
    with pytest.raises(InputError, match="L: 16 or 4 decides"):
        load_frames(tmp_path / "T2.npy")
    assert load_frames(tmp_path / "T2.npy", L=16).spins.shape == (1, 1, 16, 16)
    assert load_frames(tmp_path / "T2.npy", L=4).spins.shape == (1, 16, 4, 4)
    with pytest.raises(InputError, match="shape"):
        load_frames(tmp_path / "T2.npy", L=8)


def test_arrays_of_other_numbers_are_no_frames(tmp_path):
    energy = np.random.default_rng(1).normal(size=(3, 5))
    np.savez(tmp_path / "more.npz", spins=SERIES, T=THREE, energy=energy)
    assert list(load_frames(tmp_path / "more.npz")) == [2.0, 2.5, 3.0]


def test_arrays_that_say_their_own_temperature_are_all_read(tmp_path):
    named = {f"T={T}": spins for T, spins in zip(THREE, SERIES, strict=True)}
    np.savez(tmp_path / "keys.npz", **named)
    found = load_frames(tmp_path / "keys.npz")
    assert list(found) == [2.0, 2.5, 3.0]
    np.testing.assert_array_equal(found[2.5].spins, SERIES[1][None])
    assert load_frames(tmp_path / "keys.npz", variable="T=3.0").T == 3.0


def test_temperatures_along_an_axis_may_be_given(tmp_path):
    np.save(tmp_path / "all.npy", SERIES)
    assert list(load_frames(tmp_path / "all.npy", T=THREE)) == [2.0, 2.5, 3.0]
    with pytest.raises(InputError, match="distinct numbers >= 0"):
        load_frames(tmp_path / "all.npy", T=[2.0, 2.0, 3.0])
    with pytest.raises(InputError, match="paths: float; allowed are names of files"):
        load_frames({2.0: SERIES[0]})


def test_a_name_may_have_p_for_a_decimal_point(tmp_path):
    np.save(tmp_path / "spins_2p27.npy", SERIES[0])
    assert load_frames(tmp_path / "spins_2p27.npy", pattern="spins_{T}").T == 2.27


def test_frames_below_each_other_are_told_from_rows(tmp_path):
    np.save(tmp_path / "T2.npy", SERIES[0].reshape(-1, 8))
    np.testing.assert_array_equal(load_frames(tmp_path / "T2.npy").spins, SERIES[0][None])
    np.save(tmp_path / "T3.npy", np.ones((64, 16), np.int8))
    with pytest.raises(InputError, match="4 frames of L = 16, or 64 frames of L = 4 in rows; L:"):
        load_frames(tmp_path / "T3.npy")


def test_a_header_that_promises_too_much_is_named(tmp_path):
    path = tmp_path / "T2.30.npy"
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (10**15, 64, 64), }"
    header = header.replace(b"10**15", b"1" + b"0" * 15).ljust(117) + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    with pytest.raises(InputError, match=f"{path}: not readable by NumPy"):
        foreign.find(path)
