"""What is behind a source of frames: a network, training frames, another source."""

import json

import pytest

from ising_fidelity.config import load
from ising_fidelity.run.flags import training_temperatures

from ..configs import DEFAULT, RELAXATION, changed


@pytest.fixture
def run(tmp_path):
    """Give the default run with relaxed frames, and frames made elsewhere."""
    relaxation = RELAXATION | {"clusters": [3], "starts": ["random"]}
    return changed(tmp_path, relaxation=relaxation, sources={"mine": {"frames": "T{T}.nc"}})


@pytest.mark.parametrize(
    ("source", "first", "model"),
    [
        ("GAN", "GAN", "GAN"),
        ("GAN+5sweeps", "GAN", "GAN"),
        ("DiffFlip+3clusters", "DiffFlip", "DiffFlip"),
        ("DiffIsing3+10gibbs", "DiffIsing3", "DiffIsing3"),
        ("random+1sweeps", "random", None),
        ("random", "random", None),
        ("mc", "mc", None),
        ("mine", "mine", None),
    ],
)
def test_a_source_begins_with_itself_or_with_another(run, source, first, model):
    assert source in run.all_sources
    assert run.begun(source) == first
    assert run.model_behind(source) == (run.trained_models[model] if model else None)


def test_training_temperatures_are_those_of_all_sources_with_a_network(run):
    found = json.loads(training_temperatures(run))
    networks = [source for source in run.all_sources if run.model_behind(source)]
    assert list(found) == networks
    assert {"GAN", "GAN+1sweeps", "DiffIsing3+10gibbs"} < set(networks)
    assert found["DiffIsing1"] == run.models["DiffIsing1"].training_temperatures
    assert found["GAN+5sweeps"] == run.models["GAN"].training_temperatures


def test_of_named_sources_those_without_a_network_have_none():
    run = load.load([DEFAULT])
    assert list(json.loads(training_temperatures(run, ["mc", "GAN"]))) == ["GAN"]
    assert training_temperatures(run, []) == "{}"
