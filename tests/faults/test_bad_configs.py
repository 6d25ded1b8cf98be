"""Configs that cannot work end before any job, with one line that names the key and why."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PAPER = {"sampler": "metropolis", "thermalization": 0, "spacing": 1}
UNET = {"family": "diffusion", "training_temperatures": [2.3]}

CONFIGS = {
    "unknown key": ({"lattice_sise": 32}, "no key 'lattice_sise'; allowed are run, "),
    "unknown key of a model": ({"models": {"GAN": {"depth": 2}}}, "models.GAN: no key 'depth'"),
    "unknown family": ({"models": {"GAN": {"family": "vae"}}}, "models.GAN: Input tag 'vae'"),
    "text for a number": ({"lattice_size": "32"}, "lattice_size: Input should be a valid integer"),
    "a fraction of a site": ({"lattice_size": 32.0}, "lattice_size: Input should be a valid int"),
    "true for a number": ({"models": {"GAN": {"epochs": True}}}, "models.GAN.epochs: Input should"),
    "text for true": ({"comparison": {"classifier": "yes"}}, "comparison.classifier: Input should"),
    "a number for a name": ({"run": 7}, "run: Input should be a valid string"),
    "a list for a mapping": ({"models": [1]}, "models: Input should be a valid dictionary"),
    "nothing for a mapping": ({"monte_carlo": None}, "monte_carlo: Input should be a valid dict"),
    "a name that is a path": ({"run": "../up"}, "run: a name is needed"),
    "a name of 101 letters": ({"run": "a" * 101}, "run: String should have at most 100"),
    "no lattice": ({"lattice_size": 0}, "lattice_size: Input should be greater than or equal to 2"),
    "a lattice beyond memory": ({"lattice_size": 10**6}, "lattice_size: Input should be less than"),
    "a negative seed": ({"seed": -1}, "seed: Input should be greater than or equal to 0"),
    "infinite noise": ({"finish": {"sigma": float("inf")}}, "finish.sigma: Input should be a fin"),
    "a rate that is no number": (
        {"models": {"GAN": {"critic_learning_rate": float("nan")}}},
        "models.GAN.critic_learning_rate: Input should be a finite number",
    ),
    "a share above 1": (
        {"models": {"GAN": {"validation_fraction": 1.5}}},
        "models.GAN.validation_fraction: Input should be less than 1",
    ),
    "more layers than sites": (
        {"models": {"DiffIsing3": {"network": {"levels": 10**9}}}},
        "models.DiffIsing3.network.levels: Input should be less than or equal to 32",
    ),
    "a network beyond memory": (
        {"models": {"GAN": {"width": 10**6}}},
        "models.GAN.width: Input should be less than or equal to 4096",
    ),
    "networks without end": (
        {"models": {"GAN": {"training_seeds": 10**9}}},
        "models.GAN.training_seeds: Input should be less than or equal to 1000",
    ),
    "no signal left": (
        {"models": {"DiffIsing1": {"beta_end": 0.99}}},
        "models.DiffIsing1: beta_end: 0.99 with beta_start: 0.0001 and diffusion_steps: 1000",
    ),
    "a temperature twice": ({"temperatures": [2.3, 3, "2.30"]}, "temperatures: 2.30 is named t"),
    "a training temperature twice": (
        {"models": {"GAN": {"training_temperatures": [2.0, 2]}}},
        "models.GAN.training_temperatures: 2.00 is named twice",
    ),
    "T = 0": ({"temperatures": [0, 2.3]}, "temperatures.0: temperature 0.00; allowed are"),
    "T < 0": ({"temperatures": [-2.3]}, "temperatures.0: temperature -2.3 is not a number >= 0"),
    "training at T = 0": (
        {"models": {"GAN": {"training_temperatures": [0.0]}}},
        "models.GAN.training_temperatures.0: temperature 0.00; allowed are those above 0",
    ),
    "T with 13 decimals": (
        {"temperatures": ["2.1234567890123"]},
        "temperatures.0: temperature '2.1234567890123' has more than 12 decimals",
    ),
    "T with digits beyond arithmetic": (
        {"temperatures": ["2.3" + 30 * "0" + "1"]},
        "has more than 12 decimals",
    ),
    "T of many digits": ({"temperatures": ["1e999999999"]}, "has more than 15 digits"),
    "T not a number": ({"temperatures": [".nan", "sNaN"]}, "temperature '.nan' is not a number"),
    "T infinite": ({"temperatures": [float("inf")]}, "temperature inf is not a number"),
    "no T": ({"temperatures": []}, "temperatures: Value should have at least 1 item"),
    "T a mapping": ({"temperatures": [{"T": 2}]}, "temperatures.0: temperature {'T': 2} is not a"),
    "an odd checkerboard": (
        {"lattice_size": 33, "monte_carlo": {"mc": {"sampler": "checkerboard"}}},
        "lattice_size: 33 with monte_carlo.mc.sampler: checkerboard; allowed are even sizes",
    ),
    "L that the U-Net does not divide": (
        {"lattice_size": 36},
        "lattice_size: 36 with models.DiffIsing1.family: diffusion; allowed are multiples of 8",
    ),
    "L that the patches do not divide": (
        {"models": {"DiffIsing3": {"network": {"levels": 6}}}},
        "lattice_size: 32 with models.DiffIsing3.family: continuous; allowed are multiples of 64",
    ),
    "zero frames of Monte Carlo": (
        {"monte_carlo": {"mc": {"frames": 0}}},
        "monte_carlo.mc.frames: Input should be greater than 0",
    ),
    "zero frames of models": ({"sampling": {"frames": 0}}, "sampling.frames: Input should be"),
    "one frame of the reference": (
        {"monte_carlo": {"mc": {"frames": 1, "chains": 1}}},
        "monte_carlo.mc.frames: 1; allowed are 2 and more",
    ),
    "one frame to train on": (
        {"monte_carlo": {"mc-paper": PAPER | {"frames": 1}}},
        "models.DiffIsing1: one frame of each chain of monte_carlo.mc-paper is there or used",
    ),
    "one frame used of each chain": (
        {"models": {"DiffIsing3": {"frames_per_temperature": 50}}},
        "models.DiffIsing3: one frame of each chain of monte_carlo.mc-train is there or used",
    ),
    "more frames to train on than there are": (
        {"models": {"DiffIsing3": {"frames_per_temperature": 2001}}},
        "models.DiffIsing3.frames_per_temperature: 2001, and monte_carlo.mc-train.frames: 2000; ",
    ),
    "all frames held out": (
        {"monte_carlo": {"mc-paper": PAPER | {"frames": 2}}, "models": {"DiffIsing1": {
            "validation_fraction": 0.6}}},
        "models.DiffIsing1.validation_fraction: 0.6 of 2 frames of each chain of monte_carlo.mc-pa",
    ),
    "batches of one frame": (
        {"models": {"GAN": {"batch_size": 1}}},
        "models.GAN.batch_size: 1 makes batches of one frame",
    ),
    "frames that chains do not share": (
        {"monte_carlo": {"mc": {"chains": 3}}},
        "monte_carlo.mc: frames: 2000 is not a multiple of chains: 3",
    ),
    "no models": (
        {"models": dict.fromkeys(
            ["DiffIsing1", "DiffIsing2", "DiffFlip", "DiffIsing3", "GAN", "GAN-M"])},
        "models: there is none, nor are there sources",
    ),
    "no training source": ({"training_source": "wolff"}, "training_source: wolff is not in monte"),
    "no training source of a model": (
        {"models": {"GAN": {"training_source": "wolff"}}},
        "models.GAN.training_source: wolff is not in monte_carlo",
    ),
    "no reference": ({"reference": "wolff"}, "reference: wolff is not in monte_carlo"),
    "a finish without a chain": (
        {"finish": {"sweeps": [1], "models": ["GAN"]}},
        "finish.models: GAN is of family gan, which has no chain to finish",
    ),
    "more steps than there are": (
        {"sampling": {"sampling_steps": 1001}},
        "sampling.sampling_steps: 1001, and models.DiffIsing1.diffusion_steps: 1000",
    ),
    "a longer walk than there is": (
        {"equilibration": {"sampling_steps": 2000}},
        "equilibration.sampling_steps: 2000, and models.DiffIsing2.diffusion_steps: 1000",
    ),
    "frames in a shell's words": (
        {"sources": {"mine": {"frames": "$(touch${IFS}x)/T{T}.nc"}}},
        "sources.mine.frames: a path is needed with {T}",
    ),
    "frames that look like an option": (
        {"sources": {"mine": {"frames": "-T{T}.nc"}}},
        "sources.mine.frames: a path is needed with {T}",
    ),
    "one file for all temperatures": (
        {"sources": {"mine": {"frames": "all.nc"}}},
        "sources.mine.frames: a path is needed with {T}",
    ),
    "a figure that there is not": ({"figures": {"fig9": {}}}, "figures: no figure 'fig9'"),
    "a key that is no text": ({1: 2}, "1: Keys should be strings"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), CONFIGS.values(), ids=CONFIGS)
def test_a_config_that_cannot_work(changes, message, refused, tmp_path):
    path = tmp_path / "change.yaml"
    path.write_text(yaml.safe_dump(changes))
    line = refused(
        "train", "--config", ROOT / "config.yaml", "--config", path, "--model", "GAN",
        "--output", "m.safetensors", "gone.nc",
    )  # fmt: skip
    assert line.startswith("ising-fidelity: config: ")
    assert message in line


NOT_YAML = {
    "an open list": b"a: [1",
    "a list": b"- a",
    "nothing": b"",
    "no text": b"\xff\xfe\x00",
    "a day that is none": b"a: 2024-99-99",
    "an object of Python": b"a: !!python/object/apply:os.system ['touch ran']",
    "nested without end": b"[" * 5000,
}


@pytest.mark.parametrize("content", NOT_YAML.values(), ids=NOT_YAML)
def test_a_config_that_is_none(content, refused, tmp_path):
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    line = refused("train", "--config", path, "--model", "m", "--output", "m", "gone.nc")
    assert f"{path}: " in line
