"""Fill the tables and figures of README.md and benchmarks/README.md: make readme.

After a finished default run. The numbers of DiffIsing3 at L = 64 come from a finished run of the
preset desktop, those of few training frames from one of the preset data, those of finite sizes and
of likelihoods from the presets full and generators, if there are such; those of benchmarks from
benchmarks/results, all others from the default run's tables, the scales from the configs and their
schema, the rule graph from Snakemake.
What is taken from runs is kept in resources/readme and benchmarks/results, so that a test can tell
whether the pages still say what those files say.
"""

import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import config_keys
import draw_rules
import pandas as pd

from ising_fidelity import config, dataset
from ising_fidelity.temperatures import canonical

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOT = ROOT / "resources" / "readme"
BENCHMARK = ROOT / "benchmarks" / "results" / "montecarlo.json"
RATIO = "packed_checkerboard_is_faster_by"
CLUSTER_RATIO = "our_cluster_is_faster_by"
OTHERS = ("mcising", "dwave-samplers", "peapods", "numba")
FIGURES = ("fig3", "fig7")
ABLATION = ROOT / "benchmarks" / "results"
DATA = "DiffIsing3-"
MEMORY = "nearest_training_symmetric"
ACCELERATED = (
    "acceleration-cost",
    "acceleration-loss",
    "acceleration-rates",
    "acceleration-rates-nvidia-h200",
    "acceleration-peer",
)
PAGES = (ROOT / "README.md", ROOT / "benchmarks" / "README.md")
PAPER_SCALE = ROOT / "resources" / "paper_scale"
DESKTOP = ("DiffIsing3", "DiffIsing3+50gibbs")
SHOWN_TEMPERATURES = ("1.00", "1.40", "1.80", "2.20", "2.269185", "2.60", "3.00", "3.70")
SHOWN = {
    ("energy", "exact"): "u",
    ("specific_heat", "exact"): "C",
    ("abs_magnetization", "mc"): "\\|m\\|",
    ("susceptibility", "mc"): "χ",
}


def take_from_run(results: Path) -> None:
    """Copy the figures of a finished run, its paper table, and the lines that sum up its scores."""
    SNAPSHOT.mkdir(parents=True, exist_ok=True)
    scores = pd.read_csv(results / "scores.csv", dtype=str, keep_default_na=False)
    scores[scores["temperature"] == "all"].to_csv(SNAPSHOT / "scores.csv", index=False)
    shutil.copyfile(results / "paper.csv", SNAPSHOT / "paper.csv")
    for figure in FIGURES:
        shutil.copyfile(results / "figures" / f"{figure}.png", SNAPSHOT / f"{figure}.png")


def take_from_desktop(results: Path) -> None:
    """Copy what the preset desktop has found of DiffIsing3, temperature by temperature."""
    scores = pd.read_csv(results / "scores.csv", dtype=str, keep_default_na=False)
    pairs = pd.MultiIndex.from_frame(scores[["quantity", "reference"]])
    kept = scores["source"].isin(DESKTOP) & ~scores["temperature"].isin(["all", "training"])
    drawn = scores["value"] != ""  # not every temperature by every source
    ours = scores[kept & drawn & pairs.isin(list(SHOWN))]
    ours.to_csv(SNAPSHOT / "desktop.csv", index=False)
    rows = []
    for source, node in dataset.read_tree(results / "fidelity.nc").items():
        data = node.to_dataset().sel(correlation_kind="raw")
        for name in ("classifier_auc", "eta", "eta_power_law", "eta_stable"):
            for T in data["temperature"].values if name in data else ():
                at_T = data.sel(temperature=T)
                if name == "classifier_auc" or canonical(T) == "2.269185":
                    values = float(at_T[name]), float(at_T[f"{name}_error"])
                    rows.append([source, canonical(T), name, *values])
    checks = pd.DataFrame(rows, columns=["source", "temperature", "quantity", "value", "error"])
    path = SNAPSHOT / "desktop_checks.csv"
    checks.dropna().to_csv(path, index=False, float_format="%.4g")


def desktop() -> str:
    """Return DiffIsing3's numbers at L = 64, and shares of temperatures within three errors."""
    data = pd.read_csv(SNAPSHOT / "desktop.csv", dtype={"temperature": str})
    heads = [f"{name}: {what}" for name in SHOWN.values() for what in ("true", "alone", "finish")]
    lines = [["T", *heads], ["---"] * (1 + len(heads))]
    for T in SHOWN_TEMPERATURES:
        cells = [T]
        for quantity, reference in SHOWN:
            here = data[(data["temperature"] == T) & (data["quantity"] == quantity)]
            here = here[here["reference"] == reference].set_index("source")
            expected, error = here.iloc[0][["expected", "expected_error"]]
            cells.append(with_error(expected, error) if error > 0 else f"{expected:.4f}")
            cells += [
                with_error(here["value"][source], here["error"][source])
                if source in here.index
                else ""
                for source in DESKTOP
            ]
        lines.append(cells)
    shares = [["within 3 errors of", *SHOWN.values()], ["---"] * (1 + len(SHOWN))]
    for source, name in zip(DESKTOP, ("alone", "with the finish"), strict=True):
        trained = data["in_training_temperatures"].astype(str) == "True"
        for which, what in ((trained, "training temperatures"), (trained | True, "all")):
            cells = [f"{name}, {what}"]
            for quantity, reference in SHOWN:
                rows = data[which & (data["source"] == source) & (data["quantity"] == quantity)]
                rows = rows[rows["reference"] == reference]
                good = (rows["deviation_in_errors"].abs() <= 3).sum()
                cells.append(f"{good} of {len(rows)}")
            shares.append(cells)
    return markdown(lines) + "\n\n" + markdown(shares)


def take_from_data(results: Path) -> None:
    """Copy what the preset data has found of models of few and of many training frames."""
    scores = pd.read_csv(results / "scores.csv", dtype={"temperature": str})
    of_models = scores["source"].str.startswith(DATA)
    pairs = pd.MultiIndex.from_frame(scores[["quantity", "reference"]])
    kept = scores[of_models & pairs.isin(list(SHOWN)) & (scores["temperature"] != "all")]
    kept = kept[kept["temperature"] != "training"]
    lines = []
    for (source, T), rows in kept.groupby(["source", "temperature"], sort=False):
        named = rows.set_index("quantity")
        line = {"source": source, "temperature": T}
        for quantity, _ in SHOWN:
            line[quantity] = named["value"][quantity]
            line[f"{quantity}_expected"] = named["expected"][quantity]
        comparison = dataset.read(results / "comparisons" / str(source) / f"T{T}.nc")
        for name in (MEMORY, f"{MEMORY}_heldout"):
            if name in comparison:
                line[name] = float(comparison[name])
        lines.append(line)
    pd.DataFrame(lines).to_csv(ABLATION / "data.csv", index=False, float_format="%.6g")


def data() -> str:
    """Return what frames of models trained on few and on many frames are off by.

    Distances to the nearest training frame are means over temperatures that were trained on.
    """
    table = pd.read_csv(ABLATION / "data.csv", dtype={"temperature": str})
    table = table[table["temperature"].astype(float).between(1.6, 3.4)]
    finish = table["source"].str.contains("gibbs")
    heads = ["frames per T", "frames", "mean \\|u - exact\\|", "mean \\|C / exact - 1\\|"]
    heads += ["mean off \\|m\\|", "to the nearest training frame", "of new Monte Carlo"]
    lines = [heads, ["---"] * len(heads)]
    for which, of_which in (("alone", table[~finish]), ("finish", table[finish])):
        for source, rows in of_which.groupby("source", sort=False):
            off = {name: rows[name] - rows[f"{name}_expected"] for name, _ in SHOWN}
            relative = off["specific_heat"] / rows["specific_heat_expected"]
            cells = [str(source).removeprefix(DATA).split("+")[0], which]
            cells += [f"{off['energy'].abs().mean():.4f}", f"{relative.abs().mean():.3f}"]
            cells += [f"{off['abs_magnetization'].abs().mean():.4f}"]
            for name in (MEMORY, f"{MEMORY}_heldout"):
                cells.append(f"{rows[name].mean():.4f}")
            lines.append(cells)
    return markdown(lines)


def epochs() -> str:
    """Return which epoch's weights each rule keeps, and the path divergence of those."""
    choices = pd.read_csv(ABLATION / "ablation_epoch_choices.csv")
    rules = {"loss": "least held-out loss", "energy": "best held-out energies", "last": "last"}
    rules["best"] = "best there is"
    lines = [["training", "seed", *rules.values()], ["---"] * (2 + len(rules))]
    for _, row in choices.sort_values("what", kind="stable").iterrows():
        kept = [f"{short(row[name])} (epoch {row[f'{name}_epoch']})" for name in rules]
        lines.append([str(row["what"]), str(row["seed"]), *kept])
    return markdown(lines)


def networks(name: str = "networks") -> str:
    """Return what each part of DiffIsing3 does, means over training seeds."""
    data = pd.read_csv(ABLATION / f"ablation_{name}.csv")
    data["variant"] = data["what"].str.replace(r"\.seed\d+$", "", regex=True)
    columns = {
        "parameters": "parameters",
        "training_core_seconds": "training, s",
        "path_divergence": "path divergence, nats",
        "path_divergence_at_1.2": "at T = 1.2",
        "du": "mean \\|u - exact\\|",
        "dC": "mean \\|C / exact - 1\\|",
        "finish_du": "u with finish",
        "finish_dC": "C with finish",
    }
    lines = [["variant", "networks", *columns.values()], ["---"] * (2 + len(columns))]
    for variant, rows in data.groupby("variant", sort=False):
        means = [short(rows[column].mean()) for column in columns]
        lines.append([str(variant), str(len(rows)), *means])
    return markdown(lines)


def ways(name: str) -> str:
    """Return a table of ways to draw frames: samplers against steps, or the finish on models."""
    data = pd.read_csv(ABLATION / f"ablation_{name}.csv", dtype=str, keep_default_na=False)
    columns = {
        "hamiltonian": "told the Hamiltonian",
        "du": "mean \\|u - exact\\|",
        "du_out": "at T = 1.2",
        "dC": "mean \\|C / exact - 1\\|",
        "ms_per_frame": "ms per frame",
    }
    lines = [["frames", *columns.values()], ["---"] * (1 + len(columns))]
    lines += [[row["what"], *(row[name] for name in columns)] for _, row in data.iterrows()]
    return markdown(lines)


def generators() -> str:
    """Return what models without a reverse chain cost and how far off they are."""
    data = pd.read_csv(ABLATION / "generators.csv")
    data = data[data["run"] != "the paper"]
    columns = {
        "parameters": "parameters",
        "training_core_seconds": "training, s",
        "inside_energy_deviation": "mean \\|u - exact\\|",
        "inside_specific_heat_deviation": "mean \\|C / exact - 1\\|",
        "all_energy_deviation": "u, all T",
        "all_specific_heat_deviation": "C, all T",
    }
    lines = [["frames", *columns.values()], ["---"] * (1 + len(columns))]
    for _, row in data.iterrows():
        cells = ["" if pd.isna(row[name]) else short(row[name]) for name in columns]
        lines.append([row["source"], *cells])
    return markdown(lines)


def transfer() -> str:
    """Return what frames of other lattice sizes are off by, means over temperatures."""
    data = pd.read_csv(ABLATION / "transfer.csv")
    data["frames_of"] = data["gibbs_sweeps"].map(lambda sweeps: "finish" if sweeps else "alone")
    data["range"] = data["in_training_range"].map({True: "1.6 to 3.4", False: "outside"})
    data["u"] = (data["energy"] - data["energy_exact"]).abs()
    data["C"] = (data["specific_heat"] / data["specific_heat_exact"] - 1).abs()
    z = {f"{name}_z": label for (name, _), label in SHOWN.items()}
    lines = [
        ["trained at L", "L", "steps", "T", "frames"]
        + ["mean \\|u - exact\\|", "mean \\|C / exact - 1\\|"]
        + [f"{label}: rms z" for label in z.values()]
    ]
    lines.append(["---"] * len(lines[0]))
    keys = ["trained_lattice_size", "lattice_size", "sampling_steps", "range", "frames_of"]
    for group, rows in data.groupby(keys):
        squares = [f"{(rows[name] ** 2).mean() ** 0.5:.1f}" for name in z]
        means = [f"{rows['u'].mean():.4f}", f"{rows['C'].mean():.2f}"]
        lines.append([*map(str, group), *means, *squares])
    return markdown(lines)


def scores() -> str:
    """Return one line per source: root mean square deviations and shares within three errors."""
    data = pd.read_csv(SNAPSHOT / "scores.csv")
    lines = [["source", *SHOWN.values()], ["---"] * (1 + len(SHOWN))]
    for source, rows in data.groupby("source", sort=False):
        cells = [str(source)]
        for quantity, reference in SHOWN:
            row = rows[(rows["quantity"] == quantity) & (rows["reference"] == reference)]
            shown = [f"{d:.2g} ({w:.0%})" for d, w in row[["deviation", "within_3_errors"]].values]
            cells.append("".join(shown) or "reference")
        lines.append(cells)
    return markdown(lines)


def paper(folder: Path = SNAPSHOT) -> str:
    """Return the paper's numbers beside those of a run."""
    data = pd.read_csv(folder / "paper.csv", dtype={"paper_value": str, "temperature": str})
    lines = [["the paper says", "where", "of what", "paper", "this run", "note"], ["---"] * 6]
    for row in data.fillna({"paper_value": "", "note": "", "temperature": ""}).itertuples():
        error = "" if pd.isna(row.our_error) or row.our_error == 0 else f" ± {row.our_error:.2g}"
        ours = "" if pd.isna(row.our_value) else f"{row.our_value:.4g}{error}"
        at = f" at T = {row.temperature}" if row.temperature else ""
        what = f"{row.quantity.replace('_', ' ')}, {row.source}{at}"
        lines.append([row.statement, row.where, what, row.paper_value, ours, row.note])
    return markdown(lines)


def paper_scale() -> str:
    """Return the paper's numbers beside those of the run at its scale, if one is shipped."""
    if (PAPER_SCALE / "paper.csv").exists():
        return f"{paper(PAPER_SCALE)}\n\n{scores_at_paper_scale()}"
    return "It has not been run yet. Nothing is shipped, and no number is ours."


def scores_at_paper_scale() -> str:
    """Return u and C of what is shipped beside exact ones, and how many agree within errors."""
    data = pd.read_csv(PAPER_SCALE / "scores.csv", dtype={"temperature": str})
    data = data[~data["temperature"].isin(["all", "training"])]
    sources = [name for name in data["source"].unique() if name != "mc"]
    exact = data[data["reference"] == "exact"].set_index(["quantity", "source", "temperature"])
    letters = {"energy": "u", "specific_heat": "C"}
    heads = [f"{letter}: {name}" for letter in letters.values() for name in ("exact", *sources)]
    lines = [["T", *heads], ["---"] * (1 + len(heads))]
    for T in [T for T in SHOWN_TEMPERATURES if T in set(data["temperature"])]:
        cells = [T]
        for quantity in letters:
            rows = [exact.loc[quantity, source, T] for source in sources]
            cells.append(f"{rows[0]['expected']:.4f}")
            cells += [with_error(row["value"], row["error"]) for row in rows]
        lines.append(cells)
    shares = [["within 3 errors of", *SHOWN.values()], ["---"] * (1 + len(SHOWN))]
    for source in sources:
        cells = [source]
        for quantity, reference in SHOWN:
            rows = data[(data["source"] == source) & (data["quantity"] == quantity)]
            rows = rows[rows["reference"] == reference]
            good = (rows["deviation_in_errors"].abs() <= 3).sum()
            cells.append(f"{good} of {len(rows)}")
        shares.append(cells)
    return markdown(lines) + "\n\n" + markdown(shares)


def written(name: str) -> str:
    """Return what a benchmark has written."""
    return (ABLATION / f"{name}.txt").read_text().strip()


def monte_carlo() -> str:
    """Return what benchmarks/montecarlo.py has measured: rates of flips, memory, threads."""
    data = json.loads(BENCHMARK.read_text())
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
        f"{tau_int['random site']} sweeps for sites at random, {tau_int['checkerboard']} for the "
        f"checkerboard (a ratio of {ratio}), and {tau_int['cluster']} for clusters "
        f"({clusters:.2g} of them). Two threads are {speedup:.2f} times as fast as one. Measured "
        f"with {others} on {about['CPU']}, {about['widest vectors']}."
    )
    return "\n\n".join(
        [
            markdown([["T_c, L = 64, one core", "attempts/ns", "packed ours faster by"], *rates]),
            markdown([["", "samples of \\|m\\|/s", "our clusters faster by"], *samples]),
            text,
        ]
    )


def _medians(rows: dict[str, Any], *keys: str) -> list[list[str]]:
    """Return the rows of a table under its headings."""
    lines = [[name, *(short(row[key]["median"]) for key in keys)] for name, row in rows.items()]
    return [["---"] * (1 + len(keys)), *lines]


def short(number: float) -> str:
    """Return a number with three digits, or as a whole one."""
    return f"{number:.3g}" if number < 1000 else f"{number:,.0f}"


def with_error(number: float, error: float) -> str:
    """Return a number and its error with as many decimals as one digit of the error asks for."""
    decimals = max(0, -math.floor(math.log10(error)))
    return f"{number:.{decimals}f} ± {error:.{decimals}f}"


def markdown(lines: list[list[str]]) -> str:
    """Return a table of Markdown."""
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def scale() -> str:
    """Return what the default run and the paper preset differ in, models of both, as Markdown."""
    default = config.load([ROOT / "config.yaml"])
    paper = config.load([ROOT / "config.yaml", ROOT / "workflow/presets/paper.yaml"])
    small, full = (_flatten(one.plain()) for one in (default, paper))
    keys: dict[tuple[str, str], list[str]] = {}
    for key, value in small.items():
        other = full.get(key)
        model = key.split(".")[1] if key.startswith("models.") else None
        shared = model is None or model in paper.trained_models
        if shared and value != other and key != "run" and not key.startswith("figures"):
            keys.setdefault((key.split(".")[-1], f"{value} | {other}"), []).append(key)
    lines = ["| key | where | default run | paper preset |", "|---|---|---|---|"]
    for (name, values), places in keys.items():
        sections = [place.removesuffix(name).strip(".").split(".") for place in places]
        of = [part[1] if part[0] in ("models", "monte_carlo") else part[0] for part in sections]
        where = ", ".join(dict.fromkeys(of)) or "run"
        lines.append(f"| `{name}` | {where} | {values.replace('None', 'all')} |")
    return "\n".join(lines)


def _flatten(mapping: dict[str, object], prefix: str = "") -> dict[str, object]:
    """Return a nested mapping with dotted keys."""
    flat: dict[str, object] = {}
    for key, value in mapping.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def rules() -> str:
    """Return the rule graph, with the rules of all figures as one, in an order that stays."""
    lines = [f"    {start} --> {end}" for start, end in draw_rules.arrows()]
    return "\n".join(["```mermaid", "flowchart TB", *lines, "```"])


def fill(text: str, sections: dict[str, str]) -> str:
    """Return the page with each section between its two marks replaced."""
    for name, content in sections.items():
        begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        text = pattern.sub(lambda _, new=f"{begin}\n{content}\n{end}": new, text)
    return text


def response() -> str:
    """Return how much of its waves each network knows, deep in noise."""
    data = pd.read_csv(ABLATION / "response.csv")
    shares = sorted(data["noise_in_L"].unique(), reverse=True)
    lines = [["network", "L", "mode", *(f"{share:g} L" for share in shares)]]
    lines.append(["---"] * len(lines[0]))
    for (network, size, mode), rows in data.groupby(
        ["network", "lattice_size", "mode"], sort=False
    ):
        by_noise = rows.set_index("noise_in_L").loc[shares]
        cells = [
            f"{gain:.2f}({100 * error:.0f})" for gain, error in by_noise[["gain", "error"]].values
        ]
        lines.append([network, str(size), mode, *cells])
    return markdown(lines)


def steps() -> str:
    """Return what frames of few steps and of many have, for each sampler."""
    data = pd.read_csv(ABLATION / "steps.csv").sort_values(
        ["lattice_size", "network", "temperature", "sampler", "steps"], kind="stable"
    )
    lines = [["network", "L", "T", "sampler", "steps", "u - exact", "C", "\\|m\\|", "ms per frame"]]
    lines.append(["---"] * len(lines[0]))
    for row in data.itertuples():
        lines.append(
            [
                row.network,
                str(row.lattice_size),
                f"{row.temperature:g}",
                row.sampler,
                str(row.steps),
                f"{row.energy - row.exact_energy:+.4f} ± {row.energy_error:.4f}",
                f"{row.specific_heat:.3f} ± {row.specific_heat_error:.3f}",
                f"{row.abs_magnetization:.4f} ± {row.abs_magnetization_error:.4f}",
                f"{row.ms_per_frame:.0f}",
            ]
        )
    return markdown(lines)


def page(text: str) -> str:
    """Return a page as it should be."""
    sections = {
        "scores": scores(),
        "paper": paper(),
        "scale": scale(),
        "rules": rules(),
        "config": config_keys.tables(),
        "montecarlo": monte_carlo(),
        "desktop": desktop(),
        "networks": networks(),
        "densities": networks("networks_L32"),
        "response": response(),
        "steps": steps(),
        "data": data(),
        "samplers": ways("samplers"),
        "finishes": ways("finishes"),
        "transfer": transfer(),
        "generators": generators(),
        "epochs": epochs(),
        "paper-scale": paper_scale(),
        **{name: written(name) for name in ACCELERATED},
        "overhead": f"```\n{written('overhead')}\n```",
    }
    return fill(text, sections)


def take_finite_size(results: Path) -> None:
    """Copy T_c and exponents of every source that has other lattice sizes beside the run's own."""
    rows = [
        [path.stem, name, float(data[name]), float(data[f"{name}_error"])]
        for path in sorted(results.glob("finite_size/*.nc"))
        for data in [dataset.read(path)]
        for name in ("critical_temperature", "nu", "eta")
    ]
    table = pd.DataFrame(rows, columns=["source", "quantity", "value", "error"])
    table.to_csv(SNAPSHOT / "finite_size.csv", index=False, float_format="%.5g")


def take_likelihoods(results: Path) -> None:
    """Copy what follows from how likely an autoregressive model's frames are, beside exact sums."""
    known = dataset.read(results / "exact.nc")
    names = ("free_energy", "free_energy_error", "effective_sample_size_share")
    rows = [
        [path.parent.name, canonical(T), *(float(data[name]) for name in names), float(exact)]
        for path in results.glob("observables/*/*.nc")
        for data in [dataset.read(path)]
        if names[0] in data
        for T in [float(data["temperature"])]
        for exact in [known["free_energy"].sel(temperature=T)]
    ]
    table = pd.DataFrame(sorted(rows), columns=["source", "temperature", *names, "exact"])
    table.to_csv(ABLATION / "likelihoods.csv", index=False, float_format="%.6f")


def main() -> None:
    """Take what runs have come to and rewrite the pages."""
    take_from_run(ROOT / "results" / "default")
    for run, product, take in (
        ("desktop", "scores.csv", take_from_desktop),
        ("data", "scores.csv", take_from_data),
        ("full", "finite_size/mc.nc", take_finite_size),
        ("generators", "fidelity.nc", take_likelihoods),
    ):
        if (ROOT / "results" / run / product).exists():
            take(ROOT / "results" / run)
    for path in PAGES:
        path.write_text(page(path.read_text()))


if __name__ == "__main__":
    main()
