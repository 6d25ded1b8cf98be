"""Weights of frames with exact ln q: the perfect model, an untrained one, and no table twice."""

import pandas as pd
import pytest
import torch

from ising_fidelity.models import checkpoint
from ising_fidelity.models.family import family_of
from studies import likelihood

from ..models.small import AUTOREGRESSIVE, BASELINE, CONTINUOUS


@pytest.fixture(autouse=True)
def own_table(threads, monkeypatch, tmp_path):
    monkeypatch.setattr(likelihood, "TABLE", tmp_path / "ours.csv")
    monkeypatch.setattr(likelihood, "DRAWS", 500)


def saved(settings, name, folder, **weights):
    """Return the path of an untrained model, some of whose weights are given."""
    torch.manual_seed(1)
    network = family_of(settings).build_network(settings, 16)
    network.load_state_dict(network.state_dict() | weights)
    path = folder / f"{name}.safetensors"
    checkpoint.save(path, network.state_dict(), settings, 16, {"name": name})
    return str(path)


def measured(path, *options):
    assert likelihood.main([path, "--sizes", "8", "16", "--frames", "500", "300", *options]) == 0
    rows = pd.read_csv(likelihood.TABLE, keep_default_na=False)
    rows["value"] = rows["value"].astype(float)
    return rows


def test_all_weights_of_the_perfect_model_are_equal(tmp_path):
    perfect = BASELINE.model_copy(update={"kind": "couplings"})
    path = saved(perfect, "Perfect", tmp_path, J=torch.tensor(1.0))
    table = measured(path)
    rows = table[table["method"] == "Perfect"].set_index(["lattice_size", "quantity"])["value"]
    for size in (8, 16):
        assert rows[size, "effective share"] == pytest.approx(1, abs=1e-5)
        assert rows[size, "effective share, forward"] == pytest.approx(1, abs=1e-3)
        assert rows[size, "free energy error"] == pytest.approx(0, abs=1e-5)
        assert rows[size, "acceptance"] == 1
        assert rows[size, "tau_int of u, metropolised"] < 0.8


def test_an_untrained_model_says_so_and_is_not_measured_again(tmp_path, capsys):
    settings = AUTOREGRESSIVE.model_copy(update={"hamiltonian": True})
    path = saved(settings, "Untrained", tmp_path)
    table = measured(path, "--training", "none")
    clusters = table[table["method"] == likelihood.CLUSTERS]
    assert list(clusters["quantity"]) == 2 * ["tau_int of u", likelihood.COST]
    assert (clusters["value"] > 0).all()
    rows = table[table["method"] == "Untrained"]
    assert set(rows["training"]) == {"none"}
    shares = rows[rows["quantity"].str.startswith("effective share")]["value"]
    assert len(shares) == 4
    assert (shares < 0.5).all()
    assert (rows[rows["quantity"] == "free energy error"]["value"] > 0.01).all()
    assert capsys.readouterr().out.count("Untrained") == len(rows) == 16
    measured(path)
    assert capsys.readouterr().out == ""


def test_models_without_probabilities_are_refused(tmp_path, capsys):
    path = saved(CONTINUOUS, "NoProbability", tmp_path)
    assert likelihood.main([path, "--sizes", "16", "--frames", "10"]) == 2
    assert "no probabilities" in capsys.readouterr().err
    assert not likelihood.TABLE.exists()
