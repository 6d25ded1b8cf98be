"""A user's own files are checked against the config before anything is made."""

import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from ising_fidelity.exceptions import InputError
from ising_fidelity.run.sources import check_own_files, own_files

from ..configs import changed

NAMES = {"2.125": "T2.125.nc", "3.3333333": "T3.3333333.nc"}


def write(path, size=6, temperature=None, **changes):
    """Write frames as a user might, of the T that the name has if no other is given."""
    values = np.ones((1, 4, size, size), np.int8)
    values[0, 1, 2, 3] = changes.get("value", -1)
    if temperature is None:
        temperature = float(path.stem.removeprefix("T"))
    attributes = {"sampling": changes.get("sampling", "independent")}
    dimensions = changes.get("dimensions", ("chain", "draw", "y", "x"))
    coordinates = {"temperature": temperature}
    xr.Dataset({"spin": (dimensions, values)}, coordinates, attributes).to_netcdf(path)


@pytest.fixture
def run(tmp_path):
    """Give a run at L = 6 with frames made elsewhere, which are there and in order."""
    for name in NAMES.values():
        write(tmp_path / name)
    off = dict.fromkeys(("DiffIsing1", "DiffIsing2", "DiffFlip", "DiffIsing3", "GAN", "GAN-M"))
    sources = {"mine": {"frames": f"{tmp_path}/T{{T}}.nc"}}
    return changed(tmp_path, lattice_size=6, temperatures=[*NAMES], models=off, sources=sources)


def test_files_that_are_of_the_run_are_taken(run, tmp_path):
    assert [path for _, _, path in own_files(run)] == [tmp_path / one for one in NAMES.values()]
    for values in (True, False):
        check_own_files(run, values)


def test_single_precision_is_the_same_temperature(run, tmp_path):
    write(tmp_path / "T3.3333333.nc", temperature=np.float32(3.3333333))
    check_own_files(run)


OF_THE_OUTLINE = {
    "another T": ({"temperature": 2.625}, "temperature is 2.625; allowed is 2.125, as "),
    "another L": ({"size": 16}, "frames are 16 x 16; allowed are 6 x 6, set by lattice_size: in"),
    "no sampling": ({"sampling": "iid"}, "attribute 'sampling' is 'iid'; allowed are 'chain' "),
    "other axes": ({"dimensions": ("n", "draw", "y", "x")}, "spin has dimensions"),
    "no T": ({"temperature": -1.0}, "temperature is -1.0; allowed are numbers >= 0"),
}


@pytest.mark.parametrize("values", [True, False])
@pytest.mark.parametrize(("changes", "text"), OF_THE_OUTLINE.values(), ids=OF_THE_OUTLINE)
def test_what_is_wrong_is_said_with_the_source_the_file_and_the_key(
    changes, text, values, run, tmp_path
):
    write(tmp_path / "T2.125.nc", **changes)
    with pytest.raises(InputError) as error:
        check_own_files(run, values)
    place = f"config: sources.mine.frames: {tmp_path / 'T2.125.nc'}: "
    assert str(error.value).startswith(place + text)


def test_values_are_looked_at_where_spins_are_read(run, tmp_path):
    write(tmp_path / "T3.3333333.nc", value=0)
    check_own_files(run, values=False)
    with pytest.raises(InputError, match=r"mine.frames: .*T3.3333333.nc: spin has values other"):
        check_own_files(run)


def test_a_file_that_is_none_is_named_and_one_that_is_missing_is_left_to_snakemake(run, tmp_path):
    (tmp_path / "T2.125.nc").write_bytes(b"spins")
    for values in (True, False):
        with pytest.raises(InputError, match=r"^config: sources.mine.frames: .*T2.125.nc: not a r"):
            check_own_files(run, values)
    (tmp_path / "T2.125.nc").unlink()
    check_own_files(run)


def test_a_run_without_own_files_imports_nothing_for_them():
    """Every plan, and every job on another machine, asks."""
    code = "import sys; import ising_fidelity.run.sources; sys.exit('xarray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
