"""Reading a config: presets are valid, layers merge, and the schema is that of the models."""

import importlib.util
import json

import pytest
import yaml

from ising_fidelity.config import load
from ising_fidelity.config.run import Config

from ..configs import DEFAULT, PRESETS, ROOT, changed


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_presets_are_valid_and_name_their_run(path):
    assert load.load([DEFAULT, path]).run == path.stem


def test_files_are_laid_over_each_other_as_snakemake_does(tmp_path):
    update_config = pytest.importorskip("snakemake.utils").update_config
    layers = [
        {"models": {"DiffIsing3": None}, "figures": {"fig3": None}},
        {"models": {"DiffIsing3": {"epochs": 3}}, "figures": {"fig3": {}}},
    ]
    paths = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    over: dict = {}
    for path, layer in zip(paths, layers, strict=True):
        path.write_text(yaml.safe_dump(layer))
        update_config(over, layer)
    merged = yaml.safe_load(DEFAULT.read_text())
    update_config(merged, over)
    with pytest.warns(UserWarning, match=r"^figures\.fig3: {} changes nothing: it stays null"):
        loaded = load.load([DEFAULT, *paths])
    assert loaded == load.check(merged)
    assert loaded.models["DiffIsing3"].epochs == 3
    assert loaded.figures["fig3"] is None
    assert "DiffIsing3" not in load.load([DEFAULT, paths[0]]).trained_models


def test_the_schema_is_that_of_the_models():
    path = ROOT / "workflow" / "scripts" / "write_schema.py"
    spec = importlib.util.spec_from_file_location("write_schema", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.PATH.read_text() == script.schema(), "run make schema"
    assert json.loads(script.schema())["additionalProperties"] is False


def test_every_key_of_the_default_run_is_commented_or_explained_once():
    """A key's first line in config.yaml carries a comment, or its section's line does."""
    keys = set()
    for line in DEFAULT.read_text().splitlines():
        key = line.strip().split(":")[0]
        if line.startswith(("  ", "#")) or not line or ":" not in line:
            continue
        keys.add(key)
    assert keys == set(Config.model_fields)


def test_layers_merge_mappings_and_replace_lists(tmp_path):
    run = changed(tmp_path, models={"GAN": {"width": 4}}, temperatures=[3, "2.3"])
    assert run.models["GAN"].width == 4
    assert run.models["GAN"].latent == 100
    assert run.temperatures == ["2.30", "3.00"]


def test_a_model_has_the_keys_of_what_it_is_like(tmp_path):
    zoo = {
        "Wide": {"like": "GAN-M", "width": 32},
        "Own": {"like": "mine", "family": "gan", "width": 8},
        "GAN-M": {"magnetization_loss": 0.5},
    }
    mine = {"training_temperatures": [2.3], "width": 4, "latent": 7}
    run = changed(tmp_path, templates={"mine": mine}, models=zoo)
    plain, wide, own = (run.models[name] for name in ("GAN-M", "Wide", "Own"))
    assert wide == plain.model_copy(update={"width": 32})
    assert wide.magnetization_loss == 0.5
    assert (own.width, own.latent, own.training_temperatures) == (8, 7, ["2.30"])
    # Sections inside are merged, as those of layers are.
    network = {"like": "DiffIsing1", "network": {"width": 4}}
    narrow = changed(tmp_path, models={"Narrow": network}).models["Narrow"].network
    assert narrow == run.models["DiffIsing1"].network.model_copy(update={"width": 4})


def test_what_a_run_writes_of_itself_has_no_templates():
    run = load.load([DEFAULT])
    plain = run.plain()
    assert "templates" not in plain
    assert "like" not in plain["models"]["GAN"]
    assert load.check(plain) == run


def test_numbers_may_be_written_as_yaml_takes_for_text(tmp_path):
    """A number such as 1e-4, without a point in it, is text to YAML 1.1."""
    path = tmp_path / "change.yaml"
    path.write_text("models: {GAN: {critic_learning_rate: 1e-4, weight_clip: 2.5e1}}")
    gan = load.load([DEFAULT, path]).models["GAN"]
    assert (gan.critic_learning_rate, gan.weight_clip) == (1e-4, 25.0)
