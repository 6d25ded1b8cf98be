"""Which figures a run draws, and what of the run each of them shows."""

from collections.abc import Collection

from ising_fidelity.config.run import Config
from ising_fidelity.config.sections import Figure
from ising_fidelity.figures.registry import FIGURES


def drawn_figures(run: Config) -> dict[str, Figure]:
    """Return the figures of a run, each with what the run has of its sources and temperatures.

    One that would be left without any is left out, as is one of a comparison that is not
    made, of relaxed frames where there are none, or of networks or walks that none of its
    sources has. Frames made elsewhere stand beside the sources named wherever a figure is drawn
    from frames or what was measured on them.
    """
    drawn = {}
    begun = {start for start, _ in (run.relaxed_sources | run.finished_sources).values()}
    for key, figure in run.figures.items():
        if figure is None:
            continue
        switch = FIGURES[key].comparison
        if switch and not getattr(run.comparison, switch):
            continue
        walks = "equilibration" in FIGURES[key].needs
        there = run.equilibration.temperatures if walks else run.temperatures
        if "attribution" in FIGURES[key].needs and not run.attributed:
            continue
        if FIGURES[key].relaxed and not begun.intersection(figure.sources):
            continue
        scaled = "finite_size" in FIGURES[key].needs
        foreign = run.sources if FIGURES[key].of_frames and figure.sources else ()
        named = dict.fromkeys([*figure.sources, *foreign])
        shown = {
            "sources": [
                name for name in named if name in (run.scaled if scaled else run.all_sources)
            ],
            "temperatures": [T for T in figure.temperatures if T in there],
        }
        some = all(shown[name] or not getattr(figure, name) for name in shown)
        if some and all(_made(run, need, shown["sources"]) for need in FIGURES[key].needs):
            drawn[key] = figure.model_copy(update=shown)
    return drawn


def _made(run: Config, need: str, sources: Collection[str]) -> bool:
    """Whether some of these sources have files of one kind, where not every source has them."""
    having: dict[str, Collection[str]] = {
        "model": run.trained_models,
        "training": run.trained_models,
        "equilibration": run.equilibration.sources,
    }
    return need not in having or any(source in having[need] for source in sources)
