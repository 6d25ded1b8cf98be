"""Write a trained model for shipping, with weights in bfloat16: half the size, the same frames.

python workflow/scripts/ship_model.py results/desktop/models/DiffIsing3.safetensors \
    src/ising_fidelity/models/pretrained/DiffIsing3-L64.safetensors
"""

import sys
from pathlib import Path

import torch

from ising_fidelity.models import checkpoint


def ship(model: Path, output: Path) -> None:
    """Write a checkpoint with weights rounded to bfloat16; sampling computes as before."""
    trained = checkpoint.load(model)
    weights = {
        name: weight.to(torch.bfloat16) if weight.is_floating_point() else weight
        for name, weight in trained.network.state_dict().items()
    }
    about = {
        key: value
        for key, value in trained.metadata.items()
        if key not in ("model", "lattice_size")
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    checkpoint.save(output, weights, trained.settings, trained.lattice_size, about)


if __name__ == "__main__":
    ship(Path(sys.argv[1]), Path(sys.argv[2]))
