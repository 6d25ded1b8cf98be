"""The compiled kernels, checked against the sources beside them."""

from ising_fidelity.exceptions import InputError
from ising_fidelity.montecarlo.kernels.sources import FOLDER, sources_hash

REMEDY = "run make install, or pip install where this project is"

try:
    from ising_fidelity.montecarlo.kernels import multispin, single_spin
except ImportError as error:
    raise InputError(f"{FOLDER}: the kernels are not compiled ({error}); {REMEDY}") from None

if {single_spin.SOURCES_HASH, multispin.SOURCES_HASH} != {sources_hash()}:
    raise InputError(f"{FOLDER}: the kernels are compiled from other sources; {REMEDY}")

__all__ = ["multispin", "single_spin"]
