"""What the paper says, once, and what a run says of it."""

from importlib.resources import files
from pathlib import Path

CLAIMS = Path(str(files(__name__) / "claims.yaml"))
"""What the paper claims, see :mod:`ising_fidelity.paper.claims`."""

NUMBERS = Path(str(files(__name__) / "numbers.yaml"))
"""The numbers that it quotes, see :mod:`ising_fidelity.paper.quoted`."""
