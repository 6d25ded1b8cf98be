"""The hash of the code behind each file of a run, which makes changed code run again."""

from importlib.resources import files

from ising_fidelity.config.run import Config
from ising_fidelity.figures.registry import function_of
from ising_fidelity.io.code import code_hash
from ising_fidelity.io.files import read_yaml
from ising_fidelity.io.provenance import settings_hash
from ising_fidelity.models.family import family_of
from ising_fidelity.paper import CLAIMS, NUMBERS


def of_step(verb: str) -> str:
    """Return the hash of a step that depends on its own code alone."""
    # Pages show their texts; data files have them as descriptions, which are not worth a rerun.
    return code_hash(f"steps.{verb}", words=verb == "score")


def of_paper() -> str:
    """Return the hash of what the paper says, wherever the package that brings it is installed."""
    return settings_hash([read_yaml(path) for path in (CLAIMS, NUMBERS)])


def of_page() -> str:
    """Return the hash of the templates that the page of a run is made of."""
    folder = files("ising_fidelity.report") / "templates"
    return settings_hash({path.name: path.read_text("utf-8") for path in folder.iterdir()})


def of_training(run: Config, model: str) -> str:
    """Return the hash of a training: no other family is in it, nor is sampling."""
    family = family_of(run.trained_models[model])
    return code_hash(f"steps.{family.step('train')}", *family.training_modules)


def of_sampling(run: Config, source: str) -> str:
    """Return the hash of a model's frames; Monte Carlo is in it where a Gibbs finish is."""
    settings = run.model_behind(source)
    assert settings is not None
    family = family_of(settings)
    without = () if source in run.finished_sources else ("montecarlo",)
    return code_hash(f"steps.{family.step('sample')}", *family.sampling_modules, without=without)


def of_equilibration(run: Config, source: str) -> str:
    """Return the hash of walks from random starts, of Monte Carlo or of a model."""
    settings = run.model_behind(source)
    if settings is None:
        return code_hash("steps.equilibrate", without=("models",))
    modules = family_of(settings).sampling_modules
    return code_hash("steps.equilibrate", *modules, without=("montecarlo",))


def of_figure(figure: str) -> str:
    """Return the hash of a figure, with the texts that it shows."""
    module, _, _ = function_of(figure).partition(":")
    return code_hash("steps.plot", module, words=True)
