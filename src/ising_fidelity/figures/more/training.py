"""Training curves: losses and learning rate of every model."""

from matplotlib.figure import Figure

from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs

LOSSES = {
    "loss": style.Look("training loss", "#0072B2", "o", "-"),
    "critic_loss": style.Look("critic's loss", "#0072B2", "o", "-"),
    "generator_loss": style.Look("generator's loss", "#009E73", "^", "-."),
    "held_out_loss": style.Look("held-out loss", "#D55E00", "s", "--"),
}


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: a column per model, losses above, learning rate below."""
    models = style.looks(inputs.having("training"))
    columns = len(models)
    figure, axes = panels.panels(
        2, columns, (2.6 * columns, 4.8), sharex="col", height_ratios=[2.4, 1]
    )
    for (above, below), model in zip(axes.T, models, strict=True):
        data = inputs.training[model]
        epoch = data["epoch"].values
        for name, look in LOSSES.items():
            if name in data:
                above.plot(
                    epoch,
                    data[name],
                    color=look.color,
                    linestyle=look.line,
                    marker=look.marker,
                    markersize=4,
                    markevery=max(1, len(epoch) // 12),
                    label=look.label,
                )
        below.plot(epoch, data["learning_rate"], color=style.INK)
        if data.attrs["family"] == "diffusion":
            above.set_yscale("log")
            panels.plain_ticks(above.yaxis, [1, 1.5, 2, 3, 5, 7])
        for ax in (above, below):
            kept = int(data.attrs["best_epoch"])
            ax.axvline(kept, color=style.INK, linestyle=":", label="weights kept")
        below.set_xlabel("epoch")
        below.xaxis.get_major_locator().set_params(integer=True)
        below.set_ylim(0, None)
        below.ticklabel_format(axis="y", scilimits=(0, 0), useMathText=True)
    axes[0, 0].set_ylabel("loss")
    axes[1, 0].set_ylabel("learning rate")
    figure.align_ylabels(axes[:, 0])
    return panels.finish(figure, axes[0], [look.label for look in models.values()], columns=5)
