"""How much of every wave a network knows: the gain, and the table."""

import pandas as pd
import pytest
import torch


@pytest.fixture
def response(script, monkeypatch, tmp_path):
    """Return the script with little noise, little Monte Carlo and a table of its own."""
    module = script("response")
    monkeypatch.setattr(module, "TABLE", tmp_path / "response.csv")
    for name, less in {"SHARES": (1.0, 0.2), "CHAINS": 4, "THERMALIZATION": 5}.items():
        monkeypatch.setattr(module, name, less)
    return module


@pytest.mark.parametrize("mode", [(0, 0), (1, 0), (1, 1), (2, 0)])
def test_exact_means_have_gain_one_and_half_of_a_wave_has_two(response, mode):
    """Free spins know of their own x only; within 4 errors, by chance in 6 of 100,000."""
    generator = torch.Generator().manual_seed(1)
    s = torch.randn(4000, 1, 8, 8, generator=generator).sign()
    x = s + 2 * torch.randn(s.shape, generator=generator)
    exact = torch.tanh(x / 4)
    for share, expected in ((1.0, 1.0), (0.5, 2.0)):
        gain, error = response.gain(s, share * exact, mode)
        assert abs(gain - expected) < 4 * error < 0.4 * expected


def test_rows_are_written_once(response, folder, monkeypatch, capsys):
    path = folder / "models" / "DiffIsing3.safetensors"
    for _ in range(2):
        monkeypatch.setattr("sys.argv", ["response.py", f"one={path}", "--frames", "64"])
        response.main()
        table = pd.read_csv(response.TABLE)
        assert list(table["noise_in_L"]) == [1.0] * 4 + [0.2] * 4
        assert set(table["network"]) == {"one"}
        assert (table["error"] > 0).all()
    assert len(capsys.readouterr().out.splitlines()) == 8
