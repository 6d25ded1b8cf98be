"""The benchmark of generative models runs and writes what it says."""

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest
import torch

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def generative(monkeypatch):
    """Return the script as a module, and leave the process as it was."""
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in ("TORCHINDUCTOR_CACHE_DIR", "TORCHINDUCTOR_COMPILE_THREADS"):
        monkeypatch.setenv(name, "")
    threads = torch.get_num_threads()
    yield import_module("generative")
    torch.set_num_threads(threads)


def test_a_quick_run_writes_rows_and_a_figure(generative, monkeypatch, tmp_path, capsys):
    options = ["--quick", "--lattice-size", "16", "--output", str(tmp_path)]
    sections = [f"--section={name}" for name in ("training", "sampling", "growth")]
    monkeypatch.setattr(sys, "argv", ["generative.py", *options, *sections])
    generative.main()
    text = (tmp_path / "generative.txt").read_text()
    assert capsys.readouterr().out.strip() == text.strip()
    data = json.loads((tmp_path / "generative.json").read_text())
    missing = data["machine"]["diffusers"] == "not installed"
    for section in ("training", "sampling"):
        rows = data[section]["rows"]
        assert any(name.startswith("diffusers") for name in rows) != missing
        for row in rows.values():
            assert row["images_per_cpu_second"]["median"] > 0
        assert "Target for" in text
    assert (generative.MISSING in text) == missing
    for suffix in ("svg", "png"):
        assert (tmp_path / f"generative.{suffix}").stat().st_size > 1000


def test_the_stock_network_has_as_many_parameters_as_a_width_can_give(generative):
    for wanted in (300_000, 1_500_000):
        found = generative.count_parameters(generative.stock_unet(wanted, 128))
        assert abs(found - wanted) < 0.1 * wanted
