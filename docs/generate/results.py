"""Tables of what runs have come to, beside exact results and the paper."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from docs.generate.markdown import short, table, with_error
from docs.generate.sources import (
    COMPACT,
    DESKTOP,
    PAPER_SCALE,
    QUANTITIES,
    ROOT,
    SNAPSHOT,
    TEMPERATURES,
)
from ising_fidelity.config.load import load
from ising_fidelity.paper.judge import UNDECIDED

KEPT = {"L = 64, full width": PAPER_SCALE, "L = 64, compact": COMPACT, "L = 32": SNAPSHOT}
"""The runs whose numbers and verdicts stand side by side."""
ABSENT = "not in this run"
VERDICTS = ("confirmed", "refuted", UNDECIDED)


def scores() -> str:
    """Return one line per source: root mean square deviations and shares within three errors."""
    data = pd.read_csv(SNAPSHOT / "scores.csv")
    lines = []
    for source, rows in data.groupby("source", sort=False):
        cells = [str(source)]
        for quantity, reference in QUANTITIES:
            row = rows[(rows["quantity"] == quantity) & (rows["reference"] == reference)]
            shown = [f"{d:.2g} ({w:.0%})" for d, w in row[["deviation", "within_3_errors"]].values]
            cells.append("".join(shown) or "reference")
        lines.append(cells)
    return table(["source", *QUANTITIES.values()], lines)


def paper() -> str:
    """Return the paper's numbers beside those of the runs that are kept."""
    read = {}
    for name, folder in KEPT.items():
        if (folder / "paper.csv").exists():
            data = pd.read_csv(folder / "paper.csv", dtype=str, keep_default_na=False)
            read[name] = data.set_index(["id", "source", "temperature"])
    lines = []
    for key, first in next(iter(read.values())).iterrows():
        rows = {name: data.loc[key] for name, data in read.items()}
        _, source, T = key
        at = f" at T = {T}" if T else ""
        what = f"{first['quantity'].replace('_', ' ')}, {source}{at}"
        cells = [_number(row["our_value"], row["our_error"]) for row in rows.values()]
        stated = [first["statement"], first["where"], what, first["paper_value"]]
        lines.append([*stated, *cells, _remark({name: row["note"] for name, row in rows.items()})])
    heads = ["statement of the paper", "place", "quantity", "paper", *read, "remark"]
    return table(heads, lines)


def _number(value: str, error: str) -> str:
    shown = f"{float(value):.4g}" if value else ABSENT
    return f"{shown} ± {float(error):.2g}" if error and float(error) else shown


def _remark(notes: Mapping[str, str]) -> str:
    """Return what is remarked on all runs alike, or on each."""
    of_runs = {name: note.removesuffix(ABSENT).rstrip("; ") for name, note in notes.items()}
    said = {name: note for name, note in of_runs.items() if note}
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return "; ".join(f"{name}: {note}" for name, note in said.items())


def desktop() -> str:
    """Return DiffIsing3's numbers at L = 64, and shares of temperatures within three errors."""
    data = pd.read_csv(SNAPSHOT / "desktop.csv", dtype={"temperature": str})
    sources = dict(zip(DESKTOP, ("alone", "finish"), strict=True))
    values = _values(data, QUANTITIES, "true", sources)
    trained = data["in_training_temperatures"].astype(str) == "True"
    shares = [
        [f"{name}, {what}", *_within(data[which & (data["source"] == source)])]
        for source, name in zip(DESKTOP, ("alone", "with the finish"), strict=True)
        for which, what in ((trained, "training temperatures"), (trained | True, "all"))
    ]
    return f"{values}\n\n{_shares(shares)}"


def _values(
    data: pd.DataFrame, quantities: Mapping[tuple[str, str], str], true: str, of: Mapping[str, str]
) -> str:
    """Return what is true at each temperature, and what sources have, by their headings."""
    lines = []
    for T in [T for T in TEMPERATURES if T in set(data["temperature"])]:
        cells = [T]
        for quantity, reference in quantities:
            here = data[(data["temperature"] == T) & (data["quantity"] == quantity)]
            here = here[here["reference"] == reference].set_index("source")
            expected, error = here.iloc[0][["expected", "expected_error"]]
            cells.append(with_error(expected, error) if error > 0 else f"{expected:.4f}")
            for source in of:
                known = source in here.index
                cells.append(with_error(*here.loc[source, ["value", "error"]]) if known else "")
        lines.append(cells)
    heads = [f"{name}: {what}" for name in quantities.values() for what in (true, *of.values())]
    return table(["T", *heads], lines)


def claims() -> str:
    """Return the verdict on each of the paper's claims, by the runs that are kept."""
    read = {
        name: pd.read_csv(folder / "claims.csv", keep_default_na=False).set_index("id")
        for name, folder in KEPT.items()
        if (folder / "claims.csv").exists()
    }
    counts = []
    for name, data in read.items():
        found = data["verdict"].value_counts()
        counts.append([name, *(str(found.get(verdict, 0)) for verdict in VERDICTS)])
    lines = []
    for claim, first in next(iter(read.values())).iterrows():
        cells = [_verdict(data.loc[claim]) for data in read.values()]
        lines.append([first["sentence"], first["place"], first["test"], *cells])
    escaped = [[str(cell).replace("|", "\\|") for cell in line] for line in lines]
    of_all = table(["run", *VERDICTS], counts)
    return f"{of_all}\n\n{table(['the paper says', 'place', 'test', *read], escaped)}"


def _verdict(claim: pd.Series) -> str:
    """Return a verdict with its number, or with what it would need."""
    why = claim["reason"] if claim["verdict"] == UNDECIDED else ""
    return ", ".join(filter(None, [f"**{claim['verdict']}**", claim["number"], why]))


def paper_scale() -> str:
    """Return u and C of what is shipped beside exact ones, and how many agree within errors."""
    data, sources = _kept(PAPER_SCALE)
    exact = {key: letter for key, letter in QUANTITIES.items() if key[1] == "exact"}
    values = _values(data, exact, "exact", {source: source for source in sources})
    shares = [[source, *_within(data[data["source"] == source])] for source in sources]
    return f"{values}\n\n{_shares(shares)}"


def compact() -> str:
    """Return how far all models of the paper are off at its lattice, with compact networks."""
    data, sources = _kept(COMPACT)
    lines = []
    for source in sources:
        of_source = data[data["source"] == source]
        off = of_source.assign(off=of_source["deviation"].abs())
        means = off.groupby(["quantity", "reference"])["off"].mean()
        lines.append([source, *(short(means[key]) for key in QUANTITIES), *_within(of_source)])
    heads = [f"mean deviation of {name}" for name in QUANTITIES.values()]
    heads += [f"{name} within 3 errors" for name in QUANTITIES.values()]
    return table(["source", *heads], lines)


def _kept(folder: Path) -> tuple[pd.DataFrame, list[str]]:
    """Return the scores of a kept run at single temperatures, and its sources but ``mc``."""
    data = pd.read_csv(folder / "scores.csv", dtype={"temperature": str})
    data = data[~data["temperature"].isin(["all", "training"])]
    return data, [name for name in data["source"].unique() if name != "mc"]


def _within(data: pd.DataFrame) -> list[str]:
    """Return of each quantity how many of a source's temperatures are within three errors."""
    cells = []
    for quantity, reference in QUANTITIES:
        rows = data[(data["quantity"] == quantity) & (data["reference"] == reference)]
        good = (rows["deviation_in_errors"].abs() <= 3).sum()
        cells.append(f"{good} of {len(rows)}")
    return cells


def _shares(rows: list[list[str]]) -> str:
    return table(["temperatures within 3 standard errors", *QUANTITIES.values()], rows)


def scale() -> str:
    """Return what the default run and the paper preset differ in, models of both."""
    default = load([ROOT / "config.yaml"])
    paper = load([ROOT / "config.yaml", ROOT / "workflow/presets/paper.yaml"])
    small, full = (_flatten(one.plain()) for one in (default, paper))
    keys: dict[tuple[str, str, str], list[str]] = {}
    for key, value in small.items():
        other = full.get(key)
        model = key.split(".")[1] if key.startswith("models.") else None
        shared = model is None or model in paper.trained_models
        if shared and value != other and key != "run" and not key.startswith("figures"):
            name = key.split(".")[-1]
            keys.setdefault((name, _value(value), _value(other)), []).append(key)
    lines = ["| key | where | default run | paper preset |", "|---|---|---|---|"]
    for (name, *values), places in keys.items():
        sections = [place.removesuffix(name).strip(".").split(".") for place in places]
        of = [part[1] if part[0] in ("models", "monte_carlo") else part[0] for part in sections]
        where = ", ".join(dict.fromkeys(of)) or "run"
        lines.append(f"| `{name}` | {where} | {' | '.join(values)} |")
    return "\n".join(lines)


def _value(value: object) -> str:
    return "all" if value is None else str(value)


def _flatten(mapping: dict[str, object], prefix: str = "") -> dict[str, object]:
    """Return a nested mapping with dotted keys."""
    flat: dict[str, object] = {}
    for key, value in mapping.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat
