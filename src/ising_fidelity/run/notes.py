"""Notes on what a run leaves out or replaces, printed at its start and shown on its page."""

from collections.abc import Mapping

from ising_fidelity.config.run import Config
from ising_fidelity.config.sections import Figure
from ising_fidelity.run.figures import Plan, in_place


def notes(run: Config, plan: Plan) -> list[str]:
    """Return a line for everything in the config that the run leaves out or replaces."""
    return [
        *_sources_left_out(run),
        *(f"figure {name} is left out: {why}" for name, why in plan.left_out.items()),
        *_without_networks(run, plan),
        *(f"figure {name} shows {in_place(near)}" for name, near in plan.instead.items()),
        *_attribution(run),
    ]


def _sources_left_out(run: Config) -> list[str]:
    """Return which sections, apart from figures, name sources that are null."""
    named: dict[str, list[str]] = {
        "equilibration": run.equilibration.sources,
        "relaxation": run.relaxation.models if run.relaxation else [],
        "finish": run.finish.models if run.finish else [],
        "metropolised": run.metropolised.models if run.metropolised else [],
        "finite_size": run.finite_size.sources if run.finite_size else [],
    }
    sections: Mapping[str, Mapping[str, object]] = {
        "monte_carlo": run.monte_carlo,
        "models": run.models,
        "sources": run.sources,
    }
    lines = []
    for section, entries in sections.items():
        for name in (name for name, entry in entries.items() if entry is None):
            places = [place for place, sources in named.items() if name in sources]
            if places:
                lines.append(f"{section}.{name} is null and left out of {', '.join(places)}")
    return lines


def _without_networks(run: Config, plan: Plan) -> list[str]:
    """Return which figures of networks leave out models that have commands of their own."""
    lines = []
    for figure, shown in plan.drawn.items():
        named = (run.figures[figure] or Figure()).sources
        lacking = [name for name in named if name in run.commands and name not in shown.sources]
        if lacking:
            lines.append(
                f"figure {figure} leaves out {', '.join(lacking)}: family command has no network"
            )
    return lines


def _attribution(run: Config) -> list[str]:
    """Return a line if the attribution is left out or has other temperatures."""
    if run.attribution is None:
        return []
    if not run.attributed_temperatures:
        return ["attribution is left out: the run has no temperature below T_c"]
    if not run.attributed:
        return ["attribution is left out: the run has no model or imported frames"]
    words = in_place(run.attributed_temperatures)
    return [f"attribution has {words}"] if words else []
