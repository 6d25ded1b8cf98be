"""Which epoch to keep: rows of one training, and what each choice comes to."""

import pandas as pd
import pytest

from ising_fidelity import dataset, montecarlo


@pytest.fixture
def epochs(script, run, monkeypatch, tmp_path):
    """Return the script with the tiny run in a folder of its own, and little drawing."""
    module = script("epochs")
    monkeypatch.setattr(module.config, "load", lambda files: run)
    monkeypatch.setattr(module, "HELD_OUT", (2.5,))
    monkeypatch.setattr(module, "WAYS", {"as it stands": {"epochs": 2}})
    monkeypatch.setattr(module, "FRAMES", 4)
    monkeypatch.setattr(module, "STEPS", 4)
    monkeypatch.setattr(module, "truth", lambda size, temperatures: [])
    monkeypatch.setattr(module, "divergence", lambda model, known: {2.5: 0.25})
    monkeypatch.chdir(tmp_path)
    for T in run.models["DiffIsing3"].training_temperatures:
        chains = montecarlo.run_chains(run.lattice_size, float(T), "cluster", 40, 2, 5, 1, 3)
        data = dataset.frames_dataset(chains.spins, float(T), "chain", {})
        folder = tmp_path / "results" / run.run / "configurations" / "mc-train"
        dataset.write(data, folder / f"T{T}.nc")
    return module


def test_a_row_for_every_epoch(epochs):
    rows = list(epochs.rows("as it stands", 1))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert {row["path_divergence"] for row in rows} == {"0.2500"}
    assert all(float(row["held_out_loss"]) > 0 for row in rows)


def test_each_choice_keeps_its_epoch(epochs):
    table = pd.DataFrame(
        {
            "what": ["a"] * 3,
            "seed": [1] * 3,
            "epoch": [1, 2, 3],
            "held_out_loss": [0.3, 0.1, 0.2],
            "du": [0.01, 0.03, 0.02],
            "path_divergence": [0.7, 0.5, 0.4],
        }
    )
    found = epochs.choices(table).iloc[0]
    assert (found["loss"], found["energy"], found["last"], found["best"]) == (0.5, 0.7, 0.4, 0.4)
    assert (found["loss_epoch"], found["energy_epoch"]) == (2, 1)
