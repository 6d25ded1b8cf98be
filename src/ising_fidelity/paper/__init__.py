"""Claims and numbers of the paper, and their comparison with a run."""

from importlib.resources import files
from pathlib import Path

CLAIMS = Path(str(files(__name__) / "claims.yaml"))
"""The paper's claims, see :mod:`ising_fidelity.paper.claims`."""

NUMBERS = Path(str(files(__name__) / "numbers.yaml"))
"""The numbers quoted in the paper, see :mod:`ising_fidelity.paper.quoted`."""
