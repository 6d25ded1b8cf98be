"""The shipped config with some keys changed."""

from pathlib import Path

import yaml

from ising_fidelity.config import load

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = ROOT / "config.yaml"
PRESETS = sorted((ROOT / "workflow" / "presets").glob("*.yaml"))

RELAXATION = {"sweeps": [5, 1], "models": ["GAN", "DiffFlip"]}
ATTRIBUTION = {"temperatures": [1, 1.2, 1.234], "sweeps": [1, 5]}
PENALIZED = {"family": "wgan-gp", "training_temperatures": [2.3]}
FINITE_SIZE = {
    "lattice_sizes": [16, 32, 64],
    "temperatures": [2.2, 2.27, 2.3],
    "sources": ["mc", "DiffIsing2"],
}
AUTOREGRESSIVE = {"family": "autoregressive", "training_temperatures": [2.3]}


def changed(folder, **changes):
    """Return the default run with some keys laid over it, as a preset would be."""
    path = folder / "change.yaml"
    path.write_text(yaml.safe_dump(changes))
    return load.load([DEFAULT, path])
