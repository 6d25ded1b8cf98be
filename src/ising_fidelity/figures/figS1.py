"""Fig. S1: the absolute value taken of every frame, or of the mean over all frames."""

from matplotlib.figure import Figure

from ising_fidelity.figures import style
from ising_fidelity.figures.inputs import Inputs

CONVENTIONS = {
    "abs_magnetization": style.Look(
        r"absolute value per frame, $\langle|m|\rangle$", "#D55E00", "o", "-"
    ),
    "trajectory_magnetization": style.Look(
        r"absolute value of the mean, $|\langle m\rangle|$", "#0072B2", "s", "--"
    ),
}


def draw(inputs: Inputs) -> Figure:
    """Draw the figure."""
    sources = style.looks(inputs.sources)
    figure, axes = style.panels(1, len(sources), (4.5 * len(sources), 4.2), sharey=True)
    for ax, source in zip(axes[0], sources, strict=True):
        group = inputs.fidelity[source]
        for name, look in CONVENTIONS.items():
            values = [group[key].values for key in ("temperature", name, f"{name}_error")]
            style.points(ax, look, *values)
        style.exact_curves(ax, inputs, "abs_magnetization")
        style.shade_training(ax, inputs, [source])
        ax.set_xlabel(style.TEMPERATURE)
    axes[0, 0].set_ylabel("magnetization per spin")
    style.letter(axes[0], [look.label for look in sources.values()])
    style.legend(figure, axes[0], columns=2)
    return figure
