"""The flags of each step's command, and that the command has them."""

import json
import shlex

import pytest
import typer

from ising_fidelity.cli.main import app
from ising_fidelity.config import load
from ising_fidelity.run import flags
from ising_fidelity.run.paths import Paths

from ..configs import AUTOREGRESSIVE, DEFAULT, PENALIZED, PRESETS, RELAXATION, changed

RUNS = [[DEFAULT], *([DEFAULT, path] for path in PRESETS)]
COMMANDS = typer.main.get_command(app).commands


def parsed(verb, text):
    """Return the options of a command that flags set, by what the command itself makes of them."""
    command = COMMANDS[verb]
    context = typer.Context(command, resilient_parsing=True)
    values, left, order = command.make_parser(context).parse_args(shlex.split(text))
    assert left == []
    given = {parameter.name for parameter in order if values.get(parameter.name) is not None}
    return {name: values[name] for name in given}


@pytest.fixture(params=RUNS, ids=lambda paths: paths[-1].stem)
def run(request):
    """Give a shipped run."""
    return load.load(request.param)


@pytest.fixture
def default():
    return load.load([DEFAULT])


def test_a_value_that_is_not_set_has_no_flag():
    assert flags.flags(sampling_steps=4, sampler=None, compile=False) == "--sampling-steps 4"
    assert flags.flags(classifier=True, frames=0) == "--classifier --frames 0"
    assert flags.flags() == ""


def test_a_value_is_one_word_to_a_shell_whatever_is_in_it():
    place = "it's & co/a b (c)/T2.30.nc"
    assert shlex.split(flags.flags(training=place)) == ["--training", place]
    assert shlex.split(flags.repeated("finite_size", [place])) == ["--finite-size", place]


def test_a_flag_may_be_given_for_each_value():
    assert flags.repeated("finite_size", ["a.nc", "b.nc"]) == (
        "--finite-size a.nc --finite-size b.nc"
    )
    assert flags.repeated("sweeps", []) == ""


def test_a_chain_of_monte_carlo_is_that_of_the_config(run):
    for source, chain in run.monte_carlo.items():
        expected = {name: str(value) for name, value in chain.plain().items()}
        del expected["evaluated"]
        assert parsed("simulate", flags.monte_carlo(run, source)) == expected
        other = flags.monte_carlo(run, source, 4 * chain.chains)
        assert parsed("simulate", other) == expected | {"frames": str(4 * chain.chains)}


def test_there_are_as_many_starts_as_a_model_samples_frames(default):
    assert parsed("simulate", flags.start(default, "ordered")) == {
        "sampler": "metropolis",
        "frames": "200",
        "chains": "200",
        "thermalization": "0",
        "spacing": "1",
        "start": "ordered",
    }


def test_frames_are_relaxed_by_sweeps_or_clusters(tmp_path):
    run = changed(tmp_path, relaxation=RELAXATION | {"clusters": [3]})
    sweeps, clusters = (flags.relaxation(run, f"GAN+{kind}") for kind in ("5sweeps", "3clusters"))
    assert parsed("relax", sweeps) == {"sampler": "metropolis", "sweeps": "5"}
    assert parsed("relax", clusters) == {"sampler": "cluster", "sweeps": "3"}


def test_only_a_reverse_chain_has_options_and_only_its_own(run):
    for source in (*run.monte_carlo, *run.trained_models, *run.finished_sources):
        model = run.trained_models.get(run.finished_sources.get(source, (source, 0))[0])
        given = parsed("sample", flags.sampling(run, source))
        if model is None:
            assert given == {}
            continue
        plain = run.sampling.plain()
        expected = {
            name: str(plain[name])
            for name in model.chain_options
            if plain[name] is not None and plain[name] is not False
        }
        given.pop("compile", None)
        expected.pop("compile", None)
        if source in run.finished_sources:
            assert float(given.pop("finish_sigma")) == run.finish.sigma
            assert int(given.pop("finish_sweeps")) == run.finished_sources[source][1]
        assert given == expected, source


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "DiffIsing2",
            {
                "sampling_steps",
                "reverse_variance",
                "reverse_solver",
                "precision",
                "compile",
            },
        ),
        ("DiffIsing3", {"sampling_steps", "sampler", "precision", "compile"}),
        (
            "DiffIsing3+10gibbs",
            {"sampling_steps", "sampler", "precision", "compile", "finish_sigma", "finish_sweeps"},
        ),
        *((source, set()) for source in ("GAN", "GAN+", "AR", "mc", "mc-paper")),
    ],
)
def test_each_family_has_its_options(source, expected, tmp_path):
    models = {"GAN+": PENALIZED, "AR": AUTOREGRESSIVE}
    run = changed(tmp_path, models=models, sampling={"compile": True})
    assert source in run.all_sources
    assert parsed("sample", flags.sampling(run, source)).keys() == expected


def test_all_steps_of_a_chain_need_no_flag(tmp_path):
    run = changed(tmp_path, sampling={"sampling_steps": None})
    assert "sampling_steps" not in parsed("sample", flags.sampling(run, "DiffIsing2"))
    assert "sampling_steps" in parsed("sample", flags.sampling(load.load([DEFAULT]), "DiffIsing2"))


def test_a_source_walks_by_its_sampler_or_its_network(run):
    for source in run.equilibration.sources:
        given = parsed("equilibrate", flags.walk(run, source))
        if source in run.monte_carlo:
            assert given == {
                "sampler": run.monte_carlo[source].sampler,
                "sweeps": str(run.equilibration.sweeps),
            }
        elif source in run.trained_models:
            model = f"results/{run.run}/models/{source}.safetensors"
            assert given["model"] == model
            assert given["reverse_variance"] == run.sampling.reverse_variance
            assert "sampler" not in given


def test_what_takes_long_is_compared_on_demand(tmp_path, default):
    assert flags.comparison(default) == ""
    run = changed(tmp_path, comparison={"memory_frames": 50, "classifier": True})
    given = parsed("compare", flags.comparison(run))
    assert given.keys() == {"memory_frames", "classify"}
    assert given["memory_frames"] == "50"


def test_places_of_frames_made_elsewhere_are_one_word_to_a_shell(tmp_path, default):
    assert flags.foreign(default, ["mc"]) == ""
    run = changed(
        tmp_path, sources={"mine": {"frames": "it's & mine/T{T}.nc"}, "b": {"frames": "{T}.nc"}}
    )
    (place,) = parsed("plot", flags.foreign(run, ["mc", "mine"])).values()
    assert json.loads(place) == {"mine": "it's & mine/T{T}.nc"}
    assert flags.foreign(run, ["mc"]) == ""


def test_the_page_finds_every_source_where_its_frames_are(run):
    given = parsed("score", flags.pictures(run))
    places = Paths(run)
    frames = json.loads(given["frames"])
    assert [*frames] == [*run.all_sources]
    found = [frames[name].replace("{T}", T) for name in frames for T in run.temperatures]
    assert found == places.per_source_and_temperature("configurations")
    measured = [
        given["observables"].replace("{source}", name).replace("{T}", T)
        for name in frames
        for T in run.temperatures
    ]
    assert measured == places.per_source_and_temperature("observables")
