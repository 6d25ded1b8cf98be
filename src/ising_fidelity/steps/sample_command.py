"""Sample frames from a model of any framework by its command."""

from pathlib import Path

from ising_fidelity.io import netcdf
from ising_fidelity.io.files import whole
from ising_fidelity.models.command.sampling import sampled
from ising_fidelity.models.command.settings import CommandSettings


def sample_command(
    *,
    settings: CommandSettings,
    model: str,
    trained: Path | None,
    temperature: str,
    frames: int,
    lattice_size: int,
    seed: int,
    output: Path,
) -> None:
    """Write the frames of :func:`.sampled`; the command writes to a hidden folder beside them."""
    with whole(output) as place:
        data = sampled(
            settings,
            model=model,
            trained=trained,
            temperature=temperature,
            frames=frames,
            lattice_size=lattice_size,
            seed=seed,
            folder=place.parent,
        )
        netcdf.write(data, place)
