"""Hashes of the code behind each file of a run; changed code reruns a step."""

from importlib.resources import files

from ising_fidelity.config.run import Config
from ising_fidelity.figures.registry import function_of
from ising_fidelity.io.code import closure, code_hash
from ising_fidelity.io.files import read_yaml
from ising_fidelity.io.provenance import settings_hash
from ising_fidelity.models.family import family_of
from ising_fidelity.paper import CLAIMS, NUMBERS


def of_step(verb: str) -> str:
    """Return the hash of a step that depends on its own code only."""
    # Pages show texts of the code; in data files they are descriptions, not worth a rerun.
    return code_hash(f"steps.{verb}", words=verb == "score")


def of_paper() -> str:
    """Return the hash of the paper's claims and numbers, independent of the installation."""
    return settings_hash([read_yaml(path) for path in (CLAIMS, NUMBERS)])


def of_page() -> str:
    """Return the hash of the templates of a run's page."""
    folder = files("ising_fidelity.report") / "templates"
    return settings_hash({path.name: path.read_text("utf-8") for path in folder.iterdir()})


def of_training(run: Config, model: str) -> str:
    """Return the hash of a training, without other families and without sampling."""
    family = family_of(run.trained_models[model])
    return code_hash(f"steps.{family.step('train')}", *family.training_modules)


def of_sampling(run: Config, source: str) -> str:
    """Return the hash of a model's frames, with Monte Carlo if it is used."""
    settings = run.model_behind(source)
    assert settings is not None
    family = family_of(settings)
    step, modules = f"steps.{family.step('sample')}", family.sampling_modules
    simulated = source in run.finished_sources or "ising_fidelity.montecarlo" in closure(*modules)
    return code_hash(step, *modules, without=() if simulated else ("montecarlo",))


def of_equilibration(run: Config, source: str) -> str:
    """Return the hash of time series from random starts, by Monte Carlo or a model."""
    settings = run.model_behind(source)
    if settings is None:
        return code_hash("steps.equilibrate", without=("models",))
    modules = family_of(settings).sampling_modules
    return code_hash("steps.equilibrate", *modules, without=("montecarlo",))


def of_figure(figure: str) -> str:
    """Return the hash of a figure, including its texts."""
    module, _, _ = function_of(figure).partition(":")
    return code_hash("steps.plot", module, words=True)
