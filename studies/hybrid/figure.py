"""The tables and the figure of hybrid."""

import math
from pathlib import Path

import pandas as pd
from matplotlib import style as matplotlib_style

from benchmarks.harness import table
from ising_fidelity.figures import panels, style
from studies.hybrid import rows
from studies.hybrid.rows import AT_A_TIME, FINISH, FINISH_SIGMA, MONTE_CARLO


def needed(row: pd.Series) -> str:
    """Return the steps that a source's frames need, and the seconds per independent frame."""
    largest = (rows.GIBBS_SWEEPS if row.name.endswith(FINISH) else rows.SWEEPS)[-1]
    steps = f"> {largest:,}" if math.isinf(row["steps"]) else f"{float(f'{row.steps:.3g}'):,g}"
    return f"{steps}: {row['seconds']:.2g}"


def over(whole: pd.Series, other: pd.Series) -> str:
    """Return the ratio of both costs, as far as it is known."""
    ends = math.isinf(whole["steps"]), math.isinf(other["steps"])
    if all(ends):
        return "not known"
    sign = {(True, False): "> ", (False, True): "< "}.get(ends, "")
    ratio = whole["seconds"] / other["seconds"]
    return f"{sign}{float(f'{ratio:.2g}'):,g}"


def tables(data: pd.DataFrame) -> str:
    """Return the measurements as text."""
    size, frames, steps = (data[name].iloc[0] for name in ("lattice_size", "frames", "chain_steps"))
    monte_carlo, models = [], []
    for T, part in data.groupby("temperature"):
        here = part.set_index("source")
        monte_carlo.append([f"{T:.7g}", *(needed(here.loc[name]) for name in MONTE_CARLO)])
        for name, row in here.drop(list(MONTE_CARLO)).iterrows():
            ratios = (over(row, here.loc[other]) for other in ("random", AT_A_TIME, "clusters"))
            sampling = f"{row['drawing_seconds']:.2g}"
            models.append([f"{T:.7g}", name, sampling, needed(row), *ratios])
    headings = ["T", "model", "sampling", "sampling and sweeps"]
    headings += ["/ random", "/ packed", "/ clusters"]
    text = [
        f"Seconds of one core per independent frame, L = {size}, {frames} frames looked at; "
        f"{steps} steps of the reverse chain.",
        "Monte Carlo alone, the sweeps or clusters needed and their seconds:",
        table(["T", *MONTE_CARLO], monte_carlo),
        f"Models, the sweeps needed on top (with finish: of heat bath, from sigma = "
        f"{FINISH_SIGMA:g}) and the seconds of both; and over those of Monte Carlo:",
        table(headings, models),
    ]
    return "\n\n".join(text)


def draw(data: pd.DataFrame, path: Path) -> None:
    """Draw the sweeps that frames need, and what an independent frame costs, against T."""
    networks = data["source"].str.replace(FINISH, "").unique()
    looks = style.looks(name for name in networks if name not in MONTE_CARLO)
    with matplotlib_style.context(style.RC, after_reset=True):
        figure, axes = panels.panels(1, 2, (13, 5.2))
        for source, part in data.groupby("source", sort=False):
            name, with_finish = source.removesuffix(FINISH), source.endswith(FINISH)
            part = part.sort_values("temperature")
            look = looks.get(name)
            if look is None:
                shape = {"color": style.INK, "linestyle": MONTE_CARLO[name]}
            else:
                shape = {"color": look.color, "marker": look.marker}
            if with_finish:
                shape |= {"linestyle": ":", "markerfacecolor": "white"}
            label = source if look is None else look.label + FINISH * with_finish
            if source not in (AT_A_TIME, "clusters"):
                largest = rows.GIBBS_SWEEPS[-1] if with_finish else rows.SWEEPS[-1]
                needed = part["steps"].clip(upper=2 * largest)
                axes[0, 0].plot(part["temperature"], needed, label=label, **shape)
            axes[0, 1].plot(part["temperature"], part["seconds"], label=label, **shape)
        axes[0, 0].set_yscale("symlog", linthresh=1)
        axes[0, 0].set(ylim=(-0.2, 2.5 * rows.SWEEPS[-1]), ylabel="sweeps until indistinguishable")
        axes[0, 1].set(yscale="log", ylabel="core seconds per independent frame")
        for ax in axes[0]:
            ax.set_xlabel(style.TEMPERATURE)
        panels.letter(axes[0])
        handles = axes[0, 1].get_legend_handles_labels()
        figure.legend(*handles, loc="outside right center", fontsize="small")
        figure.savefig(path)
