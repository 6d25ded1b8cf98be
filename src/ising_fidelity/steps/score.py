"""Every source held against exact results and Monte Carlo, and the paper against the run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ising_fidelity import dataset, fidelity, judgement, page, quotations, verdicts
from ising_fidelity.claims import SHIPPED
from ising_fidelity.claims import load as load_claims
from ising_fidelity.exceptions import InputError
from ising_fidelity.files import whole
from ising_fidelity.temperatures import canonical

EXACT = "exact"
COLUMNS = (
    "source",
    "temperature",
    "quantity",
    "reference",
    "value",
    "error",
    "expected",
    "expected_error",
    "deviation",
    "deviation_in_errors",
    "within_2_errors",
    "within_3_errors",
    "p_value",
    "p_adjusted",
    "between_seed_spread",
    "in_training_temperatures",
)
ROW = ["quantity", "reference"]


def score(
    *,
    fidelity: Path,
    exact: Path,
    models: Mapping[str, Sequence[str]],
    reference: str,
    output: Path,
    table: Path,
    paper: Path | None = None,
    paper_table: Path | None = None,
    repeats: Mapping[str, Sequence[str]] | None = None,
    claims: Path | None = None,
    claims_table: Path | None = None,
    finite_size: Sequence[Path] = (),
    attribution: Path | None = None,
) -> None:
    """Write the scores as CSV and as a page, and the paper's numbers and claims beside ours.

    A source is scored at the temperatures that the exact results or the reference have too; the
    reference is not held against itself. Rows whose temperature is ``all`` or ``training`` sum up:
    root mean squares and shares over all temperatures or those that the model was trained on, and
    the p-value of all of them together (Simes).

    A distance is scored where ``<name>_z`` and ``<name>_p_value`` say how far it is above its noise
    floor; those are its deviation in errors and its p-value. ``p_adjusted`` is the p-value adjusted
    for the number of temperatures of one source and quantity (Benjamini and Hochberg).
    ``between_seed_spread`` is the standard deviation of value or, in rows that sum up, deviation
    over the training seeds of a model.

    Parameters
    ----------
    fidelity, exact
        Files written by ``merge`` and ``solve``.
    models
        Model to its canonical training temperatures.
    reference
        The source to hold the others against.
    output, table
        CSV and HTML files to write.
    paper, paper_table
        The numbers that the paper quotes (YAML) and the CSV file to write them to beside ours.
    repeats
        Model to the sources of its second and later training seeds.
    claims, claims_table
        The paper's claims (YAML), those shipped with the package if not given, and the CSV file to
        write the verdicts on them to.
    finite_size
        netCDF files named after their source, with scalars such as ``eta`` and ``eta_error``.
    attribution
        netCDF file with a group per model: parts of the specific heat's excess by temperature.

    Raises
    ------
    InputError
        If a file is missing or unreadable, the reference is not among the sources, or lattice sizes
        differ.
    """
    repeats = repeats or {}
    listed = load_claims(claims or SHIPPED)
    sources = {name: node.to_dataset() for name, node in dataset.read_tree(fidelity).items()}
    if reference not in sources:
        known = ", ".join(sources)
        raise InputError(f"--reference: {reference} is no source of {fidelity}; there are: {known}")
    for name in (name for names in repeats.values() for name in names):
        if name not in sources:
            known = ", ".join(sources)
            raise InputError(f"--repeats: {name} is no source of {fidelity}; there are: {known}")
    solved = dataset.read(exact)
    dataset.require(solved, ["temperature", *_quantities(False)], str(exact), "solve")
    lattice_size = int(solved.attrs.get("lattice_size", 0))
    for name, data in sources.items():
        names = _quantities(name != reference or len(sources) > 1)
        errors = [f"{quantity}{dataset.ERROR_SUFFIX}" for quantity in names]
        needed = ["temperature", "lattice_size", *names, *errors]
        dataset.require(data, needed, f"{fidelity}: {name}", "merge")
        size = int(data["lattice_size"].max())
        if size != lattice_size:
            raise InputError(f"{fidelity}: {name} has L = {size}; {exact} has L = {lattice_size}")
    run = judgement.Run(
        sources=sources,
        exact=solved,
        reference=reference,
        models=[*models],
        repeats=repeats,
        finite_size={path.stem: dataset.read(path) for path in finite_size},
        attribution=_groups(attribution),
    )
    scores = pd.concat(
        [
            _score_source(name, data, solved, reference, sources[reference], models.get(name, ()))
            for name, data in sources.items()
        ],
        ignore_index=True,
    )
    scores["between_seed_spread"] = _between_seed_spread(scores, repeats)
    quoted = None if paper is None else quotations.beside(paper, sources)
    judged = judgement.judge(listed, run)
    _write(output, scores.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
    content = page.Content(
        scores=scores,
        reference=reference,
        lattice_size=lattice_size,
        verdicts=verdicts.of_sources(scores, models, repeats, reference),
        orderings=verdicts.orderings(scores, models, repeats),
        claims=judged,
        quoted=quoted,
        finite_size=run.finite_size,
        attribution=run.attribution,
    )
    _write(table, page.render(content))
    for place, rows in ((paper_table, quoted), (claims_table, judged)):
        if place is not None and rows is not None:
            _write(place, rows.to_csv(index=False, float_format="%.4g", lineterminator="\n"))


def _quantities(all_of_them: bool) -> tuple[str, ...]:
    """Return what sources are held against: exact results, and the reference."""
    more = (*fidelity.AGAINST_REFERENCE, *fidelity.MORE_AGAINST_REFERENCE)
    return (*fidelity.AGAINST_EXACT, *more) if all_of_them else fidelity.AGAINST_EXACT


def _groups(path: Path | None) -> dict[str, xr.Dataset]:
    """Return the groups of a file, none if there is no file."""
    tree = {} if path is None else dataset.read_tree(path)
    return {str(name): node.to_dataset() for name, node in tree.items()}


def _between_seed_spread(
    scores: pd.DataFrame, repeats: Mapping[str, Sequence[str]]
) -> "pd.Series[float]":
    """Return the standard deviation over training seeds of what every row is about."""
    model_of = {one: model for model, others in repeats.items() for one in (model, *others)}
    model = scores["source"].map(model_of)
    about = scores["value"].fillna(scores["deviation"])
    return about.groupby([model, scores["temperature"], *(scores[key] for key in ROW)]).transform(
        "std"
    )


def _score_source(
    source: str,
    data: xr.Dataset,
    exact: xr.Dataset,
    reference: str,
    expected: xr.Dataset,
    training: Sequence[str],
) -> pd.DataFrame:
    """Return a source's rows, first each temperature's, then those that sum up."""
    against = [(EXACT, exact, name) for name in fidelity.AGAINST_EXACT]
    reweighted = [name for name in fidelity.REWEIGHTED_AGAINST_EXACT if name in data]
    against += [(EXACT, exact, name) for name in reweighted]
    names: tuple[str, ...] = ()
    if source != reference:
        more = (*fidelity.AGAINST_REFERENCE, *fidelity.MORE_AGAINST_REFERENCE)
        against += [(reference, expected, name) for name in more]
        names = distances(data)
    parts = [
        _deviations(data, other, name).assign(reference=label) for label, other, name in against
    ]
    if min(one.sizes["temperature"] for one in (data, exact)) >= 3:
        slopes = fidelity.with_energy_slopes(data, exact)
        inside, solved = (one.isel(temperature=slice(1, -1)) for one in slopes)
        parts.append(_deviations(inside, solved, fidelity.SLOPE).assign(reference=EXACT))
    parts += [_above_floor(data, name).assign(reference=reference) for name in names]
    rows = pd.concat(parts, ignore_index=True).sort_values("temperature", kind="stable")
    rows["p_adjusted"] = rows.groupby(ROW)["p_value"].transform(
        lambda column: fidelity.adjusted(column.to_numpy())
    )
    rows["source"], rows["temperature"] = source, rows["temperature"].map(_canonical)
    rows["in_training_temperatures"] = trained = rows["temperature"].isin(set(training))
    sums = []
    for label, chosen in (("all", rows), ("training", rows[trained])):
        if chosen.empty:
            continue
        for (quantity, other), group in chosen.groupby(ROW, sort=False):
            sums.append(_sum_up(group, source, label, str(quantity), str(other)))
        # Deviations of different quantities have no common unit, distances have one sign, and
        # weights mend what frames are to be judged by.
        others = [*names, *reweighted]
        everything = chosen[~chosen["quantity"].isin(others)].assign(
            deviation=np.nan, p_value=np.nan
        )
        sums.append(_sum_up(everything, source, label, "all", "all"))
    every = pd.concat([rows, pd.DataFrame(sums)], ignore_index=True)
    return every.reindex(columns=list(COLUMNS))


def _deviations(data: xr.Dataset, other: xr.Dataset, name: str) -> pd.DataFrame:
    """Return one quantity of one source against one reference at their common temperatures."""
    data, other = xr.align(data, other, join="inner")
    value, error = data[name].values, data[f"{name}_error"].values
    expected = other[fidelity.REWEIGHTED_AGAINST_EXACT.get(name, name)].values
    exact = np.zeros_like(expected)
    expected_error = other[f"{name}_error"].values if f"{name}_error" in other else exact
    deviation = value - expected
    in_errors = fidelity.deviation_in_errors(deviation, error, expected_error)
    return pd.DataFrame(
        {
            "temperature": data["temperature"].values,
            "quantity": name,
            "value": value,
            "error": error,
            "expected": expected,
            "expected_error": expected_error,
            "deviation": deviation,
            "deviation_in_errors": in_errors,
            **_within(in_errors),
            "p_value": fidelity.p_values(in_errors),
        }
    )


def _within(in_errors: fidelity.Floats) -> dict[str, fidelity.Floats]:
    return {
        f"within_{errors}_errors": np.where(
            np.isnan(in_errors), np.nan, np.abs(in_errors) <= errors
        )
        for errors in (2, 3)
    }


def distances(data: xr.Dataset) -> tuple[str, ...]:
    """Return the names of the variables that stand beside their z and p-value, in their order."""
    names = (str(name) for name in data.data_vars)
    return tuple(name for name in names if f"{name}_z" in data and f"{name}_p_value" in data)


def _above_floor(data: xr.Dataset, name: str) -> pd.DataFrame:
    """Return one distance to the reference and how far it is above its noise floor."""

    def values(suffix: str) -> fidelity.Floats:
        unknown = np.full(data.sizes["temperature"], np.nan)
        return data[name + suffix].values.astype(float) if name + suffix in data else unknown

    rows = pd.DataFrame(
        {
            "temperature": data["temperature"].values,
            "quantity": name,
            "value": values(""),
            "error": values(dataset.ERROR_SUFFIX),
            "expected": values("_floor"),
            "deviation": values("") - values("_floor"),
            "deviation_in_errors": values("_z"),
            **_within(values("_z")),
            "p_value": values("_p_value"),
        }
    )
    return rows[np.isfinite(data[name].values)]


def _sum_up(
    rows: pd.DataFrame, source: str, temperature: str, quantity: str, reference: str
) -> dict[str, Any]:
    summary = fidelity.summarize(
        rows["deviation"].to_numpy(), rows["deviation_in_errors"].to_numpy()
    )
    return {
        "source": source,
        "temperature": temperature,
        "quantity": quantity,
        "reference": reference,
        "deviation": summary.rms_deviation,
        "deviation_in_errors": summary.rms_deviation_in_errors,
        "within_2_errors": summary.within_2_errors,
        "within_3_errors": summary.within_3_errors,
        "p_value": fidelity.together(rows["p_value"].to_numpy()),
    }


def _canonical(temperature: float) -> str:
    return canonical(round(float(temperature), 12))


def _write(path: Path, text: str) -> None:
    with whole(path) as place:
        place.write_text(text, encoding="utf-8")
