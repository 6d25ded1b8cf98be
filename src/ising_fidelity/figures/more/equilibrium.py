"""Checks of equilibrium: neighbours, fluctuations, signs, and independent Monte Carlo frames."""

import numpy as np
from matplotlib.figure import Figure

from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import panels, style
from ising_fidelity.figures.inputs import Inputs
from ising_fidelity.scores import deviations

TEMPERATURES = {
    "effective_temperature": "all spins",
    "temperature_at_field_2": "$|h| = 2J$",
    "temperature_at_field_4": "$|h| = 4J$",
}
SMALLEST_SHARE = 1e-3
"""Share of spurious flips below which its axis is linear."""
SMALLEST_CHANCE = 1e-8
"""Smaller p-values are drawn at this one."""
INDEPENDENT = {"abs_magnetization": r"$|m|$", "energy": "$u$"}


def local(inputs: Inputs) -> Figure:
    """Draw three effective temperatures over the nominal one (exact: 1), and spurious flips."""
    figure, axes = panels.panels(2, 2, (12.5, 9), sharex=True)
    for ax, (name, words) in zip(axes.flat, TEMPERATURES.items(), strict=False):
        for source, look in style.looks(inputs.sources).items():
            known = inputs.fidelity[source][[name, f"{name}_error"]]
            known = known.where(np.isfinite(known)).dropna("temperature")
            panels.along_temperature(ax, look, known, name, known["temperature"].values)
        panels.shade_training(ax, inputs, inputs.sources)
        panels.ratio_axis(ax)
        panels.critical(ax)
        ax.set_ylabel(f"local temperature / $T$ ({words})")
    flips = axes[1, 1]
    panels.curves(flips, inputs, "spurious_flips")
    flips.set_yscale("symlog", linthresh=SMALLEST_SHARE)
    flips.axhline(0, label="exact", **style.FINITE)
    panels.over_temperature(axes[1])
    return panels.finish(figure, axes.flat)


def energy_slope(inputs: Inputs) -> Figure:
    """Draw du/dT - C, and its deviation from the exact value in standard errors."""
    if inputs.exact.sizes["temperature"] < 3:
        raise InputError("energy_slope: a slope needs three temperatures or more")
    figure, axes = panels.panels(1, 2, (12.5, 5.4))
    values, z = axes[0]
    values.set_yscale("symlog", linthresh=1)
    z.set_yscale("symlog", linthresh=panels.Z_LINEAR)
    label = panels.exact_label(int(inputs.exact.attrs["lattice_size"]))
    for number, (source, look) in enumerate(style.looks(inputs.sources).items()):
        compared = deviations.with_energy_slopes(inputs.fidelity[source], inputs.exact)
        data, solved = (one.isel(temperature=slice(1, -1)) for one in compared)
        T, expected = data["temperature"].values, solved[deviations.SLOPE].values
        excess, error = (data[deviations.SLOPE + end].values for end in ("", "_error"))
        panels.points(values, look, T, excess, error)
        in_errors = deviations.deviation_in_errors(excess - expected, error, np.zeros(T.size))
        panels.points(z, look, T, in_errors, np.zeros(T.size))
        if number == 0:
            values.plot(T, expected, label=label, **style.FINITE)
    panels.shade_training(values, inputs, inputs.sources)
    panels.z_axis(z)
    values.set_ylabel(r"$\Delta u/\Delta T - N\,\mathrm{var}(u)/T^2$")
    z.set_ylabel("deviation from exact, in standard errors")
    panels.critical(values)
    panels.over_temperature(axes[0])
    return panels.finish(figure, axes[0])


def ordering(inputs: Inputs) -> Figure:
    """Draw the share of frames with positive magnetization, and the Binder cumulant."""
    figure, axes = panels.panels(1, 3, (15, 5))
    share, chance, binder = axes[0]
    panels.curves(share, inputs, "positive_share")
    share.axhline(0.5, label="both signs equally likely", **style.FINITE)
    share.set_ylim(-0.03, 1.03)
    for source, look in style.looks(inputs.sources).items():
        p = inputs.fidelity[source]["positive_share_p_value"].dropna("temperature")
        T, values = p["temperature"].values, p.clip(min=SMALLEST_CHANCE).values
        panels.points(chance, look, T, values, np.zeros(T.size), linestyle="", label="")
    chance.set_yscale("log")
    number = inputs.fidelity[inputs.sources[0]].sizes["temperature"]
    bottom, limit = SMALLEST_CHANCE / 3, deviations.SIGNIFICANT / number
    chance.axhspan(bottom, limit, color="0.94", linewidth=0, zorder=0)
    chance.set(ylim=(bottom, 2), ylabel="$p$ of the binomial test of signs")
    panels.critical(chance)
    panels.curves(binder, inputs, "binder_cumulant")
    panels.over_temperature(axes[0])
    return panels.finish(figure, axes[0])


def independence(inputs: Inputs) -> Figure:
    """Draw effective sample sizes of Monte Carlo frames, and the resulting factor on errors.

    The paper takes a frame every ten sweeps; near the critical temperature the magnetization of a
    single-spin chain decorrelates in hundreds of sweeps (critical slowing down).
    """
    figure, axes = panels.panels(1, 2, (9.6, 4.4))
    share, enlargement = axes[0]
    for source, look in style.looks(inputs.sources).items():
        group = inputs.fidelity[source]
        T = group["temperature"].values
        for name, symbol in INDEPENDENT.items():
            open_marker = {"markerfacecolor": "white", "markeredgecolor": look.color}
            options = {
                "color": look.color,
                "marker": look.marker,
                "linestyle": look.line,
                "markersize": 4.5,
                "linewidth": 1.1,
                "label": f"{look.label}, {symbol}",
                **(open_marker if name == "energy" else {}),
            }
            tau_int = group[f"{name}_tau_int"].values
            share.plot(T, group[f"{name}_effective_sample_size"].values, **options)
            enlargement.plot(T, np.sqrt(2 * tau_int), **options)
    for ax in axes[0]:
        panels.critical(ax)
    panels.over_temperature(axes[0])
    share.set(yscale="log", ylabel="effective sample size")
    enlargement.set_ylim(bottom=0)
    enlargement.set_ylabel(r"error / naive error, $\sqrt{2\tau_\mathrm{int}}$")
    panels.letter(axes[0])
    panels.legend(figure, [share], columns=2)
    return figure
