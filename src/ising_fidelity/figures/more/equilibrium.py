"""Whether the energy's slope over temperature is the specific heat of its fluctuations."""

import numpy as np
from matplotlib.figure import Figure

from ising_fidelity import fidelity
from ising_fidelity.exceptions import InputError
from ising_fidelity.figures import comparisons, style
from ising_fidelity.figures.inputs import Inputs


def draw(inputs: Inputs) -> Figure:
    """Draw the figure: du/dT - C, and how many errors it is from the same of exact u and C.

    Raises
    ------
    InputError
        If there are fewer than three temperatures.
    """
    if inputs.exact.sizes["temperature"] < 3:
        raise InputError("energy_slope: a slope needs three temperatures or more")
    figure, axes = style.panels(1, 2, (12.5, 5.4))
    values, z = axes[0]
    for ax in (values, z):
        ax.set_yscale("symlog", linthresh=1 if ax is values else comparisons.Z_LINEAR)
    label = style.exact_label(int(inputs.exact.attrs["lattice_size"]))
    for number, (source, look) in enumerate(style.looks(inputs.sources).items()):
        compared = fidelity.with_energy_slopes(inputs.fidelity[source], inputs.exact)
        data, solved = (one.isel(temperature=slice(1, -1)) for one in compared)
        T, expected = data["temperature"].values, solved[fidelity.SLOPE].values
        excess, error = (data[fidelity.SLOPE + end].values for end in ("", "_error"))
        style.points(values, look, T, excess, error)
        in_errors = fidelity.deviation_in_errors(excess - expected, error, np.zeros(T.size))
        style.points(z, look, T, in_errors, np.zeros(T.size))
        if number == 0:
            values.plot(T, expected, label=label, **style.FINITE)
    style.shade_training(values, inputs, inputs.sources)
    comparisons.z_axis(z)
    values.set_ylabel(r"$\Delta u/\Delta T - N\,\mathrm{var}(u)/T^2$")
    z.set_ylabel("the same less that of exact $u$ and $C$, in errors")
    style.critical(values)
    for ax in axes[0]:
        ax.set_xlabel(style.TEMPERATURE)
    style.letter(axes[0])
    style.legend(figure, axes[0])
    return figure
