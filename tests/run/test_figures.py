"""Which figures a run draws, and what they show."""

from ising_fidelity.config import load
from ising_fidelity.run.figures import drawn_figures

from ..configs import DEFAULT, RELAXATION, changed


def test_figures_of_a_comparison_are_drawn_where_it_is_made(tmp_path):
    default = drawn_figures(load.load([DEFAULT])).keys()
    both = changed(tmp_path, comparison={"memory_frames": 50, "classifier": True})
    assert drawn_figures(both).keys() - default == {"memory", "classifier"}
    assert drawn_figures(changed(tmp_path, comparison={"classifier": True})).keys() - default == {
        "classifier"
    }


def test_frames_made_elsewhere_stand_in_every_figure_of_frames(tmp_path):
    run = changed(tmp_path, sources={"mine": {"frames": "frames/T{T}.nc"}})
    shown = {name for name, figure in drawn_figures(run).items() if "mine" in figure.sources}
    without = {"fig1a", "fig1b", "fig1c", "fig1d", "fig4", "training"}
    assert shown == drawn_figures(run).keys() - without


def test_the_figure_of_relaxed_frames_is_drawn_where_there_are_some(tmp_path):
    assert "relaxation" not in drawn_figures(load.load([DEFAULT]))
    starts = {"starts": ["random"]}
    run = changed(tmp_path, relaxation=RELAXATION | starts, sources={"mine": {"frames": "{T}.nc"}})
    models = ["DiffIsing1", "DiffIsing2", "DiffFlip", "GAN", "GAN-M"]
    assert drawn_figures(run)["relaxation"].sources == ["mc", *models, "random"]
    finish = {"sweeps": [1], "models": ["DiffIsing1"]}
    assert "relaxation" in drawn_figures(changed(tmp_path, finish=finish))
    figures = {"relaxation": {"sources": ["mc", "DiffIsing2"]}}
    assert "relaxation" not in drawn_figures(changed(tmp_path, finish=finish, figures=figures))


def test_a_figure_of_networks_or_walks_is_drawn_where_one_of_its_sources_has_them(tmp_path):
    default = drawn_figures(load.load([DEFAULT])).keys()
    assert default >= {"fig1a", "fig1b", "fig1c", "fig4", "training"}
    without_walks = drawn_figures(changed(tmp_path, equilibration={"sources": []}))
    assert default - without_walks.keys() == {"fig1a", "fig1b", "fig4"}
    # What is left of it is Monte Carlo.
    without_model = drawn_figures(changed(tmp_path, models={"DiffIsing2": None}))
    assert default - without_model.keys() == {"fig1a", "fig1b", "fig1c", "fig1d"}
    figures = {"training": {"sources": ["mc"]}}
    assert "training" not in drawn_figures(changed(tmp_path, figures=figures))


def test_a_figure_shows_the_temperatures_that_the_run_has(tmp_path):
    figures = drawn_figures(changed(tmp_path, temperatures=[2.3, 3.0]))
    assert figures["fig7"].temperatures == ["2.30", "3.00"]
    assert figures["fig4"].temperatures == ["1.80", "2.30", "2.80"]
    assert "figS6" not in drawn_figures(changed(tmp_path, temperatures=[3.0]))
