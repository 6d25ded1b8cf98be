"""Which figures a run draws, and what they show."""

import pytest

from ising_fidelity.config import load
from ising_fidelity.figures.registry import FIGURES
from ising_fidelity.run.figures import drawn_figures, plan_figures
from ising_fidelity.run.notes import notes

from ..configs import ATTRIBUTION, DEFAULT, RELAXATION, changed

MINE = {"mine": {"frames": "{T}.nc"}}


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
    assert without_walks.keys() == drawn_figures(changed(tmp_path, equilibration=None)).keys()
    # What is left of it is Monte Carlo.
    without_model = drawn_figures(changed(tmp_path, models={"DiffIsing2": None}))
    assert default - without_model.keys() == {"fig1a", "fig1b", "fig1c", "fig1d"}
    figures = {"training": {"sources": ["mc"]}}
    assert "training" not in drawn_figures(changed(tmp_path, figures=figures))


def test_a_figure_shows_those_of_its_sources_alone_that_have_what_it_is_drawn_from(tmp_path):
    """The command refuses a source that it is given no file of."""
    walks = {"sources": ["mc-paper"]}
    figures = drawn_figures(changed(tmp_path, equilibration=walks))
    assert figures["fig4"].sources == ["mc-paper"]
    assert not {"fig1a", "fig1b"} & figures.keys()
    named = {
        "fig1a": {"sources": ["GAN", "DiffIsing1", "mc-paper", "DiffIsing2"]},
        "fig1b": {"sources": ["mc-paper", "DiffIsing2"]},
        "fig1c": {"sources": ["mc", "DiffIsing3", "GAN", "DiffFlip"]},
        "fig1d": {"sources": ["GAN-M"]},
        "training": {"sources": ["mc", "GAN"]},
    }
    figures = drawn_figures(changed(tmp_path, figures=named))
    assert figures["fig1a"].sources == ["mc-paper", "DiffIsing2"]
    assert figures["fig1b"].sources == ["DiffIsing2"]
    assert figures["fig1c"].sources == ["DiffFlip"]
    assert figures["training"].sources == ["GAN"]
    assert "fig1d" not in figures


def test_a_run_without_models_has_the_figures_that_need_none(tmp_path):
    drawn = drawn_figures(changed(tmp_path, models=None, sources=MINE))
    without = {"fig1a", "fig1b", "fig1c", "fig1d", "training", "fig4_gan", "figS2"}
    assert drawn.keys() == drawn_figures(load.load([DEFAULT])).keys() - without
    assert drawn["fig4"].sources == ["mc-paper"]
    # Frames that none was trained on are near no training frame.
    compared = changed(tmp_path, models=None, sources=MINE, comparison={"memory_frames": 9})
    assert "memory" not in drawn_figures(compared)
    assert drawn_figures(changed(tmp_path, figures=None)) == {}


@pytest.mark.parametrize(
    ("temperatures", "lacking"),
    [([2.3, 3.0], {"energy_slope", "figS5"}), ([2.0, 3.0], {"energy_slope"}), ([2, 3, 4], set())],
)
def test_a_figure_is_left_out_where_there_are_too_few_temperatures(temperatures, lacking, tmp_path):
    default = drawn_figures(load.load([DEFAULT])).keys()
    drawn = drawn_figures(changed(tmp_path, temperatures=temperatures)).keys()
    assert default - drawn == lacking


def test_a_figure_shows_the_nearest_temperatures_that_the_run_has(tmp_path):
    plan = plan_figures(changed(tmp_path, temperatures=[2.3, 3.0]))
    assert plan.drawn["fig7"].temperatures == ["2.30", "3.00"]
    asked = ["1.40", "2.30", "2.40", "3.00"]
    shown = ["2.30", "2.30", "2.30", "3.00"]
    assert plan.instead["fig7"] == dict(zip(asked, shown, strict=True))
    assert plan.drawn["fig4"].temperatures == ["1.80", "2.30", "2.80"]
    assert "fig4" not in plan.instead
    assert plan.caption("fig7").endswith("temperatures: T = 2.30 in place of 1.40, 2.40.")
    assert plan.caption("fig6") == FIGURES["fig6"].caption
    single = drawn_figures(changed(tmp_path, temperatures=[3.0]))
    assert single["figS6"].temperatures == ["3.00"]
    walks = {"temperatures": [1.9, 2.5]}
    figures = drawn_figures(changed(tmp_path, equilibration=walks))
    assert figures["fig4"].temperatures == figures["fig1b"].temperatures == ["1.90", "2.50"]
    assert figures["fig1a"].temperatures == ["2.50"]
    nowhere = changed(tmp_path, equilibration={"temperatures": []})
    assert plan_figures(nowhere).left_out["fig4"] == "it has no temperatures"


def test_a_figure_without_sources_or_temperatures_of_its_own_shows_all(tmp_path):
    given = {"fig7": {"sources": [], "temperatures": []}, "training": {"sources": []}}
    run = changed(tmp_path, figures=given, temperatures=[2.3, 3.0], sources=MINE)
    figures = drawn_figures(run)
    assert figures["fig7"].temperatures == ["2.30", "3.00"]
    assert figures["fig7"].sources == ["mc", *(name for name in run.all_sources if name != "mc")]
    assert figures["training"].sources == [*run.trained_models]


def test_what_a_run_leaves_out_is_said_in_a_line_each(tmp_path):
    run = changed(
        tmp_path,
        models={"DiffIsing2": None},
        temperatures=[2.0, 2.3, 3.0],
        attribution=ATTRIBUTION | {"temperatures": [1.9]},
        figures={"fig4": None},
    )
    plan = plan_figures(run)
    said = notes(run, plan)
    assert all("\n" not in line for line in said)
    (null,) = (line for line in said if line.startswith("models.DiffIsing2 is null and left out"))
    assert null.endswith("left out of equilibration")
    assert "figure fig1c is left out: none of its sources (DiffIsing2) is in the run" in said
    assert "figure memory is left out: comparison.memory_frames is off" in said
    assert "figure figS6" not in " ".join(said)
    assert "figure windows shows T = 2.30 in place of 2.269185" in said
    assert "attribution has T = 2.00 in place of 1.90" in said
    for figure in FIGURES:
        shown = figure in plan.drawn or run.figures[figure] is None
        assert shown != any(line.startswith(f"figure {figure} is left out: ") for line in said)
