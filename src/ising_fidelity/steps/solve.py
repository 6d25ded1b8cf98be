"""Exact results for one lattice at some temperatures."""

from collections.abc import Sequence
from pathlib import Path

from ising_fidelity.exact.dataset import solved
from ising_fidelity.io import netcdf


def solve(*, lattice_size: int, temperatures: Sequence[str], output: Path) -> None:
    """Write exact results; parameters are those of :func:`ising_fidelity.exact.dataset.solved`."""
    netcdf.write(solved(lattice_size, temperatures), output)
