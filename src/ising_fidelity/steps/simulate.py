"""Make frames by Monte Carlo at one temperature."""

from pathlib import Path
from typing import Any

from ising_fidelity.io import netcdf
from ising_fidelity.montecarlo.dataset import simulated


def simulate(*, output: Path, **parameters: Any) -> None:
    """Write frames; parameters are those of :func:`ising_fidelity.montecarlo.dataset.simulated`."""
    netcdf.write(simulated(**parameters), output)
