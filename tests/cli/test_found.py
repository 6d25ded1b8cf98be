"""The line that says what a command found."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ising_fidelity import Frames, measure
from ising_fidelity.cli import found
from ising_fidelity.io import netcdf
from ising_fidelity.observables.headline import NAMES, headline

COMMAND = Path(sys.executable).parent / "ising-fidelity"
SPINS = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (2, 30, 8, 8))
NUMBER = r"-?[0-9.]+ ± [0-9.]+"
LINE = re.compile(
    rf"u = {NUMBER}, C = {NUMBER}, \|m\| = {NUMBER}, chi = {NUMBER} "
    r"\((\d+) frames, L = 8, T = 2.30\)"
)


def run(*arguments, cwd):
    command = [str(COMMAND), *map(str, arguments)]
    within = os.environ | {"PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, cwd=cwd, env=within, capture_output=True, encoding="utf-8",
                          check=False)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Give a folder with files of frames and a reference."""
    folder = tmp_path_factory.mktemp("found")
    netcdf.write(Frames(SPINS, 2.3).dataset(), folder / "frames.nc")
    up = np.random.default_rng(2).choice(np.array([-1, 1, 1], np.int8), SPINS.shape)
    netcdf.write(Frames(up, 2.3).dataset(), folder / "up.nc")
    return folder


SIMULATE = [
    "simulate", "--lattice-size", 8, "--temperature", 2.3, "--sampler", "cluster", "--frames", 20,
    "--chains", 5, "--thermalization", 10, "--spacing", 1, "--seed", 1, "--output", "mc.nc",
]  # fmt: skip
MEASURE = ["measure", "--output", "o.nc", "frames.nc"]
COMPARE = ["compare", "--reference", "up.nc", "--output", "c.nc", "frames.nc"]


@pytest.mark.parametrize(("command", "frames"), [(SIMULATE, 20), (MEASURE, 60)])
def test_frames_are_known_by_four_numbers(command, frames, folder):
    done = run(*command, cwd=folder)
    (line,) = done.stderr.splitlines()
    assert int(LINE.fullmatch(line)[1]) == frames
    assert (done.returncode, done.stdout) == (0, "")


def test_the_worst_distance_is_named(folder):
    (line,) = run(*COMPARE, cwd=folder).stderr.splitlines()
    data = netcdf.read(folder / "c.nc")
    z = {name: float(data[name]) for name in data if str(name).endswith("_z")}
    worst = max(z, key=lambda name: z[name])
    assert line.startswith(f"largest z = {z[worst]:.3g}, of {worst.removesuffix('_z')} = ")


@pytest.mark.parametrize("command", [SIMULATE, MEASURE, COMPARE])
def test_nothing_is_said_where_it_is_not_wanted(command, folder):
    done = run(*command, "--quiet", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("sampling", ["chain", "independent"])
def test_the_numbers_are_those_that_are_measured(sampling):
    frames = Frames(SPINS, 2.3, sampling)
    quick, whole = headline(frames.dataset()), measure(frames)
    for name in NAMES:
        expected = float(whole[name]), float(whole[f"{name}_error"])
        np.testing.assert_allclose(quick[name], expected, rtol=1e-10)


def test_a_single_frame_has_no_fluctuations():
    line = found.in_frames(Frames(SPINS[:1, :1], 2.3).dataset())
    assert re.fullmatch(r"u = \S+, \|m\| = \S+ \(1 frame, L = 8, T = 2.30\)", line)


def test_no_fluctuations_are_known_at_zero_temperature():
    line = found.in_frames(Frames(np.ones((1, 9, 4, 4), np.int8), 0.0).dataset())
    assert line == "u = -2, |m| = 1 (9 frames, L = 4, T = 0.00)"


def test_distances_without_a_noise_floor():
    data = xr.Dataset({"energy_ks": 0.1, "energy_ks_error": 0.1, "energy_ks_z": np.nan})
    assert found.in_distances(data) == "no distance could be compared with its noise floor"
