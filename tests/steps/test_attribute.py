"""The file of the parts of the excess specific heat."""

import numpy as np
import pytest

from ising_fidelity.analysis import attribution
from ising_fidelity.exact import finite
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import frames_dataset, read_frames
from ising_fidelity.io import netcdf, variables
from ising_fidelity.steps.attribute import attribute


def write(path, temperature=1.6, size=8, field=True):
    raw = 1 + 0.6 * np.random.default_rng(1).normal(size=(1, 30, size, size))
    spins = np.where(raw >= 0, 1, -1).astype(np.int8)
    data = frames_dataset(spins, temperature, "independent", {}, raw if field else None)
    netcdf.write(data, path)
    return path


def test_parts_their_errors_and_what_they_are_of(tmp_path):
    frames = write(tmp_path / "frames.nc")
    attribute(frames=frames, sweeps=[5, 1, 5], output=tmp_path / "parts.nc", seed=4)
    given, data = read_frames(frames), netcdf.read(tmp_path / "parts.nc")
    field = given["field"].values
    expected = attribution.attribute(given["spin"].values, 1.6, "independent", [1, 5], 4, field)
    for name, (value, error) in expected.items():
        np.testing.assert_array_equal(data[name], value)
        np.testing.assert_array_equal(data[f"{name}_error"], error)
        assert data[name].attrs["ancillary_variables"] == f"{name}_error"
    assert float(data["specific_heat_exact"]) == finite.kaufman(8, 1.6).specific_heat
    assert data["sweeps"].values.tolist() == [0, 1, 5]
    assert data["specific_heat_relaxed"].dims == ("sweeps",)
    assert data["specific_heat_rounding"] != 0
    assert float(data["undecided_share"]) == (np.abs(field) < 0.5).mean()
    assert data.attrs["thermal_sweeps"] == 5
    assert all({"long_name", "units"} <= one.attrs.keys() for one in data.variables.values())


def test_frames_without_a_raw_output_have_no_rounding_and_say_so(tmp_path):
    frames = write(tmp_path / "frames.nc", field=False)
    attribute(frames=frames, sweeps=[1], output=tmp_path / "parts.nc")
    data = netcdf.read(tmp_path / "parts.nc")
    assert data["specific_heat_rounding"] == data["specific_heat_rounding_error"] == 0
    assert np.isnan(data["undecided_share"])
    assert data.attrs["rounding"].startswith("not measured")
    causes = [float(data[f"specific_heat_{cause}"]) for cause in attribution.CAUSES]
    assert sum(causes) == pytest.approx(float(data["specific_heat_excess"]))


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path):
    frames = write(tmp_path / "frames.nc")
    paths = [tmp_path / name for name in ("a.nc", "b.nc", "c.nc")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        attribute(frames=frames, sweeps=[2], output=path, seed=seed)
    first, again, other = (path.read_bytes() for path in paths)
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("changed", "sweeps", "message"),
    [
        ({}, [], r"^sweeps: none; allowed are whole numbers from 1 on"),
        ({}, [2, 0], r"^sweeps: \[0, 2\]; allowed are whole numbers from 1 on"),
        ({"temperature": 0.0}, [1], r"frames.nc: temperature is 0.0; allowed here"),
        ({"temperature": 2.27}, [1], r"frames.nc: temperature is 2.27; allowed here .* 2.269185"),
        ({"size": 1}, [1], r"frames.nc: frames are 1 x 1"),
        ({"field": ("draw", np.zeros(30))}, [1], r"frames.nc: field must have the dimensions"),
        (
            {"field": (variables.FRAME_DIMENSIONS, np.full((1, 30, 8, 8), np.nan))},
            [1],
            r"frames.nc: field must have the dimensions .* finite values",
        ),
    ],
)
def test_bad_input_is_one_line_and_leaves_no_file(changed, sweeps, message, tmp_path):
    arguments = {key: changed[key] for key in ("temperature", "size") if key in changed}
    frames = write(tmp_path / "frames.nc", **arguments)
    if "field" in changed:
        data = netcdf.read(frames).drop_vars("field").assign(field=changed["field"])
        netcdf.write(data, frames)
    with pytest.raises(InputError, match=message) as error:
        attribute(frames=frames, sweeps=sweeps, output=tmp_path / "parts.nc")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "parts.nc").exists()
