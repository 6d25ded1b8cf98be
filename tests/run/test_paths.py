"""Which files a run has, and which of them each step reads."""

import pytest

from ising_fidelity.config import load
from ising_fidelity.figures.registry import FIGURES
from ising_fidelity.run.paths import Paths

from ..configs import ATTRIBUTION, DEFAULT, FINITE_SIZE, PRESETS, RELAXATION, changed

RUNS = [[DEFAULT], *([DEFAULT, path] for path in PRESETS)]
MINE = {"mine": {"frames": "frames/my-T{T}.nc"}}


@pytest.fixture(params=RUNS, ids=lambda paths: paths[-1].stem)
def paths(request):
    """Give the files of a shipped run."""
    return Paths(load.load(request.param))


@pytest.fixture
def default():
    return Paths(load.load([DEFAULT]))


def made_by(paths):
    """Return every file of a run that a figure may be drawn from."""
    run = paths.run
    walks = run.equilibration
    single = [f"{paths.results}/{name}.nc" for name in ("fidelity", "exact")]
    attribution = [f"{paths.results}/attribution.nc"] if run.attributed else []
    return {
        *single,
        *attribution,
        *(paths.model(model) for model in run.trained_models),
        *paths.training_histories(),
        *paths.finite_sizes(),
        *paths.per_source_and_temperature("configurations"),
        *paths.per_source_and_temperature("observables"),
        *paths.per_source_and_temperature("equilibration", walks.sources, walks.temperatures),
    }


def test_files_are_below_the_folder_of_the_run(default):
    assert default.results == "results/default"
    assert default.frames("mc", "2.30") == "results/default/configurations/mc/T2.30.nc"
    assert default.model("GAN") == "results/default/models/GAN.safetensors"


def test_figures_are_drawn_from_files_that_the_run_makes(paths):
    files = made_by(paths)
    assert paths.figures
    for name in paths.figures:
        read = paths.read_by_figure(name)
        assert read, name
        assert len(read) == len(set(read)), name
        assert set(read) <= files, name


def test_a_figure_reads_a_file_of_each_kind_that_it_needs(paths):
    single = {"fidelity": "/fidelity.nc", "exact": "/exact.nc", "attribution": "/attribution.nc"}
    several = {"training": ".training.nc", "model": ".safetensors"}
    parts = single | several
    for name in paths.figures:
        read = paths.read_by_figure(name)
        kinds = [
            {need for need in FIGURES[name].needs if parts.get(need, f"/{need}/") in path}
            for path in read
        ]
        assert all(len(kind) == 1 for kind in kinds), name
        assert set().union(*kinds) == set(FIGURES[name].needs), name


def test_every_figure_is_written_in_both_formats(paths):
    files = paths.figure_files()
    assert len(files) == 2 * len(paths.figures)
    assert f"{paths.results}/figures/{next(iter(paths.figures))}.png" in files
    assert {path.rpartition(".")[2] for path in files} == {"svg", "png"}


def test_frames_made_elsewhere_are_read_where_they_are(tmp_path):
    paths = Paths(changed(tmp_path, sources=MINE))
    assert paths.frames("mine", "2.269185") == "frames/my-T2.269185.nc"
    frames = paths.per_source_and_temperature("configurations", ["mine"], ["2.30"])
    measured = paths.per_source_and_temperature("observables", ["mine"], ["2.30"])
    assert frames == ["frames/my-T2.30.nc"]
    assert measured == ["results/default/observables/mine/T2.30.nc"]
    assert {path for path in paths.read_by_figure("fig7") if "mine" in path or "my-" in path} == {
        paths.frames("mine", T) for T in paths.figures["fig7"].temperatures
    }


def test_there_is_a_file_for_each_source_and_temperature(default):
    run = default.run
    files = default.per_source_and_temperature("comparisons")
    assert len(files) == len(set(files)) == len(run.all_sources) * len(run.temperatures)
    assert files[0] == f"results/default/comparisons/{run.all_sources[0]}/T1.00.nc"
    assert default.per_source_and_temperature("comparisons", ["mc"], []) == []


def test_a_model_is_trained_on_frames_of_its_own_source(default):
    for model, source in (("DiffIsing2", "mc-paper"), ("DiffIsing3", "mc-train")):
        temperatures = default.run.trained_models[model].training_temperatures
        assert len(temperatures) == 18
        expected = [f"results/default/configurations/{source}/T{T}.nc" for T in temperatures]
        assert default.training_frames(model) == expected


@pytest.mark.parametrize("source", ["DiffIsing3", "DiffIsing3+10gibbs", "DiffIsing3+5sweeps"])
def test_frames_are_compared_with_those_that_the_network_behind_them_was_trained_on(
    source, tmp_path
):
    relaxation = RELAXATION | {"models": ["DiffIsing3"], "starts": ["random"]}
    paths = Paths(changed(tmp_path, relaxation=relaxation))
    assert source in paths.run.all_sources
    expected = ["results/default/configurations/mc-train/T2.05.nc"]
    assert paths.training_frames_at(source, "2.05") == expected
    assert paths.training_frames_at(source, "1.00") == []
    for untrained in ("mc", "random", "random+5sweeps"):
        assert paths.training_frames_at(untrained, "2.05") == []


def test_a_repeat_is_trained_on_the_frames_of_its_model(tmp_path):
    paths = Paths(changed(tmp_path, models={"DiffIsing3": {"training_seeds": 2}}))
    frames = paths.training_frames("DiffIsing3.seed2")
    assert frames == paths.training_frames("DiffIsing3")
    assert paths.training_frames_at("DiffIsing3.seed2", "2.05") == [frames[3]]
    assert "results/default/models/DiffIsing3.seed2.training.nc" in paths.training_histories()


def test_a_model_may_be_trained_on_frames_of_several_lattice_sizes(tmp_path):
    paths = Paths(changed(tmp_path, models={"DiffIsing3": {"further_lattice_sizes": [16, 64]}}))
    frames = paths.training_frames("DiffIsing3")
    assert len(frames) == 3 * 18
    assert frames[18] == "results/default/finite_size/L16/configurations/mc-train/T1.60.nc"
    assert frames[-1] == "results/default/finite_size/L64/configurations/mc-train/T3.40.nc"


def test_attributions_are_of_models_at_the_temperatures_that_the_run_has(tmp_path, default):
    assert default.attributions() == []
    models = dict.fromkeys(["DiffIsing1", "DiffIsing2", "DiffFlip", "GAN-M"])
    paths = Paths(changed(tmp_path, attribution=ATTRIBUTION, models=models))
    assert paths.attributions() == [
        f"results/default/attributions/{source}/T{T}.nc"
        for source in ("DiffIsing3", "GAN")
        for T in ("1.00", "1.20")
    ]


def test_finite_size_scaling_reads_every_lattice_size(tmp_path, default):
    assert default.finite_sizes() == default.at_sizes("mc") == []
    paths = Paths(changed(tmp_path, finite_size=FINITE_SIZE))
    files = paths.at_sizes("mc")
    assert len(files) == 9
    assert files[0] == "results/default/finite_size/L16/observables/mc/T2.20.nc"
    assert paths.finite_sizes() == [
        f"results/default/finite_size/{source}.nc" for source in ("mc", "DiffIsing2")
    ]
    assert paths.finite_sizes(["mc"]) == ["results/default/finite_size/mc.nc"]
    assert paths.read_by_figure("finite_size") == paths.finite_sizes()


def test_where_walks_are_shown_beside_frames_these_are_of_monte_carlo(default):
    read = default.read_by_figure("fig1a")
    assert [path.removeprefix("results/default/") for path in read] == [
        "configurations/mc-paper/T2.30.nc",
        "equilibration/mc-paper/T2.30.nc",
        "equilibration/DiffIsing2/T2.30.nc",
        "models/DiffIsing2.safetensors",
    ]
