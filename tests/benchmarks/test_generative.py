"""The benchmark of generative models runs and writes what it says."""

import json

import pytest
import torch

from benchmarks.generative import __main__ as command
from benchmarks.generative.models import stock_unet
from ising_fidelity.models.common.layers import count_parameters


@pytest.fixture
def process(monkeypatch):
    """Leave the process as it was."""
    for name in ("TORCHINDUCTOR_CACHE_DIR", "TORCHINDUCTOR_COMPILE_THREADS"):
        monkeypatch.setenv(name, "")
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def test_a_quick_run_writes_rows_and_a_figure(process, monkeypatch, tmp_path, capsys):
    options = ["--quick", "--lattice-size", "16", "--output", str(tmp_path)]
    sections = [f"--section={name}" for name in ("training", "sampling", "growth")]
    monkeypatch.setattr("sys.argv", ["generative", *options, *sections])
    command.main()
    text = capsys.readouterr().out
    data = json.loads((tmp_path / "generative.json").read_text())
    missing = data["machine"]["diffusers"] == "not installed"
    targets = {"training": "training images/s", "sampling": "sampled frames/s"}
    for section, target in targets.items():
        rows = data[section]["rows"]
        assert any(name.startswith("diffusers") for name in rows) != missing
        for name, row in rows.items():
            assert row["images_per_cpu_second"]["median"] > 0
            assert f"\n| {name} " in text
        assert f"Target for {target}, " in text
    assert (command.MISSING in text) == missing
    for suffix in ("svg", "png"):
        assert (tmp_path / f"generative.{suffix}").stat().st_size > 1000


def test_the_stock_network_has_as_many_parameters_as_a_width_can_give():
    for wanted in (300_000, 1_500_000):
        found = count_parameters(stock_unet(wanted, 128))
        assert abs(found - wanted) < 0.1 * wanted
