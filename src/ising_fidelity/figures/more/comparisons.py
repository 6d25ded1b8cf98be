"""Comparisons of each source with the reference: distances, classifier, memory, noise floors."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs

FLOOR_LABEL = r"noise floor of Monte Carlo, $\pm$ 2 standard deviations"
AUC = "classifier_auc"
ROWS = {"wasserstein": "Wasserstein", "ks": "Kolmogorov-Smirnov"}
COLUMNS = {"energy": "$u$", "abs_magnetization": "$|m|$", "magnetization": "$m$"}
JOINT = "energy_magnetization_histogram"
NEAREST = "nearest_training_symmetric"


def classifier(inputs: Inputs) -> Figure:
    """Draw the AUC of the network that separates the frames of each source from Monte Carlo."""
    sources = _having(inputs, AUC, "--classifier")
    figure, axes = panels.panels(1, 1, (8.4, 4.8))
    ax = axes[0, 0]
    _numbers(ax, inputs, sources, AUC)
    ax.axhline(0.5, color=style.INK, linewidth=1.1, zorder=1.5, label="indistinguishable")
    ax.set(ylim=(None, 1.02), xlabel=style.TEMPERATURE, ylabel="area under the ROC curve")
    panels.legend(figure, [ax], columns=3)
    return figure


def distances(inputs: Inputs) -> Figure:
    """Draw rows of distances from the reference, each above a row of their z.

    For the reference itself, even and odd frames are compared.
    """
    figure, axes = panels.panels(4, 4, (15, 11.5), sharex=True)
    places = {
        f"{quantity}_{distance}": (row, column, f"{label}, {symbol}")
        for row, (distance, label) in zip((0, 2), ROWS.items(), strict=True)
        for column, (quantity, symbol) in enumerate(COLUMNS.items())
    }
    places[JOINT] = (0, 3, "total variation, $(u, m)$")
    for name, (row, column, label) in places.items():
        values, z = axes[row : row + 2, column]
        _numbers(values, inputs, inputs.sources, name)
        _noise_floor(values, inputs, name)
        values.set(yscale="log", ylabel=label)
        _scores(z, inputs, inputs.sources, name)
        z.set_ylabel(f"$z$: {label}")
    for ax in axes[2:, 3]:
        ax.remove()
    lowest = [*axes[3, :3], axes[1, 3]]
    panels.over_temperature(lowest)
    for ax in lowest:
        ax.tick_params(labelbottom=True)
    return panels.finish(figure, figure.axes)


def memory(inputs: Inputs) -> Figure:
    """Draw distances from training frames, and the effective number of distinct frames."""
    models = _having(inputs, NEAREST, "--memory-frames and --training")
    figure, axes = panels.panels(1, 3, (15, 5))
    nearest, z, modes = axes[0]
    _numbers(nearest, inputs, models, NEAREST)
    look = style.Look("held-out Monte Carlo", "#000000", "o", (0, (1, 1)))
    panels.along_temperature(nearest, look, _heldout(inputs, models), f"{NEAREST}_heldout")
    nearest.set_ylim(bottom=0)
    nearest.set_ylabel("distance from the nearest\ntraining frame / sites")
    _scores(z, inputs, models, NEAREST)
    z.set_ylabel("$z$ of (a), negative if nearer")
    _numbers(modes, inputs, inputs.sources, "vendi_ratio")
    _noise_floor(modes, inputs, "vendi_ratio")
    modes.set_yscale("log")
    panels.plain_ticks(modes.yaxis, [1, 2, 5])
    modes.set_ylabel("Vendi score / Monte Carlo's")
    panels.over_temperature(axes[0])
    return panels.finish(figure, axes[0])


def _heldout(inputs: Inputs, models: list[str]) -> xr.Dataset:
    """Return the distances of held-out frames at the training temperatures of all models.

    All models trained at a temperature use the same frames.
    """
    name = f"{NEAREST}_heldout"
    first, *others = (inputs.fidelity[model][[name, f"{name}_error"]] for model in models)
    for piece in others:
        first = first.combine_first(piece)
    return first.dropna("temperature", subset=[name])


def _having(inputs: Inputs, name: str, flag: str) -> list[str]:
    """Return the sources with a variable, which ``compare`` writes with ``flag``."""
    found = [source for source in inputs.sources if name in inputs.fidelity[source]]
    if not found:
        raise InputError(
            f"fidelity.nc: no {name} of {', '.join(inputs.sources)}; compare writes it with {flag}"
        )
    return found


def _numbers(ax: Axes, inputs: Inputs, sources: Sequence[str], name: str) -> None:
    """Draw a variable of some sources with its errors."""
    for source, look in style.looks(sources).items():
        # The variable may be undefined at temperatures without training frames.
        known = inputs.fidelity[source][[name, f"{name}_error"]].dropna(
            "temperature", subset=[name]
        )
        panels.along_temperature(ax, look, known, name)
    panels.critical(ax)


def _scores(ax: Axes, inputs: Inputs, sources: Sequence[str], name: str) -> None:
    """Draw z, the excess of a variable over its noise floor, for some sources."""
    # Before the points, so that margins are computed for this scale.
    ax.set_yscale("symlog", linthresh=panels.Z_LINEAR)
    for source, look in style.looks(sources).items():
        z = inputs.fidelity[source][f"{name}_z"].dropna("temperature")
        panels.points(ax, look, z["temperature"].values, z.values, np.zeros(z.size))
    panels.z_axis(ax)


def _noise_floor(ax: Axes, inputs: Inputs, name: str) -> None:
    """Shade two standard deviations around the mean of the first source's noise floor.

    The standard deviation is (value - mean) / z; the floor is left out where it is 0. All sources
    with equally many independent frames have this floor.
    """
    group = inputs.fidelity[inputs.sources[0]]
    value, z, mean = (group[f"{name}{suffix}"].values for suffix in ("", "_z", "_floor"))
    known = np.isfinite(z) & (z != 0)
    spread = np.divide(value - mean, z, out=np.full_like(mean, np.nan), where=known)
    # A logarithmic axis cannot show 0.
    ends = np.maximum(mean - 2 * spread, mean / 10), mean + 2 * spread
    ax.fill_between(group["temperature"].values, *ends, label=FLOOR_LABEL, **panels.FLOOR)
