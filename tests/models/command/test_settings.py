"""Settings of models of any framework."""

import pytest

from ising_fidelity.exceptions import InputError
from ising_fidelity.run.figures import drawn_figures
from ising_fidelity.run.notes import notes
from ising_fidelity.run.paths import Paths

from ...configs import changed

TRAINED = {
    "family": "command",
    "train": "fit {frames} {output}",
    "sample": "draw {model} {T} {output}",
    "training_temperatures": [2.3],
}
UNTRAINED = {"family": "command", "sample": "draw {T} {L} {output}"}


def test_a_trained_model_and_one_that_is_not(tmp_path):
    run = changed(tmp_path, models={"Mine": TRAINED | {"training_seeds": 2}, "Fixed": UNTRAINED})
    assert [*run.commands] == ["Fixed", "Mine", "Mine.seed2"]
    assert not {*run.commands} & {*run.networks}
    assert {*run.commands, *run.networks} == {*run.trained_models} <= {*run.all_sources}
    paths = Paths(run)
    assert paths.trained("Mine") == ["results/default/models/Mine.model"]
    assert paths.trained("Fixed") == paths.training_frames_at("Fixed", "2.30") == []
    assert paths.training_frames("Mine") == ["results/default/configurations/mc-paper/T2.30.nc"]
    assert not any("Mine" in path for path in paths.training_histories())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train": "fit {output}"}, "train: without {frames}; needed are {frames}, {output}"),
        ({"train": "fit {frames}"}, "train: without {output}; needed are {frames}, {output}"),
        ({"sample": "draw {model} {output}"}, "sample: without {T}; needed are {T}, {output}"),
        ({"sample": "draw {model} {T}"}, "sample: without {output}; needed are {T}, {output}"),
        ({"sample": "draw {T} {output}"}, "sample: without {model}, the file that train writes"),
        ({"train": "fit {frames} {output} {T}"}, "train: no placeholder {T}; allowed are {frames}"),
        ({"train": None}, "sample: it uses {model}, but there is no train that writes it"),
        ({"training_temperatures": []}, "training_temperatures: none; train needs one or more"),
        ({"sample": ""}, "sample: String should have at least 1 character (given: '')"),
        ({"inputs": "my.py"}, "inputs: Input should be a valid list"),
        ({"epochs": 3}, "no key 'epochs'; allowed are training_temperatures, training_source"),
    ],
)
def test_what_no_model_can_be_is_refused_by_its_key(changes, message, tmp_path):
    with pytest.raises(InputError) as caught:
        changed(tmp_path, models={"Mine": TRAINED | changes})
    assert str(caught.value).startswith(("config: models.Mine: ", "config: models.Mine."))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [{"training_temperatures": [2.3]}, {"training_source": "mc"}, {"training_seeds": 2}],
)
def test_without_training_nothing_is_said_of_it(changes, tmp_path):
    (key,) = changes
    with pytest.raises(InputError, match=f"models.Mine: {key}: there is no train; allowed"):
        changed(tmp_path, models={"Mine": UNTRAINED | changes})


def test_the_source_of_a_model_without_training_may_be_null(tmp_path):
    none = dict.fromkeys(("DiffIsing1", "DiffIsing2", "DiffFlip", "DiffIsing3", "GAN", "GAN-M"))
    models = none | {"Mine": UNTRAINED}
    run = changed(tmp_path, models=models, monte_carlo={"mc-paper": None})
    assert "Mine" in run.all_sources
    with pytest.raises(InputError, match="it is the training_source of Mine"):
        changed(tmp_path, models=none | {"Mine": TRAINED}, monte_carlo={"mc-paper": None})


def test_what_needs_frames_alone_is_there_and_what_needs_a_network_is_not(tmp_path):
    figures = {"training": {"sources": ["GAN", "Mine"]}, "fig1c": {"sources": ["Mine"]}}
    run = changed(
        tmp_path,
        models={"Mine": TRAINED},
        relaxation={"sweeps": [2], "models": ["Mine"]},
        attribution={"temperatures": [1.0], "sweeps": [1]},
        figures=figures | {"fig3": {"sources": ["mc", "Mine", "Mine+2sweeps"]}},
    )
    assert run.relaxed_sources == {"Mine+2sweeps": ("Mine", 2)}
    assert run.attributed["Mine"] == ["1.00"]
    drawn = drawn_figures(run)
    assert drawn["fig3"].sources == ["mc", "Mine", "Mine+2sweeps"]
    assert drawn["training"].sources == ["GAN"]
    assert "fig1c" not in drawn
    said = notes(run, Paths(run).plan)
    assert "figure training leaves out Mine: family command has no network" in said
    assert (
        "figure fig1c is left out: none of its sources (Mine) has the network of a diffusion model"
        in said
    )


@pytest.mark.parametrize(
    ("section", "message"),
    [
        (
            {"finish": {"sweeps": [1], "models": ["Mine"]}},
            "finish.models: Mine is of family command, which has no reverse chain",
        ),
        (
            {"equilibration": {"sources": ["Mine"]}},
            "equilibration.sources: Mine; allowed are Monte Carlo sources and models of family",
        ),
        (
            {
                "finite_size": {
                    "lattice_sizes": [16, 32, 64],
                    "temperatures": [2.2, 2.27, 2.3],
                    "sources": ["Mine"],
                }
            },
            "finite_size.sources: Mine is of family command, which samples one lattice size",
        ),
    ],
)
def test_sections_that_need_a_network_refuse_it(section, message, tmp_path):
    with pytest.raises(InputError) as caught:
        changed(tmp_path, models={"Mine": TRAINED}, **section)
    assert message in str(caught.value)


def test_a_command_that_is_told_the_size_draws_all_sizes(tmp_path):
    sizes = {
        "lattice_sizes": [16, 32, 64],
        "temperatures": [2.2, 2.27, 2.3],
        "sources": ["Mine"],
    }
    assert changed(tmp_path, models={"Mine": UNTRAINED}, finite_size=sizes).scaled == ["Mine"]
