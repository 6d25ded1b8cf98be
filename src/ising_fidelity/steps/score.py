"""Compare every source with exact results and Monte Carlo, and the paper with the run."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import xarray as xr

from ising_fidelity.exceptions import InputError
from ising_fidelity.frames import check_frames
from ising_fidelity.io import netcdf
from ising_fidelity.io.files import whole
from ising_fidelity.io.temperatures import name_of
from ising_fidelity.io.variables import ERROR_SUFFIX
from ising_fidelity.paper import CLAIMS, NUMBERS
from ising_fidelity.paper.claims import load as load_claims
from ising_fidelity.paper.judge import judge
from ising_fidelity.paper.lookup import Run
from ising_fidelity.paper.quoted import beside
from ising_fidelity.paper.quoted import load as load_numbers
from ising_fidelity.report import page
from ising_fidelity.report.explorer import Sample, shown
from ising_fidelity.scores import caveats, summary
from ising_fidelity.scores.table import quantities_of, scores_of


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
    notes: Sequence[str] = (),
    frames: Mapping[str, str] | None = None,
    observables: str | None = None,
) -> list[str]:
    """Write the scores of :func:`.scores_of`, and the comparison with the paper.

    Parameters
    ----------
    fidelity, exact, finite_size, attribution
        netCDF files with the data of :class:`.Run`; those of ``finite_size`` are named after their
        source.
    models
        Model to its canonical training temperatures.
    reference, repeats
        See :class:`.Run`.
    output, table, paper_table, claims_table
        Files to write: scores (CSV), the page (HTML), quoted numbers and verdicts on claims (CSV).
    paper, claims
        Numbers and claims of the paper (YAML); default: the shipped files.
    notes
        Sentences for the page on what the run leaves out.
    frames, observables
        Paths of frames with ``{T}`` by source, and the path of observables with ``{source}`` and
        ``{T}``. The page shows frames if both are given.

    Returns
    -------
    list
        A line for each source with missing comparisons; empty if everything was compared.

    Raises
    ------
    InputError
        If a file is missing or unreadable, the reference is not among the sources, lattice sizes
        differ, or a source has a temperature that the exact results or the reference lack.
    """
    listed, quotes = load_claims(claims or CLAIMS), load_numbers(paper or NUMBERS)
    run = Run(
        sources=_groups(fidelity),
        exact=netcdf.read(exact),
        reference=reference,
        models=[*models],
        repeats=repeats or {},
        finite_size={path.stem: netcdf.read(path) for path in finite_size},
        attribution={} if attribution is None else _groups(attribution),
    )
    _check(run, fidelity, exact)
    scores = scores_of(run.sources, run.exact, reference, models, run.repeats)
    content = page.Content(
        scores=scores,
        reference=reference,
        lattice_size=int(run.exact.attrs["lattice_size"]),
        verdicts=summary.of_sources(scores, models, run.repeats, reference),
        caveats=caveats.of_sources(run.sources),
        orderings=summary.orderings(scores, models, run.repeats),
        claims=judge(listed, run),
        quoted=beside(quotes, run, str(paper or NUMBERS)),
        finite_size=run.finite_size,
        attribution=run.attribution,
        notes=notes,
        fidelity=run.sources,
        exact=run.exact,
        samples=_samples(run, frames or {}, observables),
    )
    _write(output, _csv(scores, "%.6g"))
    _write(table, page.render(content))
    if paper_table is not None:
        _write(paper_table, _csv(content.quoted, "%.4g"))
    if claims_table is not None:
        _write(claims_table, _csv(content.claims, "%.4g"))
    for name, found in content.caveats.items():
        if found.wrong:
            warnings.warn(f"{name}: {' '.join(found.wrong)}", stacklevel=2)
    lacking = summary.not_compared(scores)
    return [f"{name}: {sentence}" for name, (sentence,) in lacking.items()]


def _groups(path: Path) -> dict[str, xr.Dataset]:
    return {str(name): node.to_dataset() for name, node in netcdf.read_tree(path).items()}


def _samples(
    run: Run, frames: Mapping[str, str], observables: str | None
) -> dict[tuple[str, str], Sample]:
    """Return the first and the middle frame of each source, at as many T as fit in a page.

    Raises InputError if a file is missing or has other content.
    """
    if observables is None or not frames:
        return {}
    size = int(run.exact.attrs["lattice_size"])
    wanted = shown([name_of(T) for T in run.exact["temperature"].values], len(frames), size)
    found = {}
    for source, place in frames.items():
        if source not in run.sources:
            known = ", ".join(run.sources)
            raise InputError(f"frames: {source} is not a source; allowed are: {known}")
        there = {name_of(T) for T in run.sources[source]["temperature"].values}
        for T in (name for name in wanted if name in there):
            path = place.replace("{T}", T)
            outline = netcdf.outline(path)
            check_frames(outline, path, values=False)
            spin = outline["spin"].stack(frame=["chain", "draw"], create_index=False)
            spin = spin.transpose("frame", "y", "x")
            few = spin[[0, spin.sizes["frame"] // 2]].values
            outline.close()
            measured = observables.replace("{source}", source).replace("{T}", T)
            series = netcdf.read(measured)
            netcdf.require(series, ["energy_series", "magnetization_series"], measured, "measure")
            energy, magnetization = (
                series[f"{name}_series"].values.ravel() for name in ("energy", "magnetization")
            )
            found[source, T] = Sample(few, energy, magnetization)
    return found


def _check(run: Run, fidelity: Path, exact: Path) -> None:
    """Raise InputError, naming the files, unless they are complete and consistent."""
    repeated = [("repeats", name) for names in run.repeats.values() for name in names]
    for key, name in [("reference", run.reference), *repeated]:
        if name not in run.sources:
            known = ", ".join(run.sources)
            raise InputError(f"{key}: {name} is not a source of {fidelity}; allowed are: {known}")
    netcdf.require(run.exact, ["temperature", *quantities_of(False)], str(exact), "solve")
    lattice_size = int(run.exact.attrs.get("lattice_size", 0))
    for name, data in run.sources.items():
        names = quantities_of(name != run.reference or len(run.sources) > 1)
        errors = [f"{quantity}{ERROR_SUFFIX}" for quantity in names]
        needed = ["temperature", "lattice_size", *names, *errors]
        netcdf.require(data, needed, f"{fidelity}: {name}", "merge")
        size = int(data["lattice_size"].max())
        if size != lattice_size:
            raise InputError(f"{fidelity}: {name} has L = {size}; {exact} has L = {lattice_size}")
        for other, where in ((run.exact, exact), (run.sources[run.reference], run.reference)):
            there = {name_of(T) for T in other["temperature"].values}
            lacking = [T for T in map(name_of, data["temperature"].values) if T not in there]
            if lacking:
                raise InputError(
                    f"{fidelity}: {name} has frames at T = {', '.join(lacking)}, which {where} "
                    "lacks; every source is compared at all its temperatures"
                )


def _csv(rows: pd.DataFrame, form: str) -> str:
    return rows.to_csv(index=False, float_format=form, lineterminator="\n")


def _write(path: Path, text: str) -> None:
    with whole(path) as place:
        place.write_text(text, encoding="utf-8")
