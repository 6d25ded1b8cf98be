"""What null and empty mappings do: null switches off, an empty mapping over another says so."""

import pytest
import yaml

from ising_fidelity.config import load
from ising_fidelity.config.absent import nearest
from ising_fidelity.config.sections import Comparison
from ising_fidelity.exceptions import InputError

from ..configs import DEFAULT, changed

MINE = {"mine": {"frames": "T{T}.nc"}}
ZOO = ["DiffIsing1", "DiffIsing2", "DiffFlip", "DiffIsing3", "GAN", "GAN-M"]
PAPERS = dict.fromkeys(["DiffIsing1", "DiffIsing2", "DiffFlip", "GAN", "GAN-M"])


def test_null_switches_a_section_off(tmp_path):
    sections = ["models", "sources", "templates", "comparison", "equilibration", "figures"]
    run = changed(tmp_path, **dict.fromkeys(sections))
    assert run.all_sources == ["mc-paper", "mc"]
    assert run.figures == {}
    assert run.walked == []
    assert run.comparison == Comparison()
    # What the run writes of itself is read as the same run.
    assert load.check(yaml.safe_load(yaml.safe_dump(run.plain()))) == run


def test_null_for_all_models_or_sources_is_null_for_each_that_is_named(tmp_path):
    run = changed(tmp_path, models=None, relaxation={"sweeps": [1], "models": ["GAN", "VAE"]})
    assert run.models == dict.fromkeys([*ZOO, "VAE"])
    figures = {"fig3": {"sources": ["mc", "GAN+5sweeps", "random+1clusters", "mine"]}}
    run = changed(tmp_path, sources=None, figures=figures)
    assert run.sources == {"mine": None}
    assert list(run.trained_models) == ZOO
    assert load.check(yaml.safe_load(yaml.safe_dump(run.plain()))) == run
    # Of two that are missing none can be told from the other.
    run = changed(tmp_path, models=None, sources=None, figures=figures)
    assert (run.models["mine"], run.sources) == (None, {})
    with pytest.raises(InputError, match=r"figures\.fig3\.sources\.1: a name is needed"):
        changed(tmp_path, models=None, figures={"fig3": {"sources": ["mc", "GAN+05sweeps"]}})


def test_null_leaves_one_entry_out_of_the_run(tmp_path):
    run = changed(tmp_path, monte_carlo={"mc-paper": None}, models=PAPERS)
    assert run.all_sources == ["mc", "DiffIsing3", "DiffIsing3+10gibbs"]
    sizes = {"lattice_sizes": [16, 32, 64], "temperatures": [2.2, 2.27, 2.3]}
    walked = {"sources": ["mc-paper", "DiffIsing2"]}
    run = changed(
        tmp_path,
        monte_carlo={"mc-paper": None},
        models=PAPERS,
        sources=MINE | {"other": None},
        equilibration=walked,
        finite_size=sizes | {"sources": ["mc", "mc-paper"]},
    )
    assert (list(run.foreign), run.walked, run.scaled) == (["mine"], [], ["mc"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"monte_carlo": {"mc": None}},
            "reference: mc, but monte_carlo.mc is null; allowed are ['mc-paper']",
        ),
        (
            {"monte_carlo": {"mc-paper": None}},
            "monte_carlo.mc-paper: null, but it is the training_source of DiffIsing1, DiffIsing2, "
            "DiffFlip, GAN, GAN-M; allowed training sources are ['mc', 'mc-train'], or null for",
        ),
        (
            {"monte_carlo": {"mc-train": None}, "models": PAPERS},
            "monte_carlo.mc-train: null, but it is the training_source of DiffIsing3; allowed",
        ),
        ({"monte_carlo": None}, "monte_carlo: Input should be a valid dictionary (given: None)"),
        ({"sampling": None}, "sampling: Input should be a valid dictionary or instance of Samp"),
        ({"figures": {"figS6": {"temperatures": [2.3, 3]}}}, "figures.figS6.temperatures: 2"),
    ],
)
def test_what_a_run_needs_cannot_be_left_out(changes, message, tmp_path):
    with pytest.raises(InputError) as caught:
        changed(tmp_path, **changes)
    assert str(caught.value).startswith(f"config: {message}")
    assert "\n" not in str(caught.value)


def test_an_empty_mapping_over_another_is_said_to_change_nothing(tmp_path):
    with pytest.warns(UserWarning, match="^models: {} changes nothing: mappings are merged; set "):
        run = changed(tmp_path, models={})
    assert list(run.trained_models) == ZOO
    with pytest.warns(UserWarning, match="^sampling: {} changes nothing: mappings are merged$"):
        changed(tmp_path, sampling={})
    base = yaml.safe_load(DEFAULT.read_text())
    there = [key for key, value in base.items() if value is not None]
    said = load.without_effect([base, {key: {} for key in there}])
    assert [line.split(":")[0] for line in said] == [
        "monte_carlo", "templates", "models", "sampling", "comparison", "equilibration", "finish",
        "figures",
    ]  # fmt: skip
    assert said[0].endswith("set an entry to null to leave it out")
    assert said[-1].endswith("to leave it out; figures: null leaves out all")
    null = {"finish": None, "figures": {"fig3": None}}
    said = load.without_effect([null, {"finish": {}, "figures": {"fig3": {}, "fig4": {}}}])
    assert said == [
        f"{key}: {{}} changes nothing: it stays null until one of its keys is given"
        for key in ("finish", "figures.fig3")
    ]
    # There is nothing that could have been meant to go.
    assert load.without_effect([{"sources": {}}, {"sources": {}}]) == []
    assert len(load.without_effect([{}, {"sources": MINE}, {"sources": {}}])) == 1


def test_the_nearest_temperature_is_the_lower_of_two_alike():
    there = ["2.00", "2.10", "2.269185", "2.40"]
    asked = ["1.00", "2.05", "2.10", "2.30", "2.35", "9.00"]
    found = ["2.00", "2.00", "2.10", "2.269185", "2.40", "2.40"]
    assert nearest(asked, there) == dict(zip(asked, found, strict=True))
    assert nearest(asked, []) == {}
