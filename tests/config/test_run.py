"""The config: presets are valid, layers merge, wrong keys and values are named."""

import importlib.util
import json
from pathlib import Path

import pytest
import yaml

from ising_fidelity import config
from ising_fidelity.exceptions import InputError

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = ROOT / "config.yaml"
PRESETS = sorted((ROOT / "workflow" / "presets").glob("*.yaml"))


def changed(tmp_path, **changes):
    path = tmp_path / "change.yaml"
    path.write_text(yaml.safe_dump(changes))
    return config.load([DEFAULT, path])


def test_the_default_run():
    run = config.load([DEFAULT])
    grid = [f"{1 + step / 10:.2f}" for step in range(31)]
    assert run.temperatures == sorted([*grid, "2.269185"], key=float)
    assert run.all_sources == [
        "mc-paper", "mc", "DiffIsing1", "DiffIsing2", "DiffFlip", "DiffIsing3", "GAN", "GAN-M",
        "DiffIsing3+10gibbs",
    ]  # fmt: skip
    assert len(run.drawn_figures) == 25


def test_a_model_is_trained_on_the_runs_source_or_its_own(tmp_path):
    run = config.load([DEFAULT])
    assert run.trained_on("DiffIsing2") == run.training_source == "mc-paper"
    assert run.trained_on("DiffIsing3") == "mc-train"
    own = changed(tmp_path, models={"GAN": {"training_source": "mc", "training_seeds": 2}})
    assert own.trained_on("GAN") == own.trained_on("GAN.seed2") == "mc"
    evaluated = changed(tmp_path, monte_carlo={"mc-train": {"evaluated": True}})
    assert set(evaluated.all_sources) - set(run.all_sources) == {"mc-train"}


def test_figures_of_a_comparison_are_drawn_where_it_is_made(tmp_path):
    default = config.load([DEFAULT]).drawn_figures.keys()
    both = changed(tmp_path, comparison={"memory_frames": 50, "classifier": True})
    assert both.drawn_figures.keys() - default == {"memory", "classifier"}
    assert changed(tmp_path, comparison={"classifier": True}).drawn_figures.keys() - default == {
        "classifier"
    }


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_presets_are_valid_and_name_their_run(path):
    assert config.load([DEFAULT, path]).run == path.stem


def test_files_are_laid_over_each_other_as_snakemake_does(tmp_path):
    update_config = pytest.importorskip("snakemake.utils").update_config
    layers = [{"models": {"DiffIsing3": None}}, {"models": {"DiffIsing3": {"epochs": 3}}}]
    paths = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    over: dict = {}
    for path, layer in zip(paths, layers, strict=True):
        path.write_text(yaml.safe_dump(layer))
        update_config(over, layer)
    merged = yaml.safe_load(DEFAULT.read_text())
    update_config(merged, over)
    loaded = config.load([DEFAULT, *paths])
    assert loaded == config.check(merged)
    assert loaded.models["DiffIsing3"].epochs == 3
    assert "DiffIsing3" not in config.load([DEFAULT, paths[0]]).trained_models


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
    assert keys == set(config.Config.model_fields)


def test_layers_merge_mappings_and_replace_lists(tmp_path):
    run = changed(tmp_path, models={"GAN": {"width": 4}}, temperatures=[3, "2.3"])
    assert run.models["GAN"].width == 4
    assert run.models["GAN"].latent == 100
    assert run.temperatures == ["2.30", "3.00"]


def test_numbers_may_be_written_as_yaml_takes_for_text(tmp_path):
    """A number such as 1e-4, without a point in it, is text to YAML 1.1."""
    path = tmp_path / "change.yaml"
    path.write_text("models: {GAN: {critic_learning_rate: 1e-4, weight_clip: 2.5e1}}")
    gan = config.load([DEFAULT, path]).models["GAN"]
    assert (gan.critic_learning_rate, gan.weight_clip) == (1e-4, 25.0)


def test_a_run_without_models_is_of_frames_made_elsewhere(tmp_path):
    models = dict.fromkeys(["DiffIsing1", "DiffIsing2", "DiffFlip", "DiffIsing3", "GAN", "GAN-M"])
    run = changed(tmp_path, models=models, sources={"mine": {"frames": "T{T}.nc"}})
    assert run.all_sources == ["mc-paper", "mc", "mine"]


def test_a_model_set_to_null_leaves_run_and_figures(tmp_path):
    run = changed(tmp_path, models={"DiffFlip": None, "DiffIsing1": None})
    assert "DiffFlip" not in run.all_sources
    assert run.drawn_figures["figS3"].sources == ["mc-paper", "DiffIsing2"]


def test_training_seeds_make_sources_of_their_own(tmp_path):
    run = changed(tmp_path, models={"GAN": {"training_seeds": 3}})
    assert run.repeats == {"GAN": ["GAN.seed2", "GAN.seed3"]}
    assert run.all_sources[-3:-1] == ["GAN.seed2", "GAN.seed3"]
    single = config.load([DEFAULT]).trained_models["GAN"]
    assert all(run.trained_models[name] == single for name in ("GAN", *run.repeats["GAN"]))
    assert config.load([DEFAULT]).repeats == {}


def test_a_source_may_not_have_the_name_of_a_repeat(tmp_path):
    models = {"GAN": {"training_seeds": 2}}
    sources = {"GAN.seed2": {"frames": "T{T}.nc"}}
    with pytest.raises(InputError, match=r"GAN\.seed2: one name for two"):
        changed(tmp_path, models=models, sources=sources)


def test_frames_made_elsewhere_stand_in_every_figure_of_frames(tmp_path):
    run = changed(tmp_path, sources={"mine": {"frames": "frames/T{T}.nc"}})
    shown = {name for name, figure in run.drawn_figures.items() if "mine" in figure.sources}
    without = {"fig1a", "fig1b", "fig1c", "fig1d", "fig4", "training"}
    assert shown == run.drawn_figures.keys() - without


RELAXATION = {"sweeps": [5, 1], "models": ["GAN", "DiffFlip"]}
ATTRIBUTION = {"temperatures": [1, 1.2, 1.234], "sweeps": [1, 5]}


def test_relaxed_frames_are_sources_that_figures_may_name(tmp_path):
    names = ["GAN+1sweeps", "GAN+5sweeps", "DiffFlip+1sweeps", "DiffFlip+5sweeps"]
    figures = {"fig3": {"sources": ["mc", "GAN", *names]}}
    run = changed(tmp_path, relaxation=RELAXATION, figures=figures)
    assert run.relaxed_sources == {name: (name.split("+")[0], int(name[-7])) for name in names}
    assert run.all_sources[-4:] == names
    assert run.drawn_figures["fig3"].sources == ["mc", "GAN", *names]
    assert changed(tmp_path, figures=figures).drawn_figures["fig3"].sources == ["mc", "GAN"]
    without = changed(tmp_path, relaxation=RELAXATION, models={"GAN": None})
    assert list(without.relaxed_sources) == names[2:]
    assert config.load([DEFAULT]).relaxed_sources == {}


def test_a_plus_may_end_a_models_name(tmp_path):
    gan = {"family": "wgan-gp", "training_temperatures": [2.3], "training_seeds": 2}
    given = {
        "models": {"GAN+": gan},
        "relaxation": {"sweeps": [5], "models": ["GAN", "GAN+", "GAN+.seed2"]},
        "figures": {"fig3": {"sources": ["GAN+", "GAN+5sweeps", "GAN++5sweeps"]}},
    }
    run = changed(tmp_path, **given)
    assert run.relaxed_sources == {
        "GAN+5sweeps": ("GAN", 5),
        "GAN++5sweeps": ("GAN+", 5),
        "GAN+.seed2+5sweeps": ("GAN+.seed2", 5),
    }
    assert run.drawn_figures["fig3"].sources == given["figures"]["fig3"]["sources"]
    without = changed(tmp_path, **given | {"models": {"GAN+": None}, "relaxation": None})
    assert "fig3" not in without.drawn_figures


@pytest.mark.parametrize("name", ["+", "GA+N", "GAN++", "GAN+x", "GAN+5sweeps", "GAN+.seed0"])
def test_a_plus_elsewhere_in_a_name_is_refused(tmp_path, name):
    model = {"family": "wgan-gp", "training_temperatures": [2.3]}
    with pytest.raises(InputError, match="a name is needed, of letters") as error:
        changed(tmp_path, models={name: model})
    assert "\n" not in str(error.value)


def test_clusters_and_starts_without_a_model_are_sources_as_well(tmp_path):
    more = {"clusters": [3, 1, 3], "starts": ["ordered", "random"]}
    run = changed(tmp_path, relaxation=RELAXATION | more | {"models": ["GAN"]})
    assert run.starts == ["ordered", "random"]
    assert run.relaxed_sources == {
        f"{start}+{count}{kind}": (start, count)
        for start in ("GAN", "ordered", "random")
        for kind, counts in (("sweeps", (1, 5)), ("clusters", (1, 3)))
        for count in counts
    }
    assert {*run.starts, *run.relaxed_sources} < set(run.all_sources)
    assert len(run.all_sources) == len(set(run.all_sources))
    assert config.load([DEFAULT]).starts == []


def test_the_figure_of_relaxed_frames_is_drawn_where_there_are_some(tmp_path):
    assert "relaxation" not in config.load([DEFAULT]).drawn_figures
    starts = {"starts": ["random"]}
    run = changed(tmp_path, relaxation=RELAXATION | starts, sources={"mine": {"frames": "{T}.nc"}})
    models = ["DiffIsing1", "DiffIsing2", "DiffFlip", "GAN", "GAN-M"]
    assert run.drawn_figures["relaxation"].sources == ["mc", *models, "random"]
    finish = {"sweeps": [1], "models": ["DiffIsing1"]}
    assert "relaxation" in changed(tmp_path, finish=finish).drawn_figures
    figures = {"relaxation": {"sources": ["mc", "DiffIsing2"]}}
    assert "relaxation" not in changed(tmp_path, finish=finish, figures=figures).drawn_figures


def test_attribution_is_of_models_and_frames_made_elsewhere(tmp_path):
    run = changed(tmp_path, attribution=ATTRIBUTION, sources={"mine": {"frames": "T{T}.nc"}})
    models = ["DiffIsing1", "DiffIsing2", "DiffFlip", "DiffIsing3", "GAN", "GAN-M"]
    assert list(run.attributed) == [*models, "mine"]
    assert set(map(tuple, run.attributed.values())) == {("1.00", "1.20")}
    assert run.drawn_figures["attribution"].sources == list(run.attributed)
    warm = changed(tmp_path, attribution=ATTRIBUTION | {"temperatures": [1.234]})
    for other in (warm, config.load([DEFAULT])):
        assert other.attributed == {}
        assert "attribution" not in other.drawn_figures


def test_finished_frames_are_sources_beside_their_models(tmp_path):
    finish = {"sweeps": [3, 1], "models": ["DiffFlip", "DiffIsing2"]}
    run = changed(tmp_path, finish=finish, models={"DiffIsing2": None})
    assert run.finished_sources == {
        "DiffFlip+1gibbs": ("DiffFlip", 1),
        "DiffFlip+3gibbs": ("DiffFlip", 3),
    }
    assert set(run.finished_sources) < set(run.all_sources)
    figures = {"fig3": {"sources": ["mc", "DiffFlip+3gibbs"]}}
    shown = changed(tmp_path, finish=finish, figures=figures).drawn_figures["fig3"].sources
    assert shown == ["mc", "DiffFlip+3gibbs"]


PENALIZED = {"family": "wgan-gp", "training_temperatures": [2.3]}
FINITE_SIZE = {
    "lattice_sizes": [16, 32, 64],
    "temperatures": [2.2, 2.27, 2.3],
    "sources": ["mc", "DiffIsing2"],
}


AUTOREGRESSIVE = {"family": "autoregressive", "training_temperatures": [2.3]}


def test_autoregressive_models_draw_lattices_of_other_sizes(tmp_path):
    sizes = FINITE_SIZE | {"lattice_sizes": [12, 20, 64], "sources": ["AR"]}
    run = changed(tmp_path, models={"AR": AUTOREGRESSIVE}, finite_size=sizes)
    assert run.scaled == ["AR"]


def test_finite_size_scaling_is_of_sources_that_the_run_has(tmp_path):
    run = changed(tmp_path, finite_size=FINITE_SIZE)
    assert run.scaled == run.drawn_figures["finite_size"].sources == ["mc", "DiffIsing2"]
    assert run.finite_size.temperatures == ["2.20", "2.27", "2.30"]
    without = changed(tmp_path, finite_size=FINITE_SIZE, models={"DiffIsing2": None})
    assert without.scaled == without.drawn_figures["finite_size"].sources == ["mc"]
    default = config.load([DEFAULT])
    assert default.scaled == []
    assert "finite_size" not in default.drawn_figures


def test_a_figure_shows_the_temperatures_that_the_run_has(tmp_path):
    figures = changed(tmp_path, temperatures=[2.3, 3.0]).drawn_figures
    assert figures["fig7"].temperatures == ["2.30", "3.00"]
    assert figures["fig4"].temperatures == ["1.80", "2.30", "2.80"]
    assert "figS6" not in changed(tmp_path, temperatures=[3.0]).drawn_figures


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lattice_sise": 32}, "no key 'lattice_sise'; allowed are run, lattice_size, "),
        ({"lattice_size": 1}, "lattice_size: Input should be greater than or equal to 2"),
        ({"lattice_size": 20}, "allowed are multiples of 8"),
        ({"run": "../up"}, "run: a name is needed, of letters"),
        ({"device": "tpu"}, "device: Input should be 'auto', 'cpu' or 'cuda'"),
        ({"temperatures": []}, "temperatures: Value should have at least 1 item"),
        ({"temperatures": ["cold"]}, "temperatures.0: temperature 'cold' is not a number"),
        ({"models": {"GAN": {"family": "vae"}}}, "models.GAN: Input tag 'vae'"),
        ({"models": {"GAN": {"training_temperatures": []}}}, "models.GAN.training_temperatures"),
        ({"monte_carlo": {"mc": {"chains": 3}}}, "frames: 2000 is not a multiple of chains: 3"),
        ({"reference": "wolff"}, "reference: wolff is not in monte_carlo"),
        ({"monte_carlo": {"mc": {"evaluated": False}}}, "mc.evaluated: false, and it is reference"),
        (
            {"models": {"GAN": {"training_source": "wolff"}}},
            "models.GAN.training_source: wolff is not in monte_carlo",
        ),
        ({"sources": {"mc": {"frames": "T{T}.nc"}}}, "mc: one name for two"),
        (
            {"sources": {"mine": {"frames": "all.nc"}}},
            "sources.mine.frames: a path is needed with {T}",
        ),
        ({"figures": {"fig9": {}}}, "figures: no figure 'fig9'"),
        ({"figures": {"fig7": {"sources": ["mcc"]}}}, "figures.fig7.sources: no source named mcc"),
        ({"equilibration": {"sources": ["mc"]}}, "equilibration.sources: mc has sampler auto"),
        ({"sources": {"mine": {"frames": "my T{T}.nc"}}}, "sources.mine.frames: a path is needed"),
        ({"relaxation": RELAXATION | {"sweeps": [0]}}, "relaxation.sweeps.0: Input should be"),
        ({"relaxation": RELAXATION | {"sweeps": []}}, "relaxation.sweeps: List should have at"),
        ({"relaxation": RELAXATION | {"models": ["VAE"]}}, "relaxation.models: no model named VAE"),
        ({"relaxation": RELAXATION | {"clusters": [0]}}, "relaxation.clusters.0: Input should be"),
        ({"relaxation": RELAXATION | {"starts": ["hot"]}}, "relaxation.starts.0: Input should be"),
        (
            {
                "relaxation": RELAXATION | {"starts": ["random"]},
                "sources": {"random": {"frames": "T{T}.nc"}},
            },
            "random: one name for two of monte_carlo, models, sources and relaxation.starts",
        ),
        (
            {"models": {"DiffIsing3": {"reference_translations": True, "augmentation": "flip"}}},
            "models.DiffIsing3: reference_translations: true, but augmentation: flip does not move",
        ),
        ({"figures": {"fig7": {"sources": ["mc+5sweeps"]}}}, "no source named mc+5sweeps"),
        ({"figures": {"fig7": {"sources": ["mc+5clusters"]}}}, "no source named mc+5clusters"),
        ({"figures": {"fig7": {"sources": ["GAN+05sweeps"]}}}, "fig7.sources.0: a name is needed"),
        ({"attribution": ATTRIBUTION | {"sweeps": []}}, "attribution.sweeps: List should have at"),
        ({"attribution": ATTRIBUTION | {"temperatures": [2.3]}}, "2.30; allowed are those above"),
        ({"attribution": ATTRIBUTION | {"temperatures": [0]}}, "0.00; allowed are those above 0"),
        (
            {"finish": {"sweeps": [3], "models": ["GAN"]}},
            "finish.models: GAN is of family gan, which has no",
        ),
        (
            {"models": {"AR": AUTOREGRESSIVE}, "finish": {"sweeps": [3], "models": ["AR"]}},
            "finish.models: AR is of family autoregressive, which has no",
        ),
        (
            {"models": {"AR": AUTOREGRESSIVE}, "equilibration": {"sources": ["AR"]}},
            "AR is no Monte Carlo source, nor a model of family",
        ),
        (
            {"models": {"AR": AUTOREGRESSIVE | {"colors": 3}}},
            "models.AR.colors: Input should be 1, 2, 4, 8 or 16",
        ),
        (
            {
                "models": {"AR": AUTOREGRESSIVE},
                "finite_size": FINITE_SIZE | {"lattice_sizes": [8, 18, 24], "sources": ["AR"]},
            },
            "finite_size.lattice_sizes: 18 with source AR, which draws multiples of 4",
        ),
        (
            {"models": {"GAN+": PENALIZED}, "finish": {"sweeps": [3], "models": ["GAN+"]}},
            "finish.models: GAN+ is of family wgan-gp, which has no chain to finish",
        ),
        (
            {"models": {"GAN+": PENALIZED}, "equilibration": {"sources": ["GAN+"]}},
            "GAN+ is no Monte Carlo source, nor a model of family",
        ),
        (
            {
                "models": {"GAN+": PENALIZED | {"levels": 3}},
                "lattice_size": 24,
                "finite_size": {**FINITE_SIZE, "lattice_sizes": [8, 12, 16], "sources": ["GAN+"]},
            },
            "finite_size.lattice_sizes: 12 with source GAN+, which draws multiples of 8",
        ),
        (
            {"models": {"GAN+": PENALIZED | {"levels": 5}}, "lattice_size": 48},
            "lattice_size: 48 with models.GAN+.family: wgan-gp; allowed are multiples of 32",
        ),
        (
            {"models": {"GAN+": PENALIZED | {"width": 8}}},
            "models.GAN+: no key 'width'; allowed are ",
        ),
        ({"models": {"GAN+": PENALIZED | {"adam_beta_1": 1}}}, "models.GAN+.adam_beta_1: Input"),
        ({"finish": {"sweeps": [3], "models": ["VAE"]}}, "finish.models: no model named VAE"),
        (
            {"finish": {"sigma": 158, "sweeps": [3], "models": ["DiffFlip"]}},
            "finish.sigma: 158.0, and DiffFlip begins with noise 157.4; allowed is less",
        ),
        (
            {"finish": {"sigma": 64.0, "sweeps": [3], "models": ["DiffIsing3"]}},
            "finish.sigma: 64.0, and DiffIsing3 begins with noise 64; allowed is less",
        ),
        ({"finish": {"sweeps": [0], "models": ["DiffFlip"]}}, "finish.sweeps.0: Input should be"),
        ({"finite_size": FINITE_SIZE | {"sources": ["GAN"]}}, "finite_size.sources: GAN is of fam"),
        ({"finite_size": FINITE_SIZE | {"sources": ["VAE"]}}, "no Monte Carlo source or model"),
        ({"finite_size": FINITE_SIZE | {"sources": []}}, "finite_size.sources: List should have"),
        ({"finite_size": FINITE_SIZE | {"lattice_sizes": [8, 16]}}, "lattice_sizes: List should h"),
        (
            {"finite_size": FINITE_SIZE | {"lattice_sizes": [8, 8, 16]}},
            "allowed are different ones",
        ),
        (
            {"finite_size": FINITE_SIZE | {"lattice_sizes": [8, 16, 20]}},
            "DiffIsing2, which draws multiples",
        ),
        (
            {"finite_size": FINITE_SIZE | {"temperatures": [2.2, 2.3]}},
            "allowed are more than 8 pairs",
        ),
        (
            {"finite_size": FINITE_SIZE | {"frames": 75}},
            "75 is not a multiple of monte_carlo.mc.chai",
        ),
        (
            {
                "finite_size": FINITE_SIZE | {"lattice_sizes": [8, 15, 16], "sources": ["mc"]},
                "monte_carlo": {"mc": {"sampler": "checkerboard"}},
            },
            "finite_size.lattice_sizes: 15 with source mc, sampler checkerboard",
        ),
        (
            {"equilibration": {"sources": ["GAN"]}},
            "GAN is no Monte Carlo source, nor a model of family",
        ),
    ],
)
def test_what_is_wrong_is_named_in_one_line(tmp_path, changes, message):
    with pytest.raises(InputError) as error:
        changed(tmp_path, **changes)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_unreadable_configs_are_named(tmp_path):
    with pytest.raises(InputError, match=r"gone.yaml: cannot be read"):
        config.load([tmp_path / "gone.yaml"])
    path = tmp_path / "bad.yaml"
    path.write_text("a: [1")
    with pytest.raises(InputError, match=r"bad.yaml: not valid YAML"):
        config.load([path])
    path.write_text("- a")
    with pytest.raises(InputError, match=r"bad.yaml: a config is a mapping"):
        config.load([path])
