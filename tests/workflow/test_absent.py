"""A run without any model goes from first to last, and says what it leaves out."""

import pytest

pytestmark = pytest.mark.workflow

FIGURES = {
    "fig1a": {"sources": ["mc-paper", "DiffIsing2"]},
    "fig4": {"sources": ["mc-paper", "DiffIsing2"]},
    "figS6": {"temperatures": [2.25]},
}


def notes_of(done):
    """Return what a run says of what it leaves out."""
    lines = (done.stdout + done.stderr).splitlines()
    return [line.removeprefix("note: ") for line in lines if line.startswith("note: ")]


@pytest.mark.long
def test_a_run_without_any_model_goes_from_first_to_last(fresh):
    fresh.configs.append("workflow/presets/tiny.yaml")
    project = fresh.lay_over(models=None, figures=FIGURES, temperatures=[2.0, 2.3])
    done = project.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    results = fresh.folder / "results" / "tiny"
    drawn = {path.stem for path in (results / "figures").glob("*.png")}
    assert drawn == {"fig3", "fig4", "fig7", "figS6"}
    said = notes_of(done)
    assert "figure training is left out: none of its sources" in "\n".join(said)
    assert [line.split(":")[0] for line in said if "fig1a" in line] == ["figure fig1a is left out"]
    assert "figure figS6 shows T = 2.30 in place of 2.25" in said
    page = (results / "scores.html").read_text()
    assert page.count("<li>") == len(said)
    assert "<li>figure figS6 shows T = 2.30 in place of 2.25</li>" in page
    assert project.plan() == {}


def test_empty_sections_of_any_file_are_said_to_change_nothing(fresh):
    fresh.configs.append("workflow/presets/tiny.yaml")
    project = fresh.lay_over(models={}, sources={}).lay_over(figures={}, run="other")
    done = project.snakemake("--dry-run", "--config", "equilibration={}")
    assert done.returncode == 0, done.stdout + done.stderr
    said = [line.split(";")[0] for line in notes_of(done) if "changes nothing" in line]
    assert said == [
        f"{key}: {{}} changes nothing: mappings are merged"
        for key in ("models", "figures", "equilibration")
    ]


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (
            {"figures": None},
            {"plot_fig3", "plot_fig7", "plot_training", "plot_fig4", "equilibrate"},
        ),
        ({"equilibration": None}, {"plot_fig4", "equilibrate"}),
        ({"models": {"DiffIsing2": None}}, set()),
        ({"monte_carlo": {"mc-paper": None}, "training_source": "mc"}, set()),
    ],
)
def test_what_null_switches_off_leaves_the_plan(fresh, change, gone):
    fresh.configs.append("workflow/presets/tiny.yaml")
    project = fresh.lay_over(figures={"fig4": {"sources": ["mc-paper", "DiffIsing2"]}})
    before = project.plan()
    plan = project.lay_over(**change).plan()
    assert before.keys() - plan.keys() == gone
    assert plan["score"] == 1
    assert sum(plan.values()) < sum(before.values())
