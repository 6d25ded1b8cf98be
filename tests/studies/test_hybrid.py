"""What an independent frame costs: rows, tables and the figure of tiny models."""

import numpy as np
import pandas as pd
import pytest

from ising_fidelity import montecarlo


@pytest.fixture
def hybrid(script, monkeypatch, tmp_path):
    """Return the script with few sweeps, little Monte Carlo, and files of its own."""
    module = script("hybrid")
    monkeypatch.setattr(module, "RESULTS", tmp_path / "hybrid.csv")
    monkeypatch.setattr(module, "FIGURE", tmp_path / "hybrid.png")
    monkeypatch.setattr(module, "SWEEPS", (0, 1, 5))
    monkeypatch.setattr(module, "GIBBS_SWEEPS", (1, 5))
    monkeypatch.setattr(module, "DRAWS", 200)
    return module


def call(hybrid, monkeypatch, *options):
    monkeypatch.setattr("sys.argv", ["hybrid.py", *options])
    hybrid.main()


def test_rows_tables_and_figure_and_nothing_is_measured_again(
    hybrid, folder, monkeypatch, tmp_path, capsys
):
    models = [str(folder / "models" / f"{name}.safetensors") for name in ("DiffIsing3", "GAN")]
    options = ["--lattice-size", "8", "--frames", "20", "--sampling-steps", "4"]
    call(hybrid, monkeypatch, models[0], *options, "--temperature", "2.5")
    first = hybrid.RESULTS.read_text()
    data = pd.read_csv(hybrid.RESULTS)
    own = ["DiffIsing3", "DiffIsing3 with finish"]
    assert set(data["source"]) == {*hybrid.MONTE_CARLO, *own}
    assert (data.set_index("source").loc[own, "drawing_seconds"] > 0).all()
    assert (data["seconds"] > 0).all()
    call(hybrid, monkeypatch, *models, *options, "--temperature", "2.5")
    again = hybrid.RESULTS.read_text()
    assert again.startswith(first)
    assert [line.split(",")[4] for line in again.splitlines()[1 + len(data) :]] == ["GAN"]
    text = (tmp_path / "hybrid.txt").read_text()
    assert capsys.readouterr().out.endswith(text)
    assert "| 2.5 | GAN " in text
    assert (tmp_path / "hybrid.png").stat().st_size > 1000


def test_equilibrium_needs_nothing_and_order_at_high_temperature_does(hybrid):
    """Frames of 200 clusters each; with |z| <= 3 in four numbers chance fails one in 90."""
    known = hybrid.Known(8, 3.0)
    frames = montecarlo.run_chains(8, 3.0, "cluster", 400, 100, 50, 20, 11).spins.reshape(-1, 8, 8)
    assert known.needed({0: frames}) == 0
    ordered = hybrid.starts(8, 400)["ordered"]
    assert np.isin(ordered.mean(axis=(1, 2)), (-1, 1)).all()
    assert known.needed({0: ordered}) == np.inf
    after, _ = hybrid.walked(ordered, 3.0)
    assert np.isfinite(known.needed(after | {50: frames}))
