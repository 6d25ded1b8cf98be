"""What a run leaves out, or shows in the place of it, a line each: read by whoever starts it."""

from collections.abc import Mapping

from ising_fidelity.config.run import Config
from ising_fidelity.config.sections import Figure
from ising_fidelity.run.figures import Plan, in_place


def notes(run: Config, plan: Plan) -> list[str]:
    """Return a line for everything that the config asks for and the run does without."""
    return [
        *_sources_left_out(run),
        *(f"figure {name} is left out: {why}" for name, why in plan.left_out.items()),
        *_without_networks(run, plan),
        *(f"figure {name} shows {in_place(near)}" for name, near in plan.instead.items()),
        *_attribution(run),
    ]


def _sources_left_out(run: Config) -> list[str]:
    """Return where models and Monte Carlo sources are named that null leaves out of the run.

    Not in which figures: they show what else they have.
    """
    named: dict[str, list[str]] = {
        "equilibration": run.equilibration.sources,
        "relaxation": run.relaxation.models if run.relaxation else [],
        "finish": run.finish.models if run.finish else [],
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
    """Return which figures of networks name models that commands train, which they cannot show."""
    lines = []
    for figure, shown in plan.drawn.items():
        named = (run.figures[figure] or Figure()).sources
        lacking = [name for name in named if name in run.commands and name not in shown.sources]
        if lacking:
            lines.append(
                f"figure {figure} leaves out {', '.join(lacking)}, of which it has no network: "
                "family command"
            )
    return lines


def _attribution(run: Config) -> list[str]:
    """Return which temperatures the attribution has in place of those that the run lacks."""
    if run.attribution is None:
        return []
    if not run.attributed_temperatures:
        return ["attribution is left out: the run has no temperature below T_c"]
    if not run.attributed:
        return ["attribution is left out: the run has no model or frames made elsewhere"]
    words = in_place(run.attributed_temperatures)
    return [f"attribution has {words}"] if words else []
