"""Samplers against exact energies: the table."""

import pandas as pd
import pytest

from ising_fidelity import exact


@pytest.fixture
def steps(script, monkeypatch, tmp_path):
    module = script("steps")
    monkeypatch.setattr(module, "TABLE", tmp_path / "steps.csv")
    return module


def test_rows_are_written_once(steps, folder, monkeypatch, capsys):
    path = folder / "models" / "DiffIsing3.safetensors"
    for ways in (["trapezoid:3"], ["trapezoid:3", "multistep:2"]):
        monkeypatch.setattr(
            "sys.argv",
            ["steps.py", f"one={path}", "--temperatures", "2.0", "2.269185314213022",
             "--frames", "16", "--ways", *ways],
        )  # fmt: skip
        steps.main()
    table = pd.read_csv(steps.TABLE)
    assert list(zip(table["temperature"], table["sampler"], table["steps"], strict=True)) == [
        (2.0, "trapezoid", 3),
        (2.26919, "trapezoid", 3),
        (2.0, "multistep", 2),
        (2.26919, "multistep", 2),
    ]
    assert table["exact_energy"][0] == pytest.approx(exact.kaufman(8, 2.0).energy, abs=1e-5)
    assert table["energy"].between(-2, 2).all()
    assert (table[["energy_error", "ms_per_frame"]] > 0).all(axis=None)
    assert len(capsys.readouterr().out.splitlines()) == len(table)
