"""Which figures a run draws, what each of them shows, and why others are left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ising_fidelity.config.absent import nearest
from ising_fidelity.config.run import Config
from ising_fidelity.config.sections import Figure
from ising_fidelity.figures.kind import SERIES, FigureKind
from ising_fidelity.figures.registry import FIGURES
from ising_fidelity.lattice import CRITICAL_TEMPERATURE


@dataclass(frozen=True)
class Plan:
    """The figures of a run.

    Attributes
    ----------
    drawn
        Sources and temperatures of each figure, all of which the run has.
    left_out
        The reason for each figure that is left out.
    instead
        For each figure that names missing temperatures, the shown temperature by named one.
    """

    drawn: dict[str, Figure] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    instead: dict[str, dict[str, str]] = field(default_factory=dict)

    def caption(self, figure: str) -> str:
        """Return the caption of a figure, with a note on replaced temperatures."""
        words = [FIGURES[figure].caption]
        if figure in self.instead:
            words.append(f"Replaced temperatures: {in_place(self.instead[figure])}.")
        return " ".join(words)


def plan_figures(run: Config) -> Plan:
    """Return the figures of a run, each with the sources and temperatures that it shows.

    Sources that the run lacks are left out; missing temperatures are replaced by the nearest ones.
    Imported sources are added to every figure of frames or observables. A figure without sources or
    temperatures shows all of them, the reference first.
    """
    plan = Plan()
    for key, figure in run.figures.items():
        if figure is None:
            continue
        kind = FIGURES[key]
        having, there = _having(run, kind), _temperatures(run, kind)
        named = figure.sources or [run.reference, *run.all_sources]
        foreign = run.foreign if kind.of_frames else ()
        shown = [
            source
            for source in dict.fromkeys([*named, *foreign])
            if any(source in sources for sources in having.values())
        ]
        reason = _switched_off(run, kind) or _lacking(run, kind, named, shown)
        if reason:
            plan.left_out[key] = reason
            continue
        near = nearest(figure.temperatures, there)
        every = there if not near and {*SERIES} & {*kind.needs} else ()
        temperatures = list(dict.fromkeys([*near.values(), *every]))
        plan.drawn[key] = Figure(sources=shown, temperatures=temperatures)
        if near.keys() - {*there}:
            plan.instead[key] = near
    return plan


def in_place(near: Mapping[str, str]) -> str:
    """Return in words which temperatures replace others."""
    asked: dict[str, list[str]] = {}
    for one, shown in near.items():
        if one != shown:
            asked.setdefault(shown, []).append(one)
    return "; ".join(f"T = {T} in place of {', '.join(ones)}" for T, ones in asked.items())


def drawn_figures(run: Config) -> dict[str, Figure]:
    """Return the sources and temperatures of each figure of a run."""
    return plan_figures(run).drawn


def _having(run: Config, kind: FigureKind) -> dict[str, Sequence[str]]:
    """Return the sources that have the files of a figure, by kind of file."""
    networks = [name for name, one in run.networks.items() if one.chain_length]
    walked, models = run.walked, [*run.networks]
    frames: Sequence[str] = run.all_sources
    if "equilibration" in kind.needs:
        # Figures of both time series and frames show the frames of Monte Carlo.
        frames = [name for name in run.all_sources if name in run.chains]
        networks = [name for name in networks if name in walked]
    if kind.reverse:
        walked = models = networks
    special: dict[str, Sequence[str]] = {
        "model": models,
        "training": models,
        "equilibration": walked,
        "finite_size": run.scaled,
        "attribution": [*run.attributed],
        "configurations": frames,
    }
    needs = [need for need in kind.needs if need != "exact"]
    return {need: special.get(need, run.all_sources) for need in needs}


def _temperatures(run: Config, kind: FigureKind) -> list[str]:
    """Return the temperatures that a figure may show."""
    if "equilibration" in kind.needs:
        return run.equilibration.temperatures
    if "attribution" in kind.needs:
        return list(dict.fromkeys(run.attributed_temperatures.values()))
    return run.temperatures


def _switched_off(run: Config, kind: FigureKind) -> str:
    """Return which section that a figure needs is switched off, or an empty text."""
    if kind.comparison and not getattr(run.comparison, kind.comparison):
        return f"comparison.{kind.comparison} is off"
    if "equilibration" in kind.needs and not run.equilibration.sources:
        return "equilibration is off"
    if kind.relaxed and run.relaxation is None and run.finish is None:
        return "relaxation and finish are off"
    for section in ("attribution", "finite_size"):
        if section in kind.needs and getattr(run, section) is None:
            return f"{section} is off"
    return ""


def _lacking(run: Config, kind: FigureKind, named: Sequence[str], shown: Sequence[str]) -> str:
    """Return why a figure cannot be drawn, or an empty text."""
    if not shown and not {*run.all_sources, *run.scaled}.intersection(named):
        return f"none of its sources ({', '.join(named)}) is in the run"
    for need, sources in _having(run, kind).items():
        if not set(sources).intersection(shown):
            return f"none of its sources ({', '.join(named)}) has {_words(kind, need)}"
    if not _temperatures(run, kind):
        return "it has no temperatures"
    models = [model for model in map(run.model_behind, shown) if model]
    if kind.of_models and not models and {*run.models}.intersection(named):
        return "none of its models is in the run"
    learned = {T for model in models for T in model.training_temperatures}
    if kind.comparison == "memory_frames" and not learned.intersection(run.temperatures):
        return "none of its sources is a model trained at a temperature of the run"
    begun = {start for start, _ in (run.relaxed_sources | run.finished_sources).values()}
    if kind.relaxed and shown[0] != named[0]:
        return f"{named[0]}, which its other sources are compared with, is not in the run"
    if kind.relaxed and not begun.intersection(shown[1:]):
        return f"none of its sources ({', '.join(named)}) has relaxed or finished frames"
    if len(run.temperatures) < kind.fewest_temperatures:
        return f"it needs at least {kind.fewest_temperatures} temperatures in the run"
    if kind.ordered and float(run.temperatures[0]) >= CRITICAL_TEMPERATURE:
        return "the run has no temperature below T_c"
    return ""


def _words(kind: FigureKind, need: str) -> str:
    """Return in words what sources without a kind of file lack."""
    if kind.reverse and need != "configurations":
        walks = " and time series from random starts" if "equilibration" in kind.needs else ""
        return f"the network of a diffusion model{walks}"
    words = {
        "training": "a trained network",
        "equilibration": "time series from random starts",
        "configurations": "frames of Monte Carlo",
        "finite_size": "frames of several lattice sizes",
    }
    return words.get(need, f"{need} in this run")
