"""Metropolised frames: the chain's states, its attributes, and files that are refused."""

import numpy as np
import pytest

from ising_fidelity import lattice
from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import frames_dataset, read_frames
from ising_fidelity.io import netcdf
from ising_fidelity.montecarlo.independence import independence_chain
from ising_fidelity.steps.metropolise import metropolise

T, SITES = 2.3, 16


@pytest.fixture
def spins():
    return (2 * np.random.default_rng(1).integers(0, 2, (1, 40, 4, 4)) - 1).astype(np.int8)


@pytest.fixture
def path(tmp_path, spins):
    log_q = np.full((1, 40), -SITES * np.log(2))
    data = frames_dataset(spins, T, "independent", {"title": "Mine"}, log_probability=log_q)
    netcdf.write(data, tmp_path / "frames.nc")
    return tmp_path / "frames.nc"


def test_frames_are_the_states_of_the_chain(path, spins, tmp_path):
    metropolise(frames=path, seed=3, output=tmp_path / "out.nc")
    data = read_frames(tmp_path / "out.nc")
    states, rate = independence_chain(-SITES * lattice.energy(spins[0]) / T, seed=3)
    assert np.array_equal(data["spin"].values, spins[:, states])
    assert data.attrs["sampling"] == "chain"
    assert data.attrs["acceptance_rate"] == rate
    assert data.attrs["title"] == "Mine, metropolised"
    assert "log_probability" not in data


def test_frames_without_a_probability_are_refused(tmp_path, spins):
    netcdf.write(frames_dataset(spins, T, "independent", {}), tmp_path / "frames.nc")
    with pytest.raises(InputError, match="no variable 'log_probability'"):
        metropolise(frames=tmp_path / "frames.nc", seed=1, output=tmp_path / "out.nc")
