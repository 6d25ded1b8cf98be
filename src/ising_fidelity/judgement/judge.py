"""Judge any sampler's frames in one call, without training, config or workflow."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import xarray as xr

from ising_fidelity.api.arguments import whole
from ising_fidelity.api.frames import Reading
from ising_fidelity.exceptions import InputError
from ising_fidelity.io import netcdf
from ising_fidelity.io.progress import progress_bar, shown
from ising_fidelity.judgement import work
from ising_fidelity.judgement.causes import causes_of
from ising_fidelity.judgement.given import REFERENCE, ByTemperature, samplers_of
from ising_fidelity.judgement.quantities import with_tests
from ising_fidelity.judgement.reference import frames_needed
from ising_fidelity.judgement.require import requirements
from ising_fidelity.judgement.scorecard import Scorecard
from ising_fidelity.judgement.verdict import DISTINGUISHABLE, verdict_on
from ising_fidelity.scores import caveats as caveats_module
from ising_fidelity.scores import summary
from ising_fidelity.scores.table import scores_of

EXPECTED, FLOOR = "_expected", "_floor"
"""Suffixes of the expected value of a test, and of a distance in the table of scores."""


def judge(
    frames: Any,
    *,
    training: Any = None,
    classifier: bool = False,
    require: str = "",
    seed: int = 0,
    keep: str | Path | None = None,
    workers: int | None = None,
    progress: bool = True,
    **reading: Unpack[Reading],
) -> Scorecard:
    """Judge whether frames are equilibrium samples; name deviating observables and likely causes.

    A reference of the same L and T is simulated: at least 1000 frames, and at least as many as
    are judged, from 50 chains. Burn-in is extended until ordered and random starts agree. Energy
    and specific heat are compared with exact values of the finite lattice.

    Examples
    --------
    >>> import ising_fidelity as ising
    >>> mine = ising.simulate(L=16, T=3.0, frames=400, seed=5)
    >>> card = ising.judge({2.7: mine.spins}, progress=False)
    >>> card.verdicts
    {'frames': 'distinguishable'}
    >>> card.causes["frames"][0].name
    'too hot'

    Parameters
    ----------
    frames
        Frames, an array, files, folders or patterns of files, or a mapping from temperatures to
        frames or arrays; or a mapping from names of samplers to one of these.
    training
        Training frames of the samplers; frames are tested for copies of them.
    classifier
        Whether to train a network to separate each sampler's frames from the reference; needs
        torch.
    require
        Requirements such as ``energy<3 auc<0.6``. Only their syntax is checked here, see
        :func:`unmet`.
    seed
        Seed of all random numbers.
    keep
        A folder in which references are stored for reuse.
    workers
        Number of processes; default: the number of cores.
    progress
        Whether to show a progress bar, on a terminal or in a notebook.
    **reading
        ``T``, ``sampling``, ``alphabet``, ``L``, ``variable``, ``pattern``: how to read arrays and
        files, see :func:`.load_frames`. Frames labelled independent, the default for arrays, are
        tested for correlation.

    Raises
    ------
    InputError
        If frames or a parameter are invalid.
    """
    (seed,) = whole(seed=seed)
    if seed < 0:
        raise InputError(f"seed: {seed}; allowed are whole numbers from 0 on")
    work.check_workers(workers)
    for name, text in (("require", require), ("keep", keep or "")):
        if not isinstance(text, str | Path):
            raise InputError(f"{name}: {text!r}; allowed are texts")
    requirements(require, classifier)
    samplers = samplers_of(frames, reading)
    known = {} if training is None else _training(training, reading)
    L = next(iter(next(iter(samplers.values())).values())).L
    names = sorted({T for one in samplers.values() for T in one}, key=float)
    for T in names:
        if not 0 < float(T) < np.inf:
            raise InputError(f"temperature: {T}; allowed are finite numbers above 0")
    for one in known.values():
        if one.L != L:
            raise InputError(f"training: frames are {one.L} x {one.L}; allowed are {L} x {L}")
    count = frames_needed(max(len(one) for by_T in samplers.values() for one in by_T.values()))
    tasks = [
        work.Task(
            T=T,
            frames={name: by_T[T] for name, by_T in samplers.items() if T in by_T},
            training=known.get(T),
            reference_frames=count,
            classify=classifier,
            seed=seed,
            keep=None if keep is None else Path(keep),
        )
        for T in names
    ]
    outcomes = _outcomes(tasks, work.processes(workers), progress)
    settings = {"seed": seed, "reference_frames": count, "classifier": classifier}
    return _card(L, samplers, outcomes, settings)


def _training(given: Any, reading: Reading) -> ByTemperature:
    """Return the training frames by temperature."""
    (found,) = samplers_of({"training": given}, reading).values()
    return found


def _outcomes(tasks: Sequence[work.Task], workers: int, progress: bool) -> list[work.Outcome]:
    """Judge every temperature, with a progress bar."""
    bar = progress_bar(total=len(tasks), unit="T", desc="judge", wanted=progress)
    with bar, shown(False):
        found = []
        for outcome in work.done(tasks, workers):
            found.append(outcome)
            bar.update()
    return found


def _card(
    L: int,
    samplers: Mapping[str, ByTemperature],
    outcomes: Sequence[work.Outcome],
    settings: Mapping[str, Any],
) -> Scorecard:
    """Combine the outcomes of single temperatures."""
    from ising_fidelity.exact.dataset import solved

    exact = solved(L, [outcome.T for outcome in outcomes])
    fidelity = {name: _along_temperature(name, outcomes) for name in (REFERENCE, *samplers)}
    untested = {}
    for name in samplers:
        there = fidelity[name]["temperature"].values
        known = (one.sel(temperature=there) for one in (fidelity[REFERENCE], exact))
        fidelity[name], untested[name] = with_tests(fidelity[name], *known)
    table = scores_of(fidelity, exact, REFERENCE, {}, {})
    found = caveats_module.of_sources(fidelity)
    lacking = summary.not_compared(table)
    judged, causes, caveats = {}, {}, {}
    for name in samplers:
        rows = table[table["source"] == name]
        own = found.get(name, caveats_module.Caveats())
        judged[name] = verdict_on(rows, fidelity[name], own, lacking.get(name, ()))
        wrong = judged[name].word == DISTINGUISHABLE
        causes[name] = causes_of(fidelity[name]) if wrong else []
        caveats[name] = [*own.wrong, *own.untold, *untested[name]]
    return Scorecard(
        L=L,
        judged=judged,
        causes=causes,
        caveats=caveats,
        said={
            **{name: _said(by_T) for name, by_T in samplers.items()},
            REFERENCE: list(dict.fromkeys(words for one in outcomes for words in one.said)),
        },
        table=table,
        fidelity=fidelity,
        exact=exact,
        observables=_by_source(outcomes, "numbers"),
        configurations=_by_source(outcomes, "pictures"),
        settings=settings,
    )


def _along_temperature(name: str, outcomes: Sequence[work.Outcome]) -> xr.Dataset:
    """Return a sampler's statistics along temperature, without time series."""
    rows = [one.numbers[name] for one in outcomes if name in one.numbers]
    data = netcdf.along_temperature(rows)
    # The table of scores has one column for expected values of tests and floors of distances.
    renamed = {
        str(key): f"{str(key).removesuffix(EXPECTED)}{FLOOR}"
        for key in data.data_vars
        if str(key).endswith(EXPECTED)
    }
    return data.rename(renamed)


def _by_source(outcomes: Sequence[work.Outcome], what: str) -> dict[tuple[str, str], xr.Dataset]:
    return {(name, one.T): data for one in outcomes for name, data in getattr(one, what).items()}


def _said(by_T: ByTemperature) -> list[str]:
    """Return a description of a sampler's frames, and how they were read."""
    counts = sorted({len(one) for one in by_T.values()})
    most = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    kinds = " and ".join(sorted({one.sampling for one in by_T.values()}))
    words = [*dict.fromkeys(words for one in by_T.values() for words in one.said)]
    already = any(kinds in one for one in words)
    first = f"{most} frames{'' if already else f' ({kinds})'} at T = {', '.join(by_T)}"
    return [first, *words]


def unmet(card: Scorecard, require: str) -> list[str]:
    """Return the requirements that a sampler does not meet, with its name."""
    found = []
    for name, verdict in card.judged.items():
        rows = card.table[card.table["source"] == name]
        for one in requirements(require, bool(card.settings["classifier"])):
            why = one.unmet(rows, verdict.p_value)
            found += [f"{name}: {why}"] if why else []
    return found
