"""What the pages need of finished runs, copied to where it is kept."""

import shutil
from pathlib import Path

import pandas as pd

from docs.generate.sources import (
    DATA,
    DESKTOP,
    FIGURES,
    MEMORY,
    QUANTITIES,
    RUNS,
    SNAPSHOT,
    STUDIES,
)
from ising_fidelity.io import netcdf
from ising_fidelity.io.temperatures import canonical


def collect() -> None:
    """Take what the default run has come to, and other runs where they are there."""
    take_from_run(RUNS / "default")
    for run, product, take in (
        ("desktop", "scores.csv", take_from_desktop),
        ("data", "scores.csv", take_from_data),
        ("full", "finite_size/mc.nc", take_finite_size),
        ("generators", "fidelity.nc", take_likelihoods),
    ):
        if (RUNS / run / product).exists():
            take(RUNS / run)


def take_from_run(results: Path) -> None:
    """Copy figures of a finished run, its tables of the paper, and the lines that sum up scores."""
    SNAPSHOT.mkdir(parents=True, exist_ok=True)
    scores = pd.read_csv(results / "scores.csv", dtype=str, keep_default_na=False)
    scores[scores["temperature"] == "all"].to_csv(SNAPSHOT / "scores.csv", index=False)
    for name in ("paper.csv", "claims.csv"):
        shutil.copyfile(results / name, SNAPSHOT / name)
    for figure in FIGURES:
        shutil.copyfile(results / "figures" / f"{figure}.png", SNAPSHOT / f"{figure}.png")


def take_from_desktop(results: Path) -> None:
    """Copy what the preset desktop has found of DiffIsing3, temperature by temperature."""
    scores = pd.read_csv(results / "scores.csv", dtype=str, keep_default_na=False)
    pairs = pd.MultiIndex.from_frame(scores[["quantity", "reference"]])
    kept = scores["source"].isin(DESKTOP) & ~scores["temperature"].isin(["all", "training"])
    sampled = scores["value"] != ""  # not every temperature by every source
    ours = scores[kept & sampled & pairs.isin(list(QUANTITIES))]
    ours.to_csv(SNAPSHOT / "desktop.csv", index=False)
    rows = []
    for source, node in netcdf.read_tree(results / "fidelity.nc").items():
        data = node.to_dataset().sel(correlation_kind="raw")
        for name in ("classifier_auc", "eta", "eta_power_law", "eta_stable"):
            for T in data["temperature"].values if name in data else ():
                at_T = data.sel(temperature=T)
                if name == "classifier_auc" or canonical(T) == "2.269185":
                    values = float(at_T[name]), float(at_T[f"{name}_error"])
                    rows.append([source, canonical(T), name, *values])
    checks = pd.DataFrame(rows, columns=["source", "temperature", "quantity", "value", "error"])
    path = SNAPSHOT / "desktop_checks.csv"
    checks.dropna().to_csv(path, index=False, float_format="%.4g")


def take_from_data(results: Path) -> None:
    """Copy what the preset data has found of models of few and of many training frames."""
    scores = pd.read_csv(results / "scores.csv", dtype={"temperature": str})
    of_models = scores["source"].str.startswith(DATA)
    pairs = pd.MultiIndex.from_frame(scores[["quantity", "reference"]])
    single = ~scores["temperature"].isin(["all", "training"])
    kept = scores[of_models & pairs.isin(list(QUANTITIES)) & single]
    lines = []
    for (source, T), rows in kept.groupby(["source", "temperature"], sort=False):
        named = rows.set_index("quantity")
        line = {"source": source, "temperature": T}
        for quantity, _ in QUANTITIES:
            line[quantity] = named["value"][quantity]
            line[f"{quantity}_expected"] = named["expected"][quantity]
        comparison = netcdf.read(results / "comparisons" / str(source) / f"T{T}.nc")
        for name in (MEMORY, f"{MEMORY}_heldout"):
            if name in comparison:
                line[name] = float(comparison[name])
        lines.append(line)
    pd.DataFrame(lines).to_csv(STUDIES / "data.csv", index=False, float_format="%.6g")


def take_finite_size(results: Path) -> None:
    """Copy T_c and exponents of every source that has other lattice sizes beside the run's own."""
    rows = [
        [path.stem, name, float(data[name]), float(data[f"{name}_error"])]
        for path in sorted(results.glob("finite_size/*.nc"))
        for data in [netcdf.read(path)]
        for name in ("critical_temperature", "nu", "eta")
    ]
    table = pd.DataFrame(rows, columns=["source", "quantity", "value", "error"])
    table.to_csv(SNAPSHOT / "finite_size.csv", index=False, float_format="%.5g")


def take_likelihoods(results: Path) -> None:
    """Copy what follows from how likely an autoregressive model's frames are, beside exact sums."""
    known = netcdf.read(results / "exact.nc")
    names = ("free_energy", "free_energy_error", "effective_sample_size_share")
    rows = [
        [path.parent.name, canonical(T), *(float(data[name]) for name in names), float(exact)]
        for path in results.glob("observables/*/*.nc")
        for data in [netcdf.read(path)]
        if names[0] in data
        for T in [float(data["temperature"])]
        for exact in [known["free_energy"].sel(temperature=T)]
    ]
    table = pd.DataFrame(sorted(rows), columns=["source", "temperature", *names, "exact"])
    table.to_csv(STUDIES / "likelihoods.csv", index=False, float_format="%.6f")
