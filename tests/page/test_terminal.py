"""The verdicts at the end of a run: the same cells as on its page."""

import io
from pathlib import Path

import pandas as pd
from rich.console import Console

from ising_fidelity.report import terminal
from ising_fidelity.report.matrix import matrix

ROOT = Path(__file__).resolve().parents[2]


def shown(scores, **options):
    stream = io.StringIO()
    terminal.show(scores, Console(file=stream, width=100, **options))
    return stream.getvalue()


def test_every_source_and_share_of_the_page_is_in_the_table():
    scores = pd.read_csv(
        ROOT / "resources" / "paper_scale" / "scores.csv", dtype={"temperature": str}
    )
    text = shown(scores)
    verdicts = matrix(scores)
    assert len(verdicts.rows) > 3
    for source, cells in verdicts.rows.items():
        (line,) = (line for line in text.splitlines() if line.split()[:1] == [source])
        assert line.split()[1:] == [cell.text for cell in cells if cell.text]
    assert "\N{ESCAPE}" not in text


def test_colours_are_for_terminals_and_brackets_are_no_markup():
    columns = {"source": "mine[red]", "reference": "exact", "value": 1.0, "error": 0.1}
    columns |= {"expected": 0.5, "deviation_in_errors": 9.0, "p_adjusted": 1e-9}
    scores = pd.DataFrame(columns | {"temperature": ["2.30"], "quantity": "energy"})
    assert "mine[red]" in shown(scores)
    text = shown(scores, force_terminal=True, color_system="standard")
    assert "\N{ESCAPE}[31m0/1" in text
