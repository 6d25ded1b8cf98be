"""A tiny run whose networks have learnt nothing."""

from pathlib import Path

import pytest
import torch
import xarray as xr
import yaml

from ising_fidelity.config.load import load
from ising_fidelity.io import netcdf
from ising_fidelity.models import checkpoint
from ising_fidelity.models.family import family_of

ROOT = Path(__file__).resolve().parents[2]
FINISHED = {
    "models": {
        "DiffIsing3": {
            "training_source": "mc-paper",
            "training_temperatures": [2.0, 3.0],
            "network": {"channels": 4, "rounds": 1, "width": 8, "levels": 2, "condition": 16},
            "images_per_epoch": None,
            "validation_fraction": 0.1,
        }
    },
    "finish": {"sigma": 1.2, "sweeps": [3], "models": ["DiffIsing3"]},
}


@pytest.fixture
def threads():
    """Leave the number of threads as it was."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def call(monkeypatch):
    """Return the function that calls a command with some options."""

    def called(command, *options):
        monkeypatch.setattr("sys.argv", [command.__name__, *map(str, options)])
        command.main()

    return called


@pytest.fixture
def run(tmp_path):
    """Return the config of a tiny run with DiffIsing3 and its finish."""
    path = tmp_path / "more.yaml"
    path.write_text(yaml.safe_dump(FINISHED))
    return load([ROOT / "config.yaml", ROOT / "workflow" / "presets" / "tiny.yaml", path])


@pytest.fixture
def folder(run, tmp_path):
    """Return the folder of such a run with networks that have learnt nothing, not yet scored."""
    place = tmp_path / "tiny"
    for name in ("provenance", "models", "benchmarks/train"):
        (place / name).mkdir(parents=True)
    (place / "provenance" / "config.yaml").write_text(yaml.safe_dump(run.plain()))
    for number, (name, settings) in enumerate(run.trained_models.items()):
        torch.manual_seed(number)
        network = family_of(settings).build_network(settings, run.lattice_size)
        path = place / "models" / f"{name}.safetensors"
        checkpoint.save(path, network.state_dict(), settings, run.lattice_size, {"name": name})
        history = xr.Dataset({"loss": ("epoch", [2.0, 1.0, 0.5])}, {"epoch": [1, 2, 3]})
        netcdf.write(history, place / "models" / f"{name}.training.nc")
        timing = place / "benchmarks" / "train" / f"{name}.tsv"
        timing.write_text(f"s\tmax_rss\tcpu_time\n9.0\t1.0\t{number + 0.5}\n")
    return place
