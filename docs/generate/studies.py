"""Tables of the living studies: other models, other lattices, few data."""

import pandas as pd

from docs.generate.markdown import short, table, with_error
from docs.generate.sources import DATA, FIELD, MEMORY, QUANTITIES, STUDIES
from ising_fidelity.judgement.glossary import GLOSSARY
from ising_fidelity.judgement.verdict import DISTINGUISHABLE, LEVEL
from ising_fidelity.lattice import CRITICAL_TEMPERATURE

POWER = 0.9
"""The share of repetitions from which on a broken sampler counts as found."""
PERFECT = "in equilibrium"
DU, DC = "mean \\|u - exact\\|", "mean \\|C / exact - 1\\|"


def generators() -> str:
    """Return what models without a reverse chain cost and how far off they are."""
    data = pd.read_csv(STUDIES / "generators.csv")
    data = data[data["run"] != "the paper"]
    columns = {
        "parameters": "parameters",
        "training_core_seconds": "training, s",
        "inside_energy_deviation": DU,
        "inside_specific_heat_deviation": DC,
        "all_energy_deviation": "\\|u - exact\\|, all T",
        "all_specific_heat_deviation": "\\|C / exact - 1\\|, all T",
    }
    lines = []
    for _, row in data.iterrows():
        cells = ["" if pd.isna(row[name]) else short(row[name]) for name in columns]
        lines.append([row["source"], *cells])
    return table(["source", *columns.values()], lines)


def transfer() -> str:
    """Return what frames of other lattice sizes are off by, means over temperatures."""
    data = pd.read_csv(STUDIES / "transfer.csv")
    data["frames_of"] = data["gibbs_sweeps"].map(lambda sweeps: "finish" if sweeps else "alone")
    data["range"] = data["in_training_range"].map({True: "1.6 to 3.4", False: "outside"})
    data["u"] = (data["energy"] - data["energy_exact"]).abs()
    data["C"] = (data["specific_heat"] / data["specific_heat_exact"] - 1).abs()
    z = {f"{name}_z": label for (name, _), label in QUANTITIES.items()}
    heads = ["L of training", "L of frames", "steps", "T", "source", DU, DC]
    heads += [f"{label}: rms z" for label in z.values()]
    keys = ["trained_lattice_size", "lattice_size", "sampling_steps", "range", "frames_of"]
    lines = []
    for group, rows in data.groupby(keys):
        squares = [f"{(rows[name] ** 2).mean() ** 0.5:.1f}" for name in z]
        means = [f"{rows['u'].mean():.4f}", f"{rows['C'].mean():.2f}"]
        lines.append([*map(str, group), *means, *squares])
    return table(heads, lines)


def wide() -> str:
    """Return at how many temperatures frames of each size agree with equilibrium."""
    data = pd.read_csv(STUDIES / "wide.csv")
    z = {f"{name}_z": label for (name, _), label in QUANTITIES.items()}
    of_all = [DU, "AUC: mean, largest", "share with m > 0 below T_c"]
    at_T_c = [f"{name}{at}" for name in ("\\|m\\|", "eta") for at in (" at T_c", ", Monte Carlo")]
    heads = ["model", "L", "steps", "frames per T", *z.values(), *of_all, *at_T_c]
    lines = []
    for group, rows in data.groupby(["model", "lattice_size", "sampling_steps", "frames"]):
        cells = [f"{int((rows[name].abs() <= 3).sum())} of {len(rows)}" for name in z]
        cells.append(f"{(rows['energy'] - rows['energy_exact']).abs().mean():.4f}")
        auc = rows["classifier_auc"]
        cells.append(f"{auc.mean():.3f}, {auc.max():.3f}")
        share = rows.loc[rows["temperature"] < CRITICAL_TEMPERATURE - 1e-4, "positive_share"]
        cells.append(f"{share.min():.2f} to {share.max():.2f}")
        (row,) = rows[(rows["temperature"] - CRITICAL_TEMPERATURE).abs() < 1e-4].to_dict("records")
        names = ("abs_magnetization", "abs_magnetization_mc", "eta", "eta_mc")
        cells += [with_error(row[name], row[f"{name}_error"]) for name in names]
        lines.append([*map(str, group), *cells])
    return table(heads, lines)


def evaluations() -> str:
    """Return what frames in few and in many steps are off by, and what they cost."""
    data = pd.read_csv(STUDIES / "evaluations.csv")
    z = {f"{name}_z": f"{label}: rms z" for (name, _), label in QUANTITIES.items()}
    data["u"] = (data["energy"] - data["energy_exact"]).abs()
    data["C"] = (data["specific_heat"] / data["specific_heat_exact"] - 1).abs()
    lines = []
    for steps, rows in data.groupby("sampling_steps"):
        squares = [f"{(rows[name] ** 2).mean() ** 0.5:.1f}" for name in z]
        cost = f"{rows['core_ms_per_frame'].mean():.1f}"
        means = [f"{rows['u'].mean():.4f}", f"{rows['C'].mean():.2f}"]
        lines.append([str(steps), cost, *means, *squares])
    return table(["evaluations", "core ms per frame", DU, DC, *z.values()], lines)


def data() -> str:
    """Return what frames of models trained on few and on many frames are off by.

    Distances to the nearest training frame are means over temperatures that were trained on.
    """
    read = pd.read_csv(STUDIES / "data.csv", dtype={"temperature": str})
    read = read[read["temperature"].astype(float).between(1.6, 3.4)]
    finish = read["source"].str.contains("gibbs")
    heads = ["training frames per T", "source", DU, DC]
    heads += ["mean error of \\|m\\|", "to nearest training frame", "same of Monte Carlo"]
    lines = []
    for which, of_which in (("alone", read[~finish]), ("finish", read[finish])):
        for source, rows in of_which.groupby("source", sort=False):
            off = {name: rows[name] - rows[f"{name}_expected"] for name, _ in QUANTITIES}
            relative = off["specific_heat"] / rows["specific_heat_expected"]
            cells = [str(source).removeprefix(DATA).split("+")[0], which]
            cells += [f"{off['energy'].abs().mean():.4f}", f"{relative.abs().mean():.3f}"]
            cells += [f"{off['abs_magnetization'].abs().mean():.4f}"]
            for name in (MEMORY, f"{MEMORY}_heldout"):
                cells.append(f"{rows[name].mean():.4f}")
            lines.append(cells)
    return table(heads, lines)


def samplers() -> str:
    """Return how often samplers that are broken on purpose are rejected, and named right."""
    data = pd.read_csv(STUDIES / "samplers_summary.csv", keep_default_na=False)
    broken = data[data["causes_wanted"] != ""]
    lines = [
        [
            row["sampler"].replace("|", "\\|"),
            row["causes_wanted"],
            f"{float(row['rejected']):.0%}",
            f"{float(row['named_first']):.0%}",
            row["frames_needed"],
        ]
        for _, row in broken.iterrows()
    ]
    both = broken[["rejected", "named_first"]].astype(float).min(axis=1)
    repetitions = ", ".join(map(str, sorted({*broken["repetitions"]})))
    text = (
        f"Of {len(broken)} samplers, {int((both >= POWER).sum())} are rejected and correctly "
        f"named in at least {POWER:.0%} of repetitions ({repetitions} of each)."
    )
    heads = ["sampler", "correct causes", "rejected", "cause correct", "frames needed"]
    return f"{text}\n\n{table(heads, lines)}"


def tests() -> str:
    """Return what each test of a judgement compares."""
    lines = [[name.replace("|", "\\|"), *both] for name, both in GLOSSARY.items()]
    return table(["test", "tested quantity", "compared with"], lines)


def perfect() -> str:
    """Return how often a perfect sampler is rejected, and how often it should be."""
    data = pd.read_csv(STUDIES / "samplers.csv", keep_default_na=False)
    words = data[data["sampler"] == PERFECT]["verdict"]
    rejected, count = int((words == DISTINGUISHABLE).sum()), len(words)
    spread = (LEVEL * (1 - LEVEL) * count) ** 0.5
    return (
        f"A correct sampler was rejected in {rejected} of {count} repetitions. The nominal rate "
        f"is at most {LEVEL:.0%}, which is {LEVEL * count:.1f} ± {spread:.1f} repetitions."
    )


def false_alarms() -> str:
    """Return how often equilibrium frames are rejected, by temperature and number of frames."""
    data = pd.read_csv(STUDIES / "false_alarms.csv", dtype={"temperature": str})
    sizes = sorted({*data["frames"]})
    rejected, repetitions = int(data["rejected"].sum()), int(data["repetitions"].sum())
    text = (
        f"Rejected judgements in {int(data['repetitions'].max())} repetitions; in total "
        f"{rejected} of {repetitions}, where at most {LEVEL * repetitions:.0f} are expected:"
    )
    lines = []
    for T, rows in data.groupby("temperature"):
        by_size = rows.set_index("frames")
        lines.append([str(T), *(str(by_size.loc[size, "rejected"]) for size in sizes)])
    return f"{text}\n\n{table(['T', *(f'{size} frames' for size in sizes)], lines)}"


SHARE, FORWARD, BOUND = "effective share", "effective share, forward", "free energy error"
TAU = "tau_int of u, metropolised"
OF_A_FIELD = {SHARE: "share", FORWARD: "forward", BOUND: "free energy error", TAU: "tau_int"}
"""Quantities of the first table of the field, and their headings."""


def in_the_field() -> pd.DataFrame:
    """Return the rows of all methods."""
    paths = sorted(FIELD.glob("*.csv"))
    read = pd.concat([pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths])
    return read.fillna("").sort_values("lattice_size", key=lambda L: L.astype(int), kind="stable")


def of_first_seeds(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows without those of networks from further training seeds."""
    return rows[~rows["method"].str.contains(".seed", regex=False)]


def field() -> str:
    """Return samplers with exact probabilities, ours and those of others, by lattice size."""
    rows = in_the_field()
    shown = rows[rows["quantity"].isin(OF_A_FIELD) & (rows["method"] != "cluster Monte Carlo")]
    lines = []
    keys = ["lattice_size", "method", "source", "temperature", "boundary"]
    for (L, method, _, T, boundary), group in shown.groupby(keys, sort=False):
        found = group.drop_duplicates("quantity").set_index("quantity")
        cells = [_cell(found.loc[one]) if one in found.index else "" for one in OF_A_FIELD]
        name = method.replace(".seed", ", training seed ")
        lines.append([L, name, T, boundary, *cells, _linked(found.iloc[0])])
    heads = ["L", "method", "T", "boundary", *OF_A_FIELD.values(), "from"]
    return table(heads, lines)


def further() -> str:
    """Return other quantities that are published of frames or samplers."""
    rows = of_first_seeds(in_the_field())
    others = rows[~rows["quantity"].isin(OF_A_FIELD)]
    heads = ["L", "method", "T", "quantity", "value", "from"]
    names = ["lattice_size", "method", "temperature", "quantity"]
    return table(
        heads,
        [[*row[names], _cell(row), _linked(row)] for _, row in others.iterrows()],
    )


def _linked(row: "pd.Series[str]") -> str:
    """Return where a row is from, as a link if there is one."""
    return f"[{row['source']}]({row['link']})" if row["link"] else row["source"]


def _cell(row: "pd.Series[str]") -> str:
    """Return a value with its error, if there is one."""
    value = float(row["value"])
    if not row["error"] or not float(row["error"]) > 0:
        return short(value)
    return f"{short(value)} ± {float(row['error']):.1g}"
