"""Which figures a run draws, what of the run each of them shows, and why others are left out."""

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
        What each figure shows, with sources and temperatures that the run has.
    left_out
        Why each figure is left out that the run lacks something for.
    instead
        Of each figure that names temperatures which the run lacks, what is shown for each named.
    """

    drawn: dict[str, Figure] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    instead: dict[str, dict[str, str]] = field(default_factory=dict)

    def caption(self, figure: str) -> str:
        """Return the caption of a figure, with what it shows in place of what it lacks."""
        words = [FIGURES[figure].caption]
        if figure in self.instead:
            words.append(f"The run lacks some temperatures: {in_place(self.instead[figure])}.")
        return " ".join(words)


def plan_figures(run: Config) -> Plan:
    """Return the figures of a run, each with what the run has of its sources and temperatures.

    In place of temperatures that the run lacks are the nearest ones that it has. Frames made
    elsewhere stand beside the sources named wherever a figure is drawn from frames or what was
    measured on them. A figure without sources or temperatures of its own shows all, the reference
    first.
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
    """Return in words which temperatures are shown in place of others."""
    asked: dict[str, list[str]] = {}
    for one, shown in near.items():
        if one != shown:
            asked.setdefault(shown, []).append(one)
    return "; ".join(f"T = {T} in place of {', '.join(ones)}" for T, ones in asked.items())


def drawn_figures(run: Config) -> dict[str, Figure]:
    """Return what each figure of a run shows."""
    return plan_figures(run).drawn


def _having(run: Config, kind: FigureKind) -> dict[str, Sequence[str]]:
    """Return the sources that have what a figure is drawn from, by kind of files."""
    networks = [name for name, one in run.networks.items() if one.chain_length]
    walked, models = run.walked, [*run.networks]
    frames: Sequence[str] = run.all_sources
    if "equilibration" in kind.needs:
        # Where walks are shown beside frames, the frames are those of Monte Carlo.
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
    """Return which section a figure would need that the run does without, if any."""
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
    """Return what a figure lacks that it cannot be drawn without, or nothing."""
    if not shown and not {*run.all_sources, *run.scaled}.intersection(named):
        return f"none of its sources ({', '.join(named)}) is in the run"
    for need, sources in _having(run, kind).items():
        if not set(sources).intersection(shown):
            return f"none of its sources ({', '.join(named)}) has {_words(kind, need)}"
    if not _temperatures(run, kind):
        return "there are no temperatures for it"
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
        return f"it needs {kind.fewest_temperatures} temperatures of the run or more"
    if kind.ordered and float(run.temperatures[0]) >= CRITICAL_TEMPERATURE:
        return "the run has no temperature below T_c"
    return ""


def _words(kind: FigureKind, need: str) -> str:
    """Return what sources lack that have no file of one kind."""
    if kind.reverse and need != "configurations":
        walks = " and its walks from random starts" if "equilibration" in kind.needs else ""
        return f"the network of a diffusion model{walks}"
    words = {
        "training": "a network that is trained",
        "equilibration": "walks from random starts",
        "configurations": "frames of Monte Carlo",
        "finite_size": "frames of several lattice sizes",
    }
    return words.get(need, f"{need} in this run")
