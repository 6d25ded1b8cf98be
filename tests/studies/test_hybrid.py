"""What an independent frame costs: rows, tables and the figure of tiny models."""

import numpy as np
import pandas as pd
import pytest

from ising_fidelity import montecarlo
from studies.hybrid import __main__ as command
from studies.hybrid import rows


@pytest.fixture(autouse=True)
def little(threads, monkeypatch, tmp_path):
    """Use few sweeps, little Monte Carlo, and separate files."""
    for name in ("RESULTS", "FIGURES"):
        monkeypatch.setattr(command, name, tmp_path)
    for name, less in {"SWEEPS": (0, 1, 5), "GIBBS_SWEEPS": (1, 5), "DRAWS": 200}.items():
        monkeypatch.setattr(rows, name, less)


def test_rows_tables_and_figure_and_nothing_is_measured_again(folder, call, tmp_path, capsys):
    models = [folder / "models" / f"{name}.safetensors" for name in ("DiffIsing3", "GAN")]
    options = ["--lattice-size", 8, "--frames", 20, "--sampling-steps", 4, "--temperature", 2.5]
    call(command, models[0], *options)
    path = tmp_path / "hybrid.csv"
    first = path.read_text()
    data = pd.read_csv(path)
    own = ["DiffIsing3", "DiffIsing3 with finish"]
    assert set(data["source"]) == {*rows.MONTE_CARLO, *own}
    assert (data.set_index("source").loc[own, "drawing_seconds"] > 0).all()
    assert (data["seconds"] > 0).all()
    call(command, *models, *options)
    again = path.read_text()
    assert again.startswith(first)
    assert [line.split(",")[4] for line in again.splitlines()[1 + len(data) :]] == ["GAN"]
    capsys.readouterr()
    call(command, *options)
    assert path.read_text() == again
    text = capsys.readouterr().out
    assert text.startswith("Seconds of one core per independent frame, L = 8, 20 frames looked at")
    assert "| 2.5 | GAN " in text
    assert (tmp_path / "hybrid.png").stat().st_size > 1000


def test_equilibrium_needs_nothing_and_order_at_high_temperature_does():
    """Frames of 200 clusters each; with |z| <= 3 in four numbers chance fails one in 90."""
    known = rows.Known(8, 3.0)
    frames = montecarlo.run_chains(8, 3.0, "cluster", 400, 100, 50, 20, 11).spins.reshape(-1, 8, 8)
    assert known.needed({0: frames}) == 0
    ordered = rows.starts(8, 400)["ordered"]
    assert np.isin(ordered.mean(axis=(1, 2)), (-1, 1)).all()
    assert known.needed({0: ordered}) == np.inf
    after, _ = rows.walked(ordered, 3.0)
    assert np.isfinite(known.needed(after | {50: frames}))
