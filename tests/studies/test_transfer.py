"""A model at other lattice sizes: refused input, and the table."""

import numpy as np
import pandas as pd
import pytest

from ising_fidelity import lattice
from ising_fidelity.exact import finite
from ising_fidelity.models import checkpoint
from studies import transfer


@pytest.fixture(autouse=True)
def little(threads, monkeypatch, tmp_path):
    """Use two temperatures, little Monte Carlo and a separate folder."""
    monkeypatch.setattr(transfer, "RESULTS", tmp_path)
    monkeypatch.setattr(transfer, "TEMPERATURES", ("1.20", "2.60"))
    for name, less in {"CHAINS": 4, "DRAWS": 10, "THERMALIZATION": 20, "SPACING": 2}.items():
        monkeypatch.setattr(transfer, name, less)


@pytest.mark.parametrize(
    ("name", "size", "text"),
    [("GAN", 16, "draws 8 only"), ("DiffIsing3", 10, "draws multiples of 4")],
)
def test_a_size_that_a_model_does_not_draw(folder, call, capsys, name, size, text):
    path = folder / "models" / f"{name}.safetensors"
    with pytest.raises(SystemExit) as end:
        call(transfer, path, "--sizes", 8, size)
    assert end.value.code == 2
    assert capsys.readouterr().err == f"--sizes: {size}, but {path} {text}\n"
    assert not (transfer.RESULTS / "transfer.csv").exists()


def test_rows_are_measured_on_the_models_frames_and_not_made_again(folder, call, capsys):
    path = folder / "models" / "DiffIsing3.safetensors"
    call(transfer, path, "--sizes", 16, "--steps", 8, "--frames", 6)
    path_of_table = transfer.RESULTS / "transfer.csv"
    first = path_of_table.read_text()
    table = pd.read_csv(path_of_table, dtype={"temperature": str})
    assert list(table["temperature"]) == ["1.20", "1.20", "2.60", "2.60"]
    assert list(table["gibbs_sweeps"]) == [0, 10, 0, 10]
    assert list(table["in_training_range"]) == [False, False, True, True]
    model = checkpoint.load(path)
    for row in table.itertuples():
        T, known = float(row.temperature), finite.kaufman(16, float(row.temperature))
        spins = transfer.sampled(model, row.temperature, 6, 16, 8, row.gibbs_sweeps)
        u = lattice.energy(spins)
        m = np.abs(lattice.magnetization(spins))
        assert row.energy == pytest.approx(u.mean(), abs=1e-5)
        assert row.specific_heat == pytest.approx(256 * u.var() / T**2, rel=1e-4)
        assert row.abs_magnetization == pytest.approx(m.mean(), abs=1e-5)
        assert row.energy_exact == pytest.approx(known.energy, rel=1e-5)
        assert row.specific_heat_exact == pytest.approx(known.specific_heat, rel=1e-5)
        deviation = row.energy - row.energy_exact
        assert row.energy_z * row.energy_error == pytest.approx(deviation, rel=0.1)
    call(transfer, path, "--sizes", 8, 16, "--steps", 8, "--frames", 6)
    again = path_of_table.read_text()
    assert again.startswith(first)
    assert len(again.splitlines()) == len(first.splitlines()) + 4
    assert "energy_z (rms)" in capsys.readouterr().out


def test_other_temperatures_and_models_alone_have_a_table_of_their_own(folder, call):
    path = folder / "models" / "DiffIsing3.safetensors"
    options = ["--temperatures", "1.5", "2.269185", "--alone", "--name", "other"]
    call(transfer, path, "--sizes", 8, "--steps", 4, "--frames", 4, *options)
    table = pd.read_csv(transfer.RESULTS / "other.csv", dtype={"temperature": str})
    assert list(table["temperature"]) == ["1.50", "2.269185"]
    assert list(table["gibbs_sweeps"]) == [0, 0]
    assert not (transfer.RESULTS / "transfer.csv").exists()


def test_signs_eta_and_classifier(monkeypatch):
    """Monte Carlo frames in another order agree with themselves; random spins do not."""
    monkeypatch.setattr(transfer, "DRAWS", 100)
    rng = np.random.default_rng(3)
    true = transfer.reference(16, "2.60").spins
    same = rng.permutation(true.reshape(1, -1, 16, 16), axis=1)
    cells = transfer.further(same, true, 2.60)
    assert float(cells["eta"]) == pytest.approx(float(cells["eta_mc"]), abs=1e-3)
    assert float(cells["positive_share"]) == pytest.approx((same.sum((2, 3)) > 0).mean(), abs=0.05)
    assert float(cells["classifier_auc"]) < 0.55
    noise = rng.choice(np.array([-1, 1], np.int8), size=(1, 200, 16, 16))
    assert float(transfer.further(noise, true, 2.60)["classifier_auc"]) > 0.95
