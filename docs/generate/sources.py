"""Where the pages are, where their numbers come from, and which of those they show."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "studies" / "README.md",
)

RUNS = ROOT / "results"
"""Runs, whose folders are not under version control."""

SNAPSHOT = ROOT / "resources" / "readme"
"""What is taken from runs, so that a test can tell whether the pages still say the same."""

PAPER_SCALE = ROOT / "resources" / "paper_scale"
COMPACT = ROOT / "resources" / "compact"
FIELD = ROOT / "resources" / "field"
STUDIES = ROOT / "studies" / "results"
BENCHMARKS = ROOT / "benchmarks" / "results"

FIGURES = ("fig3", "fig7")
QUANTITIES = {
    ("energy", "exact"): "u",
    ("specific_heat", "exact"): "C",
    ("abs_magnetization", "mc"): "\\|m\\|",
    ("susceptibility", "mc"): "χ",
}
"""Each quantity and what it is compared with, by the letters of its heading."""

TEMPERATURES = ("1.00", "1.40", "1.80", "2.20", "2.269185", "2.60", "3.00", "3.70")
DESKTOP = ("DiffIsing3", "DiffIsing3+50gibbs")
DATA = "DiffIsing3-"
"""What the names of models of few and of many training frames begin with."""

MEMORY = "nearest_training_symmetric"
