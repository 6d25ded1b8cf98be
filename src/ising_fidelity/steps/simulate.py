"""Simulate frames by Monte Carlo at one temperature."""

from pathlib import Path
from typing import Any

import xarray as xr

from ising_fidelity.io import netcdf
from ising_fidelity.montecarlo.dataset import simulated


def simulate(*, output: Path, **parameters: Any) -> xr.Dataset:
    """Write and return frames; for the parameters see :func:`.dataset.simulated`."""
    data = simulated(**parameters)
    netcdf.write(data, output)
    return data
