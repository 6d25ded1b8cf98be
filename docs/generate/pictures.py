"""Pictures of the pages of results, from the tables that the pages have: make readme."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib import style as matplotlib_style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from docs.generate.sources import DESKTOP, PAPER_SCALE, SNAPSHOT, STUDIES
from docs.generate.studies import FORWARD, SHARE, in_the_field, of_first_seeds
from ising_fidelity.figures import style
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

QUANTITIES = {"energy": r"$u - u_{\mathrm{exact}}$", "specific_heat": r"$C / C_{\mathrm{exact}}$"}
ROW = 0.22
"""Height of one row of a bar chart in inches."""


def desktop() -> Figure:
    """Return how far DiffIsing3 at L = 64 is from exact, at every temperature."""
    named = dict(zip(DESKTOP, ("DiffIsing3", "DiffIsing3 + 50 Gibbs sweeps"), strict=True))
    return _deviations(pd.read_csv(SNAPSHOT / "desktop.csv"), named)


def paper_scale() -> Figure:
    """Return how far models and the paper's chain are from exact at the paper's scale."""
    data = pd.read_csv(PAPER_SCALE / "scores.csv")
    data = data[~data["temperature"].isin(["all", "training"])]
    sources = [name for name in data["source"].unique() if name != "mc"]
    return _deviations(data, {name: style.spoken(name) for name in sources})


def _deviations(data: pd.DataFrame, named: Mapping[str, str]) -> Figure:
    """Return deviations of u and ratios of C for sources by their names in the legend."""
    figure, axes = plt.subplots(1, len(QUANTITIES), figsize=(11, 4), layout="constrained")
    looks = style.looks(named)
    for ax, (quantity, label) in zip(axes, QUANTITIES.items(), strict=True):
        chosen = data[(data["quantity"] == quantity) & (data["reference"] == "exact")]
        for source, name in named.items():
            rows = chosen[chosen["source"] == source]
            T, value = rows["temperature"].astype(float), rows["value"] - rows["expected"]
            error = rows["error"]
            if quantity == "specific_heat":
                value, error = rows["value"] / rows["expected"], error / rows["expected"]
            look = looks[source]
            marks = {"color": look.color, "marker": look.marker, "markersize": 4, "linewidth": 1}
            ax.errorbar(T, value, error, label=name, **marks)
        ax.axhline(quantity == "specific_heat", **style.FINITE)
        ax.set(xlabel=style.TEMPERATURE, ylabel=label)
    axes[1].set_yscale("log")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return figure


def lattices() -> Figure:
    """Return how far frames of other lattice sizes are off, at T_c and above."""
    data = pd.read_csv(STUDIES / "transfer.csv")
    data = data[data["sampling_steps"] == 80]
    networks = [(pd.read_csv(STUDIES / "wide.csv"), "#009E73", "-", "L = 16, 32 and 64, alone")]
    for trained, color in ((32, "#0072B2"), (64, "#D55E00")):
        for sweeps, line, name in ((False, "-", "alone"), (True, ":", "with the finish")):
            rows = data[data["trained_lattice_size"] == trained]
            rows = rows[(rows["gibbs_sweeps"] > 0) == sweeps]
            networks.append((rows, color, line, f"L = {trained}, {name}"))
    figure, axes = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    order, energy = axes
    for rows, color, line, name in networks:
        look = {"color": color, "linestyle": line, "label": f"trained at {name}"}
        rows = rows.sort_values("lattice_size")
        at_T_c = rows[(rows["temperature"] - CRITICAL_TEMPERATURE).abs() < 1e-4]
        off = at_T_c["abs_magnetization"] - at_T_c["abs_magnetization_mc"]
        _points(order, at_T_c["lattice_size"], off, at_T_c["abs_magnetization_error"], look)
        above = rows[rows["temperature"] == 3.0]
        off = above["energy"] - above["energy_exact"]
        _points(energy, above["lattice_size"], off, above["energy_error"], look)
    order.set(
        title=r"$T_c$", ylabel=r"$\langle|m|\rangle - \langle|m|\rangle_{\mathrm{Monte\,Carlo}}$"
    )
    energy.set(title="T = 3.0", ylabel=QUANTITIES["energy"])
    order.legend(fontsize="small")
    return figure


def _points(ax: Axes, x: pd.Series, y: pd.Series, error: pd.Series, look: dict[str, str]) -> None:
    ax.axhline(0, **style.FINITE)
    ax.errorbar(x, y, error, marker="o", markersize=4, **look)
    ax.set_xscale("log", base=2)
    ax.set_xticks([32, 64, 128], ["32", "64", "128"])
    ax.set_xlabel("lattice size $L$ of the frames")


def ablations() -> Figure:
    """Return the path divergence of every variant of DiffIsing3, means over its networks."""
    data = pd.read_csv(STUDIES / "ablation_networks.csv")
    variant = data["what"].str.replace(r"\.seed\d+$", "", regex=True)
    means = data.groupby(variant)["path_divergence"].mean().sort_values(ascending=False)
    colors = ["#D55E00" if name == "DiffIsing3" else "#56B4E9" for name in means.index]
    figure, ax = plt.subplots(figsize=(7, 1 + ROW * len(means)), layout="constrained")
    ax.barh(means.index, means, color=colors)
    ax.set_xscale("log")
    ax.set(xlabel="path divergence, nats per frame")
    ax.margins(y=0.01)
    return figure


def samplers() -> Figure:
    """Return how often each broken sampler is rejected, and named right."""
    data = pd.read_csv(STUDIES / "samplers_summary.csv", keep_default_na=False)
    data = data[data["causes_wanted"] != ""].iloc[::-1]
    names = data["sampler"].str.replace("$", r"\$")
    figure, ax = plt.subplots(figsize=(9, 1.2 + ROW * len(data)), layout="constrained")
    ax.barh(names, data["rejected"].astype(float), color="0.85", label="rejected")
    named = data["named_first"].astype(float)
    ax.barh(names, named, color="#0072B2", height=0.5, label="named right")
    ax.set(xlabel="share of repetitions", xlim=(0, 1))
    ax.margins(y=0.01)
    ax.legend(fontsize="small", loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure


def field() -> Figure:
    """Return the effective share of samplers at or near T_c against the lattice size."""
    rows = of_first_seeds(in_the_field())
    near = (rows["temperature"].astype(float) - CRITICAL_TEMPERATURE).abs() < 0.01
    shown = rows[near & rows["quantity"].isin([SHARE, FORWARD])]
    figure, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
    palette = plt.get_cmap("tab20")
    for place, (method, group) in enumerate(shown.groupby("method", sort=False)):
        look = {"color": palette(place % palette.N), "linestyle": "-" if len(group) > 2 else "none"}
        for quantity, marker in ((SHARE, "o"), (FORWARD, "^")):
            points = group[group["quantity"] == quantity]
            if len(points):
                one = {"label": method} if quantity == SHARE else {"markerfacecolor": "none"}
                L, value = points["lattice_size"].astype(int), points["value"].astype(float)
                ax.plot(L, value, marker=marker, **look, **one)
    largest = shown["lattice_size"].astype(int).max()
    sizes = [size for size in (4, 8, 16, 32, 64, 128, 256) if size <= largest]
    ax.set(xscale="log", xlabel="$L$", ylabel="effective share of frames", ylim=(-0.02, 1.02))
    ax.set_xticks(sizes, map(str, sizes))
    ax.minorticks_off()
    figure.legend(loc="outside right upper")
    return figure


PICTURES = {
    "desktop": desktop,
    "paper_scale": paper_scale,
    "lattices": lattices,
    "ablations": ablations,
    "samplers": samplers,
    "field": field,
}
"""What draws each picture, by the name of its file."""


def draw(folder: Path = SNAPSHOT) -> None:
    """Write all pictures to a folder."""
    with matplotlib_style.context(["default", style.RC]):
        for name, made in PICTURES.items():
            figure = made()
            figure.savefig(folder / f"{name}.png", dpi=110, metadata={"Software": None})
            plt.close(figure)
