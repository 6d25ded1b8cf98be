"""What the benchmarks have measured."""

import json
from typing import Any

from docs.generate.markdown import short, table, with_error
from docs.generate.sources import BENCHMARKS

WRITTEN = (
    "overhead",
    "memory",
    "acceleration-cost",
    "acceleration-loss",
    "acceleration-rates",
    "acceleration-rates-nvidia-h200",
    "acceleration-peer",
)
RATIO = "packed_checkerboard_is_faster_by"
CLUSTER_RATIO = "our_cluster_is_faster_by"
OTHERS = ("mcising", "dwave-samplers", "peapods", "numba")


def written(name: str) -> str:
    """Return what a benchmark has written."""
    return (BENCHMARKS / f"{name}.txt").read_text().strip()


def monte_carlo() -> str:
    """Return what is known of the Monte Carlo engine: rates of flips, memory, threads."""
    data = json.loads((BENCHMARKS / "montecarlo.json").read_text())
    rates = _medians(data["rates"]["L=64 T=2.269185"], "attempts_per_ns", RATIO)
    samples = _medians(data["samples"]["walks"], "effective_samples_per_s", CLUSTER_RATIO)
    orders = data["samples"]["orders"]
    tau_int = {
        name: with_error(order["sweeps"]["sweeps"], order["sweeps"]["error"])
        for name, order in orders.items()
    }
    random, clusters = orders["random site"], orders["cluster"]["clusters"]["sweeps"]
    about = data["machine"]
    others = ", ".join(f"{name} {about[name]}" for name in OTHERS)
    ratio = with_error(random["times_checkerboard"], random["error"])
    speedup = data["threads"]["2"]["speedup"]["median"]
    text = (
        "At T_c and L = 64 the integrated autocorrelation time of |m| is "
        f"{tau_int['random site']} sweeps for random sites, {tau_int['checkerboard']} for the "
        f"checkerboard (a ratio of {ratio}), and {tau_int['cluster']} for the "
        f"Wolff algorithm ({clusters:.2g} updates). Two threads are {speedup:.2f} times as fast "
        f"as one. Measured with {others} on {about['CPU']}, {about['widest vectors']}."
    )
    return "\n\n".join(
        [
            table(["T_c, L = 64, one core", "attempted flips per ns", "packed / this"], rates),
            table(["program", "independent \\|m\\| per s", "our Wolff / this"], samples),
            text,
        ]
    )


def generative() -> str:
    """Return what training and sampling of DiffIsing3 gain over a plain U-Net."""
    data = json.loads((BENCHMARKS / "generative.json").read_text())
    about = data["machine"]
    tables = [
        _gains("sampling", "frames", data["sampling"]["rows"], "stock U-Net, 1000 steps"),
        _gains("training", "images", data["training"]["rows"], "continuous, eager float32"),
    ]
    text = (
        f"*continuous* is {about['model of continuous noise']}. Ranges are over rounds. Measured "
        f"on one core of {about['CPU']}, {about['vectors']}, with PyTorch {about['torch']}."
    )
    return "\n\n".join([*tables, text])


def _gains(what: str, images: str, rows: dict[str, Any], reference: str) -> str:
    """Return the table of speeds, and of their ratios to that of the reference."""
    lines = []
    for name, row in rows.items():
        rate, ratio = row["images_per_cpu_second"]["median"], row[f"times {reference}"]
        least, most = short(ratio["least"]), short(ratio["most"])
        lines.append([name, short(rate), f"{short(ratio['median'])} ({least} to {most})"])
    return table([what, f"{images} per s", f"times {reference}"], lines)


def _medians(rows: dict[str, Any], *keys: str) -> list[list[str]]:
    """Return a line for each row of measurements."""
    return [[name, *(short(row[key]["median"]) for key in keys)] for name, row in rows.items()]
