"""A small run of all sources, made by the steps themselves, for figures to be drawn from."""

from contextlib import nullcontext
from functools import cache
from itertools import product

import pytest

from ising_fidelity.comparison import classifier
from ising_fidelity.io import netcdf
from ising_fidelity.models.continuous.settings import ContinuousSettings
from ising_fidelity.models.diffusion.settings import DiffusionSettings
from ising_fidelity.models.gan.settings import AdversarialSettings
from ising_fidelity.steps.attribute import attribute
from ising_fidelity.steps.compare import compare
from ising_fidelity.steps.equilibrate import equilibrate
from ising_fidelity.steps.measure import measure
from ising_fidelity.steps.merge import merge
from ising_fidelity.steps.relax import relax
from ising_fidelity.steps.sample import sample
from ising_fidelity.steps.scale import scale
from ising_fidelity.steps.simulate import simulate
from ising_fidelity.steps.solve import solve
from ising_fidelity.steps.train import train

L = 16
TEMPERATURES = ("1.60", "2.30", "3.00")
CHAINS = {"mc": "cluster", "mc-paper": "metropolis"}
FEW = {"training_temperatures": ["1.60", "2.30"], "epochs": 2}
DIFFUSION = DiffusionSettings(
    family="diffusion",
    network={"width": 4, "embedding": 8},
    diffusion_steps=20,
    images_per_epoch=32,
    **FEW,
)
CONTINUOUS = ContinuousSettings(
    family="continuous",
    network={"channels": 4, "rounds": 1, "width": 4, "levels": 1, "condition": 8},
    images_per_epoch=32,
    **FEW,
)
GAN = AdversarialSettings(family="gan", width=2, images_per_epoch=64, critic_steps=1, **FEW)
MODELS = {
    **dict.fromkeys(("DiffIsing1", "DiffIsing2", "DiffFlip"), DIFFUSION),
    "DiffIsing3": CONTINUOUS,
    **dict.fromkeys(("GAN", "GAN-M"), GAN),
}


@pytest.fixture(scope="module", autouse=True)
def read_once():
    """Read a tree a single time: a hundred figures are drawn from the same two."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(netcdf, "read_tree", cache(netcdf.read_tree))
        yield


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """Give the folder of a finished small run."""
    folder = tmp_path_factory.mktemp("run")
    frames = folder / "configurations"
    for name, sampler in CHAINS.items():
        for T in TEMPERATURES:
            simulate(
                lattice_size=L, temperature=T, sampler=sampler, frames=60, chains=1,
                thermalization=300, spacing=5, seed=1, output=frames / name / f"T{T}.nc",
            )  # fmt: skip
    for name, settings in MODELS.items():
        model = folder / "models" / f"{name}.safetensors"
        files = [frames / "mc-paper" / f"T{T}.nc" for T in settings.training_temperatures]
        train(settings=settings, model=name, seed=1, frames=files, output=model, device="cpu")
        for T in TEMPERATURES:
            outside = pytest.warns(UserWarning, match="outside") if T == "3.00" else nullcontext()
            with outside:
                sample(
                    model=model, temperature=T, frames=16, lattice_size=L, seed=1,
                    output=frames / name / f"T{T}.nc", device="cpu",
                )  # fmt: skip
    walk = {"lattice_size": L, "starts": 6, "seed": 1, "sweeps": 30, "device": "cpu"}
    for T in TEMPERATURES:
        walks = folder / "equilibration"
        model = folder / "models" / "DiffIsing2.safetensors"
        equilibrate(temperature=T, output=walks / "mc-paper" / f"T{T}.nc", **walk)
        equilibrate(temperature=T, output=walks / "DiffIsing2" / f"T{T}.nc", model=model, **walk)
    # Enough for a figure, far too little to tell anything.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "STEPS", 3)
        files = [*measured_and_compared(folder), *starts_and_relaxed(folder)]
    merge(files=files, output=folder / "fidelity.nc")
    parts = [folder / "attributions" / name / "T1.60.nc" for name in MODELS]
    for path in parts:
        path_of_frames = frames / path.parent.name / path.name
        attribute(frames=path_of_frames, sweeps=[1, 5], output=path)
    merge(files=parts, output=folder / "attribution.nc")
    scale_small_lattices(folder)
    solve(lattice_size=L, temperatures=TEMPERATURES, output=folder / "exact.nc")
    return folder


def measured_and_compared(folder):
    """Measure and compare all frames; return the files."""
    frames, files = folder / "configurations", []
    for name in (*CHAINS, *MODELS):
        for T in TEMPERATURES:
            measured = folder / "observables" / name / f"T{T}.nc"
            compared = folder / "comparisons" / name / f"T{T}.nc"
            path = frames / name / f"T{T}.nc"
            measure(frames=path, output=measured)
            reference = frames / "mc" / f"T{T}.nc"
            trained = name in MODELS and T in MODELS[name].training_temperatures
            compare(
                frames=path, reference=reference, output=compared, memory_frames=8,
                training=[frames / "mc-paper" / f"T{T}.nc"] if trained else [],
                classify=name != "mc",
            )  # fmt: skip
            files += [measured, compared]
    return files


def starts_and_relaxed(folder):
    """Measure starts, and frames after Monte Carlo; return the files.

    Under the name of a Gibbs finish is the reference itself, in equilibrium for certain.
    """
    frames, files = folder / "configurations", []
    for T in TEMPERATURES:
        paths = {name: frames / name / f"T{T}.nc" for name in ("random", "ordered", "DiffIsing2")}
        for start in ("random", "ordered"):
            simulate(
                lattice_size=L, temperature=T, sampler="metropolis", frames=40, chains=40,
                thermalization=0, spacing=1, seed=1, output=paths[start], start=start,
            )  # fmt: skip
        for (name, path), kind in product([*paths.items()], ("5sweeps", "3clusters")):
            paths[f"{name}+{kind}"] = after = frames / f"{name}+{kind}" / path.name
            sampler = "cluster" if kind == "3clusters" else "metropolis"
            relax(frames=path, sweeps=int(kind[0]), seed=1, output=after, sampler=sampler)
        paths["DiffIsing1+2gibbs"] = frames / "mc" / f"T{T}.nc"
        del paths["DiffIsing2"]
        for name, path in paths.items():
            files.append(folder / "observables" / name / f"T{T}.nc")
            measure(frames=path, output=files[-1])
    return files


def scale_small_lattices(folder):
    """Find exponents of Monte Carlo and of another sampler, under a model's name."""
    for name, sampler in (("mc", "cluster"), ("DiffIsing2", "metropolis")):
        files = []
        for size in (4, 6, 8):
            for T in ("2.10", "2.30", "2.50"):
                frames = folder / "finite_size" / f"L{size}" / name / f"T{T}.nc"
                simulate(
                    lattice_size=size, temperature=T, sampler=sampler, frames=1000, chains=10,
                    thermalization=50, spacing=2, seed=size, output=frames,
                )  # fmt: skip
                files.append(frames.with_name(f"observables{T}.nc"))
                measure(frames=frames, output=files[-1])
        scale(files=files, output=folder / "finite_size" / f"{name}.nc")
