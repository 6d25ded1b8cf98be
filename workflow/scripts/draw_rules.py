"""Draw the graph of rules, with the rules of all figures as one.

make dag, make dag PRESET=paper, or python workflow/scripts/draw_rules.py [CONFIG.yaml ...] writes
results/<run>/provenance/rules.svg in the current folder. It needs no finished run.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import networkx as nx

from ising_fidelity.config import load
from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import whole

ROOT = Path(__file__).resolve().parents[2]
SWEEPS = 20
"""Number of times that rows are sorted; a few are enough."""
WIDE = 1.8
"""Inches between names, more than the longest one needs."""


def arrows(configs: Sequence[str | Path] = ()) -> list[tuple[str, str]]:
    """Return sorted pairs of rules; the second uses files of the first."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--rulegraph", "mermaid-js", "--forceall"]
    if configs:
        command += ["--configfile", *map(str, configs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InputError(f"the rules cannot be listed ({done.stderr.strip().splitlines()[-1]})")
    names = dict(re.findall(r"(id\d+)\[(\w+)\]", done.stdout))
    shown = {node: re.sub("plot_.*", "plot", name) for node, name in names.items()}
    found = re.findall(r"(id\d+) --> (id\d+)", done.stdout)
    return sorted({(shown[start], shown[end]) for start, end in found if start != end})


def in_rows(pairs: Sequence[tuple[str, str]]) -> nx.DiGraph:
    """Return the graph with arrows to the next row only; longer arrows pass through points.

    Such a point is the pair of the arrow's first rule and a row, so arrows of a rule share them.
    """
    plain = nx.DiGraph(pairs)
    row = {rule: k for k, rules in enumerate(nx.topological_generations(plain)) for rule in rules}
    graph = nx.DiGraph()
    for before, after in pairs:
        line = [before, *((before, k) for k in range(row[before] + 1, row[after])), after]
        nx.add_path(graph, line)
    return graph


def places(graph: nx.DiGraph) -> dict[object, tuple[float, float]]:
    """Return positions in rows, with connected nodes close to each other."""
    rows = [sorted(row, key=str) for row in nx.topological_generations(graph)]
    across = {node: float(k) for row in rows for k, node in enumerate(row)}
    for sweep in range(SWEEPS):
        near = graph.predecessors if sweep % 2 == 0 else graph.successors
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            wanted = {
                node: sum(across[other] for other in near(node)) / count
                if (count := len(list(near(node))))
                else across[node]
                for node in row
            }
            row.sort(key=lambda node, wanted=wanted: (wanted[node], str(node)))
            # Nodes with the same preferred position are placed side by side around it.
            spread = [wanted[node] - k for k, node in enumerate(row)]
            shift = sum(spread) / len(row)
            across |= {node: k + shift for k, node in enumerate(row)}
    return {node: (across[node], -k) for k, row in enumerate(rows) for node in row}


def draw(pairs: Sequence[tuple[str, str]], path: Path) -> None:
    """Write the picture, without the target rule, which depends on nearly all others."""
    # After the package, which makes sure that Matplotlib can be imported.
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    graph = in_rows([pair for pair in pairs if pair[1] != "all"])
    place = places(graph)
    rules = [node for node in graph if isinstance(node, str)]
    colors = {rule: f"C{k}" for k, rule in enumerate(sorted(rules))}
    across, down = ([point[axis] for point in place.values()] for axis in (0, 1))
    left, right = min(across) - 0.5, max(across) + 0.5
    low, high = min(down) - 0.3, max(down) + 0.3
    # Text stays text, and the same graph gives the same bytes.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "rules"}):
        figure = Figure(figsize=(WIDE * (right - left), high - low), layout="constrained")
        axes = figure.subplots()
        axes.set_axis_off()
        boxes = {
            rule: axes.text(
                *place[rule],
                rule,
                ha="center",
                va="center",
                fontsize=11,
                bbox={"boxstyle": "round,pad=0.5", "fc": "white", "ec": colors[rule], "lw": 2},
                zorder=3,
            ).get_bbox_patch()
            for rule in rules
        }
        for before, after in graph.edges:
            axes.annotate(
                "",
                place[after],
                place[before],
                arrowprops={
                    "arrowstyle": "-|>" if after in boxes else "-",
                    "color": colors[before if before in boxes else before[0]],
                    "lw": 1.5,
                    "shrinkA": 0,
                    "shrinkB": 0,
                    "patchA": boxes.get(before),
                    "patchB": boxes.get(after),
                },
            )
        axes.set_xlim(left, right)
        axes.set_ylim(low, high)
        with whole(path) as place:
            figure.savefig(place, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("configs", nargs="*", metavar="CONFIG.yaml", help="merged over config.yaml")
    configs = parser.parse_args().configs
    try:
        run = load.load([load.base(ROOT), *configs])
        path = Path("results", run.run, "provenance", "rules.svg")
        draw(arrows(configs), path)
    except InputError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    print(path)


if __name__ == "__main__":
    main()
