"""Configs that cannot work end before any job, with one line that names the key and why."""

from datetime import date

import pytest
import yaml

from ising_fidelity.config.load import merge

from ..configs import ATTRIBUTION, AUTOREGRESSIVE, FINITE_SIZE, PENALIZED, RELAXATION, ROOT

PAPER = {"sampler": "metropolis", "thermalization": 0, "spacing": 1}
WITH_AR, WITH_PENALIZED = {"models": {"AR": AUTOREGRESSIVE}}, {"models": {"GAN+": PENALIZED}}

# A number in a key stands for the first of a list.
KEYS = [
    ("lattice_size", "32", "Input should be a valid integer"),
    ("lattice_size", 32.0, "Input should be a valid integer"),
    ("lattice_size", 0, "Input should be greater than or equal to 2"),
    ("lattice_size", 10**6, "Input should be less than"),
    ("lattice_size", 36, "36 with models.DiffIsing1.family: diffusion; allowed are multiples of 8"),
    ("run", 7, "text is needed; YAML takes numbers, dates, no and on for something else unless in"),
    ("run", date(2024, 5, 13), "text is needed; YAML takes numbers, dates, no and on for some"),
    ("monte_carlo", {True: {}}, "text is needed; YAML takes numbers, dates, no and on for some"),
    ("run", "../up", "a name is needed, of letters"),
    ("run", "a" * 101, "String should have at most 100"),
    ("device", "tpu", "Input should be 'auto', 'cpu' or 'cuda'"),
    ("seed", -1, "Input should be greater than or equal to 0"),
    ("temperatures", [], "Value should have at least 1 item"),
    ("temperatures", [2.3, 3, "2.30"], "2.30 is named twice"),
    ("temperatures.0", 0, "temperature 0.00; allowed are"),
    ("temperatures.0", -2.3, "temperature -2.3 is not a number >= 0"),
    (
        "temperatures.0",
        "2.1234567890123",
        "temperature '2.1234567890123' has more than 12 decimals",
    ),
    ("temperatures.0", "2.3" + 30 * "0" + "1", f"temperature '2.3{30 * '0'}1' has more than 12 de"),
    ("temperatures.0", "1e999999999", "temperature '1e999999999' has more than 15 digits"),
    ("temperatures.0", ".nan", "temperature '.nan' is not a number"),
    ("temperatures.0", float("inf"), "temperature inf is not a number"),
    ("temperatures.0", {"T": 2}, "temperature {'T': 2} is not a"),
    ("models.DiffIsing3.further_lattice_sizes", [20], "20; allowed are distinct multiples of 8"),
    ("models.DiffIsing3.further_lattice_sizes", [16, 16], "16; allowed are distinct multiples of"),
    ("models.DiffIsing3.further_lattice_sizes", [32], "32; allowed are distinct multiples of 8"),
    ("models.DiffIsing3.network.recursive", 1, "Input should be a valid boolean"),
    ("training_source", "wolff", "wolff is not in monte_carlo"),
    ("reference", "wolff", "wolff is not in monte_carlo"),
    ("monte_carlo", None, "Input should be a valid dictionary"),
    ("monte_carlo.mc.frames", 0, "Input should be greater than 0"),
    ("monte_carlo.mc", {"chains": 3}, "frames: 2000 is not a multiple of chains: 3"),
    ("monte_carlo.mc.evaluated", False, "false; allowed is true, as it is"),
    ("models", [1], "Input should be a valid dictionary"),
    ("models.GAN", {"like": "DiffIsing1"}, "no key 'network'; allowed are "),
    ("models.GAN.like", "vae", "no entry 'vae' in templates or models; allowed are 'compact-unet'"),
    ("models.GAN.like", None, "no entry None in templates or models; allowed are 'compact-unet'"),
    ("models.GAN.like", "GAN", "GAN leads back to itself"),
    ("models.GAN.epochs", True, "Input should be a valid integer"),
    ("models.GAN.critic_learning_rate", float("nan"), "Input should be a finite number"),
    ("models.GAN.validation_fraction", 1.5, "Input should be less than 1"),
    ("models.GAN.width", 10**6, "Input should be less than or equal to 4096"),
    ("models.GAN.training_seeds", 10**9, "Input should be less than or equal to 1000"),
    ("models.GAN.batch_size", 1, "1 makes batches of one frame"),
    ("models.GAN.training_source", "wolff", "wolff is not in monte_carlo"),
    ("models.GAN.training_temperatures", [], "Value should have at least 1 item"),
    ("models.GAN.training_temperatures", [2.0, 2], "2.00 is named twice"),
    ("models.GAN.training_temperatures.0", 0.0, "temperature 0.00; allowed are those above 0"),
    ("models.DiffIsing3.network.levels", 10**9, "Input should be less than or equal to 32"),
    (
        "models.DiffIsing3.frames_per_temperature",
        2001,
        "2001; allowed are at most monte_carlo.mc-tr",
    ),
    ("models.AR.colors", 3, "Input should be 1, 2, 4, 8 or 16"),
    ("models.GAN+.adam_beta_1", 1, "Input should be less than 1"),
    ("comparison.classifier", "yes", "Input should be a valid boolean"),
    ("sampling.frames", 0, "Input should be greater than 0"),
    ("sampling.sampling_steps", 1001, "1001; allowed are at most models.DiffIsing1.dif"),
    ("equilibration.sampling_steps", 2000, "2000; allowed are at most models.DiffIsing2.dif"),
    ("equilibration.sources", ["mc"], "mc has sampler auto"),
    ("equilibration.sources", ["GAN"], "GAN; allowed are Monte Carlo sources and models"),
    ("metropolised.models", ["None"], "no model named None"),
    ("metropolised.models", ["DiffIsing3"], "DiffIsing3 is of family continuous"),
    ("finish.sigma", float("inf"), "Input should be a finite number"),
    ("finish.sigma", 64.0, "64.0; allowed is less than 64, the initial noise of Diff"),
    ("finish.models", ["GAN"], "GAN is of family gan, which has no reverse chain"),
    ("finish.models", ["VAE"], "no model named VAE"),
    ("finish.sweeps.0", 0, "Input should be greater than 0"),
    ("sources.mine.frames", "$(touch${IFS}x)/T{T}.nc", "a path is needed with {T}"),
    ("sources.mine.frames", "-T{T}.nc", "a path is needed with {T}"),
    ("sources.mine.frames", "my\nT{T}.nc", "a path is needed with {T}"),
    ("sources.mine.frames", "~/T{T}.nc", "a path is needed with {T}"),
    ("sources.mine.frames", "all.nc", "a path is needed with {T}"),
    ("figures.fig7.sources", ["mcc"], "no source named mcc"),
    ("figures.fig7.sources", ["mc+5sweeps"], "no source named mc+5sweeps"),
    ("figures.fig7.sources", ["mc+5clusters"], "no source named mc+5clusters"),
    ("figures.fig7.sources.0", "GAN+05sweeps", "a name is needed"),
    ("relaxation.sweeps.0", 0, "Input should be greater than 0"),
    ("relaxation.sweeps", [], "List should have at least 1 item"),
    ("relaxation.models", ["VAE"], "no model named VAE"),
    ("relaxation.clusters.0", 0, "Input should be greater than 0"),
    ("relaxation.starts.0", "hot", "Input should be 'random' or 'ordered'"),
    ("attribution.sweeps", [], "List should have at least 1 item"),
    ("attribution", {"temperatures": [2.3]}, "temperatures: 2.30; allowed are those above 0 and"),
    ("attribution.temperatures.0", 0, "temperature 0.00; allowed are those above 0"),
    ("finite_size.sources", ["GAN"], "GAN is of family gan"),
    ("finite_size.sources", ["VAE"], "no Monte Carlo source or model"),
    ("finite_size.sources", [], "List should have at least 1 item"),
    ("finite_size.lattice_sizes", [8, 16], "List should have at least 3 items"),
    ("finite_size", {"lattice_sizes": [8, 8, 16]}, "lattice_sizes: [8, 8, 16]; allowed are dist"),
    ("finite_size.lattice_sizes", [8, 16, 20], "20 with source DiffIsing2; allowed are multiples"),
    ("finite_size", {"temperatures": [2.2, 2.3]}, "temperatures: 2 at 3 lattice sizes; more th"),
    ("finite_size.frames", 75, "75; allowed are multiples of monte_carlo.mc.cha"),
]
BASES = {
    "models": {"AR": AUTOREGRESSIVE, "GAN+": PENALIZED},
    "relaxation": RELAXATION,
    "attribution": ATTRIBUTION,
    "finite_size": FINITE_SIZE,
}
"""What sections begin with that the default run does not have."""

CONFIGS = {
    "unknown key": ({"lattice_sise": 32}, "no key 'lattice_sise'; allowed are run, "),
    "unknown key of a model": ({"models": {"GAN": {"depth": 2}}}, "models.GAN: no key 'depth'"),
    "unknown family": ({"models": {"GAN": {"family": "vae"}}}, "models.GAN: Input tag 'vae'"),
    "a key that is no text": ({1: 2}, "1: Keys should be strings"),
    "a model named exact": (
        {"models": {"exact": PENALIZED}}, "exact: this name is reserved for exact results"
    ),
    "frames named exact": (
        {"sources": {"exact": {"frames": "a/T{T}.nc"}}}, "exact: this name is reserved for exac"
    ),
    "a circle of models": (
        {"models": {"GAN": {"like": "A"}, "A": {"like": "GAN"}}},
        "models.GAN.like: GAN leads back to itself",
    ),
    "like none of odd names": (
        {"models": {"GAN": {"like": "vae"}, 5: {}, "a\nb": {}}},
        "models.GAN.like: no entry 'vae' in templates or models; allowed are 'compact-unet', 'compa"
        "ct-gan', 'DiffIsing1', 'DiffIsing2', 'DiffFlip', 'DiffIsing3', 'GAN', 'GAN-M', 5, 'a\\nb'",
    ),
    "a figure that there is not": ({"figures": {"fig9": {}}}, "figures: no figure 'fig9'"),
    "no signal left": (
        {"models": {"DiffIsing1": {"beta_end": 0.99}}},
        "models.DiffIsing1: beta_end: 0.99 with beta_start: 0.0001 and diffusion_steps: 1000",
    ),
    "an odd checkerboard": (
        {"lattice_size": 33, "monte_carlo": {"mc": {"sampler": "checkerboard"}}},
        "lattice_size: 33 with monte_carlo.mc.sampler: checkerboard; allowed are even sizes",
    ),
    "L that the patches do not divide": (
        {"models": {"DiffIsing3": {"network": {"levels": 6}}}},
        "lattice_size: 32 with models.DiffIsing3.family: continuous; allowed are multiples of 64",
    ),
    "L that the levels do not divide": (
        {"models": {"GAN+": PENALIZED | {"levels": 5}}, "lattice_size": 48},
        "lattice_size: 48 with models.GAN+.family: wgan-gp; allowed are multiples of 32",
    ),
    "one frame of the reference": (
        {"monte_carlo": {"mc": {"frames": 1, "chains": 1}}},
        "monte_carlo.mc.frames: 1; allowed are 2 and more",
    ),
    "one frame to train on": (
        {"monte_carlo": {"mc-paper": PAPER | {"frames": 1}}},
        "models.DiffIsing1: only one frame per chain of monte_carlo.mc-paper; training needs",
    ),
    "one frame used of each chain": (
        {"models": {"DiffIsing3": {"frames_per_temperature": 50}}},
        "models.DiffIsing3: only one frame per chain of monte_carlo.mc-train; training needs",
    ),
    "all frames held out": (
        {"monte_carlo": {"mc-paper": PAPER | {"frames": 2}}, "models": {"DiffIsing1": {
            "validation_fraction": 0.6}}},
        "models.DiffIsing1.validation_fraction: 0.6 of 2 frames per chain of monte_carlo.mc-pa",
    ),
    "references that do not move": (
        {"models": {"DiffIsing3": {"reference_translations": True, "augmentation": "flip"}}},
        "models.DiffIsing3: reference_translations: true, but augmentation: flip does not move",
    ),
    "a name of Monte Carlo and of files": (
        {"sources": {"mc": {"frames": "T{T}.nc"}}},
        "mc: used twice among monte_carlo, models, sources and relaxation.starts",
    ),
    "a name of a start and of files": (
        {
            "relaxation": RELAXATION | {"starts": ["random"]},
            "sources": {"random": {"frames": "T{T}.nc"}},
        },
        "random: used twice among monte_carlo, models, sources and relaxation.starts",
    ),
    "a name of a repeat and of files": (
        {"models": {"GAN": {"training_seeds": 2}}, "sources": {"GAN.seed2": {"frames": "{T}.nc"}}},
        "GAN.seed2: used twice among monte_carlo, models, sources and relaxation.starts",
    ),
    "a finish in more noise than there is": (
        {"finish": {"sigma": 158, "sweeps": [3], "models": ["DiffFlip"]}},
        "finish.sigma: 158.0; allowed is less than 157.4, the initial noise of DiffFlip",
    ),
    "a finish of an autoregressive model": (
        WITH_AR | {"finish": {"sweeps": [3], "models": ["AR"]}},
        "finish.models: AR is of family autoregressive, which has no reverse chain",
    ),
    "a finish of a penalized GAN": (
        WITH_PENALIZED | {"finish": {"sweeps": [3], "models": ["GAN+"]}},
        "finish.models: GAN+ is of family wgan-gp, which has no reverse chain",
    ),
    "a walk of an autoregressive model": (
        WITH_AR | {"equilibration": {"sources": ["AR"]}},
        "equilibration.sources: AR; allowed are Monte Carlo sources and models of family",
    ),
    "a walk of a penalized GAN": (
        WITH_PENALIZED | {"equilibration": {"sources": ["GAN+"]}},
        "equilibration.sources: GAN+; allowed are Monte Carlo sources and models of family",
    ),
    "an unknown key of a penalized GAN": (
        {"models": {"GAN+": PENALIZED | {"width": 8}}},
        "models.GAN+: no key 'width'; allowed are ",
    ),
    "a size that 4 does not divide": (
        WITH_AR | {"finite_size": FINITE_SIZE | {"lattice_sizes": [8, 18, 24], "sources": ["AR"]}},
        "finite_size.lattice_sizes: 18 with source AR; allowed are multiples of 4",
    ),
    "a size that the levels do not divide": (
        {
            "models": {"GAN+": PENALIZED | {"levels": 3}},
            "lattice_size": 24,
            "finite_size": FINITE_SIZE | {"lattice_sizes": [8, 12, 16], "sources": ["GAN+"]},
        },
        "finite_size.lattice_sizes: 12 with source GAN+; allowed are multiples of 8",
    ),
    "a size that is no checkerboard": (
        {
            "finite_size": FINITE_SIZE | {"lattice_sizes": [8, 15, 16], "sources": ["mc"]},
            "monte_carlo": {"mc": {"sampler": "checkerboard"}},
        },
        "finite_size.lattice_sizes: 15 with source mc, sampler checkerboard",
    ),
    **{
        f"a model named {name}": (
            {"models": {name: PENALIZED}}, "models: a name is needed, of letters"
        )
        for name in ("+", "GA+N", "GAN++", "GAN+x", "GAN+5sweeps", "GAN+.seed0")
    },
}  # fmt: skip


def laid(key, value):
    """Return what is laid over the default run to give a key a value."""
    for name in reversed(key.split(".")):
        value = [value] if name == "0" else {name: value}
    section = key.split(".")[0]
    return merge({section: BASES[section]}, value) if section in BASES else value


@pytest.mark.parametrize(
    ("changes", "message"),
    [*((laid(key, value), f"{key}: {message}") for key, value, message in KEYS), *CONFIGS.values()],
    ids=[*(f"{key}={value}" for key, value, _ in KEYS), *CONFIGS],
)
def test_a_config_that_cannot_work(changes, message, refused, tmp_path):
    path = tmp_path / "change.yaml"
    path.write_text(yaml.safe_dump(changes))
    line = refused(
        "train", "--config", ROOT / "config.yaml", "--config", path, "--model", "GAN",
        "--output", "m.safetensors", "gone.nc",
    )  # fmt: skip
    assert line.startswith(f"ising-fidelity: config: {message}")


NOT_YAML = {
    "an open list": (b"a: [1", "not valid YAML"),
    "a list": (b"- a", "a mapping of keys to values is needed"),
    "nothing": (b"", "a mapping of keys to values is needed"),
    "no text": (b"\xff\xfe\x00", "cannot be read ("),
    "a day that is none": (b"a: 2024-99-99", "not valid YAML ("),
    "an object of Python": (
        b"a: !!python/object/apply:os.system ['touch ran']",
        "not valid YAML (",
    ),
    "nested without end": (b"[" * 5000, "not valid YAML (nested too deeply)"),
}


@pytest.mark.parametrize(("content", "message"), NOT_YAML.values(), ids=NOT_YAML)
def test_a_config_that_is_none(content, message, refused, tmp_path):
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    line = refused("train", "--config", path, "--model", "m", "--output", "m", "gone.nc")
    assert f"{path}: {message}" in line
