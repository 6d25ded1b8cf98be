"""The sources of a run, from its config."""

from ising_fidelity.config import load
from ising_fidelity.run.figures import drawn_figures

from ..configs import ATTRIBUTION, AUTOREGRESSIVE, DEFAULT, FINITE_SIZE, RELAXATION, changed


def test_the_default_run():
    run = load.load([DEFAULT])
    grid = [f"{1 + step / 10:.2f}" for step in range(31)]
    assert run.temperatures == sorted([*grid, "2.269185"], key=float)
    assert run.all_sources == [
        "mc-paper", "mc", "DiffIsing1", "DiffIsing2", "DiffFlip", "DiffIsing3", "GAN", "GAN-M",
        "DiffIsing3+10gibbs",
    ]  # fmt: skip
    assert len(drawn_figures(run)) == 25


def test_a_model_is_trained_on_the_runs_source_or_its_own(tmp_path):
    run = load.load([DEFAULT])
    assert run.trained_on("DiffIsing2") == run.training_source == "mc-paper"
    assert run.trained_on("DiffIsing3") == "mc-train"
    own = changed(tmp_path, models={"GAN": {"training_source": "mc", "training_seeds": 2}})
    assert own.trained_on("GAN") == own.trained_on("GAN.seed2") == "mc"
    evaluated = changed(tmp_path, monte_carlo={"mc-train": {"evaluated": True}})
    assert set(evaluated.all_sources) - set(run.all_sources) == {"mc-train"}


def test_a_run_without_models_is_of_frames_made_elsewhere(tmp_path):
    models = dict.fromkeys(["DiffIsing1", "DiffIsing2", "DiffFlip", "DiffIsing3", "GAN", "GAN-M"])
    run = changed(tmp_path, models=models, sources={"mine": {"frames": "T{T}.nc"}})
    assert run.all_sources == ["mc-paper", "mc", "mine"]


def test_a_model_set_to_null_leaves_run_and_figures(tmp_path):
    run = changed(tmp_path, models={"DiffFlip": None, "DiffIsing1": None})
    assert "DiffFlip" not in run.all_sources
    assert drawn_figures(run)["figS3"].sources == ["mc-paper", "DiffIsing2"]


def test_training_seeds_make_sources_of_their_own(tmp_path):
    run = changed(tmp_path, models={"GAN": {"training_seeds": 3}})
    assert run.repeats == {"GAN": ["GAN.seed2", "GAN.seed3"]}
    assert run.all_sources[-3:-1] == ["GAN.seed2", "GAN.seed3"]
    single = load.load([DEFAULT]).trained_models["GAN"]
    assert all(run.trained_models[name] == single for name in ("GAN", *run.repeats["GAN"]))
    assert load.load([DEFAULT]).repeats == {}


def test_relaxed_frames_are_sources_that_figures_may_name(tmp_path):
    names = ["GAN+1sweeps", "GAN+5sweeps", "DiffFlip+1sweeps", "DiffFlip+5sweeps"]
    figures = {"fig3": {"sources": ["mc", "GAN", *names]}}
    run = changed(tmp_path, relaxation=RELAXATION, figures=figures)
    assert run.relaxed_sources == {name: (name.split("+")[0], int(name[-7])) for name in names}
    assert run.all_sources[-4:] == names
    assert drawn_figures(run)["fig3"].sources == ["mc", "GAN", *names]
    assert drawn_figures(changed(tmp_path, figures=figures))["fig3"].sources == ["mc", "GAN"]
    without = changed(tmp_path, relaxation=RELAXATION, models={"GAN": None})
    assert list(without.relaxed_sources) == names[2:]
    assert load.load([DEFAULT]).relaxed_sources == {}


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
    assert drawn_figures(run)["fig3"].sources == given["figures"]["fig3"]["sources"]
    without = changed(tmp_path, **given | {"models": {"GAN+": None}, "relaxation": None})
    assert "fig3" not in drawn_figures(without)


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
    assert load.load([DEFAULT]).starts == []


def test_attribution_is_of_models_and_frames_made_elsewhere(tmp_path):
    run = changed(tmp_path, attribution=ATTRIBUTION, sources={"mine": {"frames": "T{T}.nc"}})
    models = ["DiffIsing1", "DiffIsing2", "DiffFlip", "DiffIsing3", "GAN", "GAN-M"]
    assert list(run.attributed) == [*models, "mine"]
    assert set(map(tuple, run.attributed.values())) == {("1.00", "1.20")}
    assert drawn_figures(run)["attribution"].sources == list(run.attributed)
    between = changed(tmp_path, attribution=ATTRIBUTION | {"temperatures": [1.234, 2.21]})
    assert between.attributed["GAN"] == ["1.20", "2.20"]
    figures = {"attribution": {"temperatures": [2.21]}}
    single = changed(tmp_path, attribution=ATTRIBUTION, figures=figures)
    assert drawn_figures(single)["attribution"].temperatures == ["1.20"]
    warm = changed(tmp_path, attribution=ATTRIBUTION, temperatures=[2.3, 3.0])
    for other in (warm, load.load([DEFAULT])):
        assert other.attributed == {}
        assert "attribution" not in drawn_figures(other)


def test_metropolised_frames_are_sources_of_models_with_a_probability(tmp_path):
    baseline = {"family": "baseline", "kind": "tree", "training_temperatures": [2.0]}
    models = {"Tree": baseline, "DiffIsing2": None}
    figures = {"fig3": {"sources": ["mc", "Tree+metropolised"]}}
    named = {"models": ["Tree", "DiffIsing2"]}
    run = changed(tmp_path, metropolised=named, models=models, figures=figures)
    assert run.metropolised_sources == {"Tree+metropolised": "Tree"}
    assert "Tree+metropolised" in run.all_sources
    assert run.begun("Tree+metropolised") == "Tree"
    assert run.begun("Tree") == "Tree"
    assert drawn_figures(run)["fig3"].sources == ["mc", "Tree+metropolised"]


def test_finished_frames_are_sources_beside_their_models(tmp_path):
    finish = {"sweeps": [3, 1], "models": ["DiffFlip", "DiffIsing2"]}
    run = changed(tmp_path, finish=finish, models={"DiffIsing2": None})
    assert run.finished_sources == {
        "DiffFlip+1gibbs": ("DiffFlip", 1),
        "DiffFlip+3gibbs": ("DiffFlip", 3),
    }
    assert set(run.finished_sources) < set(run.all_sources)
    figures = {"fig3": {"sources": ["mc", "DiffFlip+3gibbs"]}}
    shown = drawn_figures(changed(tmp_path, finish=finish, figures=figures))["fig3"].sources
    assert shown == ["mc", "DiffFlip+3gibbs"]


def test_autoregressive_models_draw_lattices_of_other_sizes(tmp_path):
    sizes = FINITE_SIZE | {"lattice_sizes": [12, 20, 64], "sources": ["AR"]}
    run = changed(tmp_path, models={"AR": AUTOREGRESSIVE}, finite_size=sizes)
    assert run.scaled == ["AR"]


def test_finite_size_scaling_is_of_sources_that_the_run_has(tmp_path):
    run = changed(tmp_path, finite_size=FINITE_SIZE)
    assert run.scaled == drawn_figures(run)["finite_size"].sources == ["mc", "DiffIsing2"]
    assert run.finite_size.temperatures == ["2.20", "2.27", "2.30"]
    without = changed(tmp_path, finite_size=FINITE_SIZE, models={"DiffIsing2": None})
    assert without.scaled == drawn_figures(without)["finite_size"].sources == ["mc"]
    default = load.load([DEFAULT])
    assert default.scaled == []
    assert "finite_size" not in drawn_figures(default)
