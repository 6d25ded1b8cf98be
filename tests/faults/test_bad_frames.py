"""Files that are damaged, break the contract of frames or are of another kind."""

import shutil
import sys

import numpy as np
import pytest
import xarray as xr

from ising_fidelity.cli.main import main
from ising_fidelity.frames import frames_dataset
from ising_fidelity.io import netcdf

from .conftest import DAMAGED, ROOT


def frames(shape=(2, 6, 8, 8), temperature=2.3, sampling="chain", **attributes):
    spins = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), shape)
    return frames_dataset(spins, temperature, sampling, attributes)


GOOD = frames()
FRAMES = {
    "of another schema": (
        xr.Dataset({"tas": (("lat", "lon"), np.ones((3, 4)))}),
        "no variable 'spin'; a file of frames has spin(chain, draw, y, x)",
    ),
    "of two dimensions": (
        GOOD.isel(chain=0, draw=0).drop_vars("temperature").assign_coords(temperature=2.3),
        "spin has dimensions ('y', 'x'); allowed are ('chain', 'draw', 'y', 'x')",
    ),
    "oblong": (GOOD.isel(x=slice(4)), "spin has shape (2, 6, 8, 4); frames are square"),
    "without a frame": (GOOD.isel(draw=slice(0)), "frames are square and not empty"),
    "of spins 0 and 1": (
        GOOD.assign(spin=(GOOD["spin"] + 1) // 2),
        "spin has values other than -1 and +1",
    ),
    "of spins NaN": (
        GOOD.assign(spin=GOOD["spin"].astype(float).where(GOOD["spin"] > 0)),
        "spin has values other than -1 and +1",
    ),
    "of spins that stand for missing ones": (
        GOOD.assign(spin=GOOD["spin"].variable._replace(encoding={"_FillValue": -1})),
        "spin has values other than -1 and +1, as its fill value -1 stands for missing ones",
    ),
    "of spins in letters": (
        GOOD.assign(spin=GOOD["spin"].astype(str)),
        "spin has values other than -1 and +1",
    ),
    "without T": (GOOD.drop_vars("temperature"), "no scalar coordinate 'temperature'"),
    "of several T": (
        GOOD.drop_vars("temperature").assign_coords(temperature=("chain", [2.0, 2.3])),
        "no scalar coordinate 'temperature'",
    ),
    "of T NaN": (GOOD.assign_coords(temperature=np.nan), "temperature is nan; allowed are numbers"),
    "of T < 0": (GOOD.assign_coords(temperature=-1.0), "temperature is -1.0; allowed are numbers"),
    "of T without a name": (GOOD.assign_coords(temperature=1e-300), "temperature is 1e-300; allow"),
    "of T of 300 digits": (
        GOOD.assign_coords(temperature=1e300),
        "temperature 1e+300 has more than 15 digits",
    ),
    "of T in words": (GOOD.assign_coords(temperature="warm"), "temperature is warm; allowed are"),
    "without sampling": (GOOD.drop_attrs(), "attribute 'sampling' is None; allowed are"),
    "of two samplings": (
        GOOD.assign_attrs(sampling=[1, 2]),
        "attribute 'sampling' is array([1, 2])",
    ),
    "of one site": (frames((1, 4, 1, 1)), "frames are 1 x 1; allowed are lattices from 2 x 2 on"),
}


@pytest.mark.parametrize(("data", "message"), FRAMES.values(), ids=FRAMES)
def test_frames_that_break_the_contract(data, message, refused, tmp_path):
    path = tmp_path / "foreign.nc"
    data.to_netcdf(path)
    line = refused("measure", "--output", "observables.nc", path)
    assert line.startswith(f"ising-fidelity: {path}: ")
    assert message in line


def inverted(content):
    """Damage what is compressed, and leave what describes it."""
    middle = len(content) // 2
    return content[:middle] + bytes(255 - byte for byte in content[middle : middle + 400]) + (
        content[middle + 400 :]
    )  # fmt: skip


DAMAGE = DAMAGED | {"damaged": inverted, "no netCDF": lambda content: b"spins"}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("verb", ["measure", "relax", "train"])
def test_damaged_netcdf(damage, verb, refused, tmp_path):
    path = tmp_path / "frames.nc"
    netcdf.write(frames((2, 200, 16, 16)), path)
    path.write_bytes(damage(path.read_bytes()))
    config = ["--config", ROOT / "config.yaml", "--model", "GAN"]
    more = {"measure": [], "relax": ["--sweeps", 1, "--seed", 1], "train": config}[verb]
    line = refused(verb, *more, "--output", "output.nc", path)
    assert line.startswith(f"ising-fidelity: {path}: not a readable netCDF file (")


@pytest.fixture
def others(tmp_path):
    """Give files that are in order, and not of the kind that is asked for."""
    place = tmp_path / "observables" / "mc" / "T2.30.nc"
    netcdf.write(GOOD, place)
    for name in ("fidelity.nc", "exact.nc"):
        shutil.copy(place, tmp_path / name)
    netcdf.write(frames(energy_tau_int="long"), tmp_path / "frames.nc")
    netcdf.write(frames(relaxation_sweeps="many"), tmp_path / "relaxed.nc")
    netcdf.write(frames(temperature=2.4), tmp_path / "warmer.nc")
    netcdf.write(frames((1, 4, 6, 6)), tmp_path / "smaller.nc")
    (tmp_path / "link.nc").symlink_to("observables/mc/../mc/T2.30.nc")
    (tmp_path / "claims.yaml").write_text("- {id: a, test: 5}")
    return tmp_path


SCORE = ["score", "--fidelity", "fidelity.nc", "--exact", "frames.nc", "--reference", "mc",
         "--output", "s.csv", "--table", "s.html"]  # fmt: skip
OTHERS = {
    "frames for observables": (
        ["merge", "--output", "o.nc", "observables/mc/T2.30.nc"],
        "observables/mc/T2.30.nc: no variable 'energy'; a file that measure writes is needed",
    ),
    "frames for a run": (SCORE, "--reference: mc is not a source of fidelity.nc"),
    "a number for a list": (
        [*SCORE, "--training-temperatures", '{"GAN": 5}'],
        "--training-temperatures: GAN: a list of strings is needed",
    ),
    "JSON cut off": ([*SCORE, "--repeats", "{"], "--repeats: not valid JSON"),
    "claims of another form": ([*SCORE, "--claims", "claims.yaml"], "claims.yaml: a: "),
    "frames for a figure": (
        ["plot", "--figure", "fig6", "--output", "f.svg", "fidelity.nc", "exact.nc"],
        "fig6: the files have no sources",
    ),
    "another suffix": (
        ["plot", "--figure", "fig6", "--output", "f.pdf", "fidelity.nc"],
        "f.pdf: allowed are paths ending in .svg or .png",
    ),
    "no pattern": (
        ["plot", "--figure", "fig6", "--output", "f.svg", "--foreign", '{"a": "b"}', "fidelity.nc"],
        "--foreign: a: a path with one {T} in it is needed",
    ),
    "frames for exponents": (
        ["scale", "--output", "o.nc", "frames.nc"],
        "frames.nc: no magnetization_series; allowed are files written by measure",
    ),
    "a count in words": (
        ["relax", "--sweeps", 1, "--seed", 1, "--output", "o.nc", "relaxed.nc"],
        "relaxed.nc: attribute relaxation_sweeps is 'many'; allowed are whole numbers",
    ),
    "sweeps without end": (
        ["relax", "--sweeps", 10**30, "--seed", 1, "--output", "o.nc", "frames.nc"],
        f"--sweeps: {10**30}; allowed are whole numbers from 0 on, up to 1000000000",
    ),
    "another temperature": (
        ["compare", "--reference", "warmer.nc", "--output", "o.nc", "frames.nc"],
        "frames.nc: temperature is 2.3; allowed is 2.4, that of warmer.nc",
    ),
    "another lattice": (
        ["compare", "--reference", "smaller.nc", "--output", "o.nc", "frames.nc"],
        "frames.nc: frames are 8 x 8; allowed are 6 x 6, those of smaller.nc; in a run, latt",
    ),
    "no lattice": (
        ["solve", "--lattice-size", 0, "--temperature", 2, "--output", "o.nc"],
        "--lattice-size: 0; allowed are whole numbers from 2 on",
    ),
    "exact results at T = 0": (
        ["solve", "--lattice-size", 8, "--temperature", 0, "--output", "o.nc"],
        "--temperature: 0.0; allowed are numbers above 0",
    ),
    "no such verb": (["paint"], "paint"),
    "no such flag": (["measure", "--colour"], "--colour"),
    "no such file": (["measure", "--output", "o.nc", "gone.nc"], "gone.nc: no such file"),
    "no such model": (
        ["sample", "--model", "gone", "--temperature", 2, "--frames", 1, "--lattice-size", 8,
         "--seed", 1, "--output", "o.nc"],
        "no shipped model 'gone'; allowed are DecimationAR-L64, DiffIsing3-L64, DiffIsing3-wide",
    ),
    "no such model in a config": (
        ["train", "--config", ROOT / "config.yaml", "--model", "VAE", "--output", "m", "f.nc"],
        "--model: no VAE in models: of the config; there are: DiffIsing1, DiffIsing2, ",
    ),
    "no such config": (
        ["train", "--config", "gone.yaml", "--model", "GAN", "--output", "m", "f.nc"],
        "gone.yaml: cannot be read",
    ),
    "no such figure": (
        ["plot", "--figure", "fig99", "--output", "f.svg", "gone.nc"],
        "--figure: no 'fig99'; allowed are fig1a, fig1b",
    ),
    "neither sampler nor model": (
        ["equilibrate", "--temperature", 2, "--lattice-size", 8, "--starts", 1, "--seed", 1,
         "--output", "o.nc"],
        "either --sampler or --model",
    ),
    "a temperature that is given twice": (
        ["simulate", "--temperature", 2, "--lattice-size", 8, "--temperature=3", "--seed", 1],
        "--temperature: given 2 times; allowed is once",
    ),
    "an output that is read": (
        ["measure", "--output", "frames.nc", "frames.nc"],
        "frames.nc: given as input and output, or twice as output; allowed are different files",
    ),
    "an output that is read by another name": (
        ["merge", "--output", "link.nc", "exact.nc", "observables/mc/T2.30.nc"],
        "link.nc: given as input and output",
    ),
    "two outputs in one file": (
        [*SCORE[:-1], "s.csv"],
        "s.csv: given as input and output, or twice as output",
    ),
    "a folder for a file": (
        ["measure", "--output", "o.nc", "observables"],
        "observables: it is a folder, a device or a pipe; a file is needed",
    ),
    "no frames to relax": (
        ["relax", "--sweeps", 5, "--seed", 1, "--output", "o.nc", "gone.nc"],
        "gone.nc: no such file",
    ),
    "sweeps below 0": (
        ["relax", "--sweeps", -1, "--seed", 1, "--output", "o.nc", "gone.nc"],
        "--sweeps: -1; allowed are",
    ),
    "no sweeps between parts": (
        ["attribute", "--sweeps", 0, "--output", "o.nc", "gone.nc"],
        "--sweeps: [0]; allowed are whole numbers from 1 on",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), OTHERS.values(), ids=OTHERS)
def test_files_of_another_kind(arguments, message, refused, others):
    assert message in refused(*arguments)


def test_what_a_file_says_of_its_chain_is_believed_where_it_can_be(others, monkeypatch):
    """An autocorrelation time in words, of someone else's file, is found from the frames."""
    monkeypatch.chdir(others)
    frames_and_reference = ["--reference", "observables/mc/T2.30.nc", "frames.nc"]
    monkeypatch.setattr(
        sys, "argv", ["ising-fidelity", "compare", "--output", "o.nc", *frames_and_reference]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
