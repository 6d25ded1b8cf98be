"""The file of exact results."""

import numpy as np
import pytest

from ising_fidelity.exact import finite, infinite, levels
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf
from ising_fidelity.steps.solve import solve


def test_temperatures_are_sorted_and_count_once(tmp_path):
    path = tmp_path / "exact.nc"
    solve(lattice_size=16, temperatures=["2.40", "1.00", "2.40", "2.269185"], output=path)
    data = netcdf.read(path)
    assert data["temperature"].values.tolist() == [1.0, 2.269185, 2.4]
    assert data.attrs["lattice_size"] == 16
    assert data["energy"][2] == finite.kaufman(16, 2.4).energy
    assert data["specific_heat"][2] == finite.kaufman(16, 2.4).specific_heat
    assert data["energy_infinite"][0] == infinite.onsager_energy(1.0)
    assert data["specific_heat_infinite"][0] == infinite.onsager_specific_heat(1.0)
    assert data["magnetization_infinite"].values[2] == 0
    np.testing.assert_allclose(
        data["free_energy"], data["energy"] - data["temperature"] * data["entropy"], rtol=1e-12
    )
    assert all("long_name" in data[name].attrs for name in data.variables)
    energies, probabilities = levels.energy_distribution(16, 2.4)
    assert data["energy_level"].values.tolist() == energies.tolist()
    assert data["energy_probability"].values[2].tolist() == probabilities.tolist()
    assert data["distance"].values.tolist() == list(range(9))
    along_axes, along_diagonals = (
        data["correlation_infinite"],
        data["correlation_diagonal_infinite"],
    )
    assert along_axes.values[2].tolist() == infinite.correlation_infinite(2.4, range(9)).tolist()
    assert (along_diagonals[1:, 1:] < along_axes[1:, 1:]).all()


def test_energies_of_odd_and_of_large_lattices_have_no_distribution(tmp_path):
    for size in (5, 34):
        solve(lattice_size=size, temperatures=["2.40"], output=tmp_path / "exact.nc")
        assert "energy_probability" not in netcdf.read(tmp_path / "exact.nc")


def test_temperatures_are_needed(tmp_path):
    with pytest.raises(InputError, match=r"^temperature: none given"):
        solve(lattice_size=8, temperatures=[], output=tmp_path / "e.nc")
    assert not list(tmp_path.iterdir())
