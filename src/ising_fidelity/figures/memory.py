"""Whether models repeat their training frames, and how many different frames they draw."""

import xarray as xr
from matplotlib.figure import Figure

from ising_fidelity.figures import comparisons, style
from ising_fidelity.figures.inputs import Inputs

NEAREST = "nearest_training_symmetric"


def draw(inputs: Inputs) -> Figure:
    """Draw the figure."""
    models = comparisons.having(inputs, NEAREST, "--memory-frames and --training")
    figure, axes = style.panels(1, 3, (15, 5))
    nearest, z, modes = axes[0]
    comparisons.numbers(nearest, inputs, models, NEAREST)
    heldout = _heldout(inputs, models)
    look = style.Look("held-out Monte Carlo", "#000000", "o", (0, (1, 1)))
    values = [heldout[key].values for key in ("temperature", "value", "error")]
    style.points(nearest, look, *values)
    nearest.set_ylim(bottom=0)
    nearest.set_ylabel("sites that differ from the nearest\ntraining frame, modulo symmetries")
    comparisons.scores(z, inputs, models, NEAREST)
    z.set_ylabel("$z$, below 0 where nearer than held-out frames")
    comparisons.numbers(modes, inputs, inputs.sources, "vendi_ratio")
    comparisons.noise_floor(modes, inputs, "vendi_ratio")
    modes.set_yscale("log")
    style.plain_ticks(modes.yaxis, [1, 2, 5])
    modes.set_ylabel("distinct frames (Vendi score)\nin units of Monte Carlo's")
    for ax in axes[0]:
        ax.set_xlabel(style.TEMPERATURE)
    style.letter(axes[0])
    style.legend(figure, axes[0])
    return figure


def _heldout(inputs: Inputs, models: list[str]) -> xr.Dataset:
    """Return the distances of held-out frames, wherever one of the models was trained.

    Models that were trained at a temperature were trained on the same frames there.
    """
    names = {f"{NEAREST}_heldout": "value", f"{NEAREST}_heldout_error": "error"}
    pieces = [inputs.fidelity[model][list(names)].rename(names) for model in models]
    joined = pieces[0]
    for piece in pieces[1:]:
        joined = joined.combine_first(piece)
    return joined.dropna("temperature", subset=["value"])
