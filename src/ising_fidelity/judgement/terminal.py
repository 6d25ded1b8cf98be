"""A judgement printed on a terminal, with colours if it supports them."""

from typing import TYPE_CHECKING

from ising_fidelity.judgement import page
from ising_fidelity.judgement.quantities import MAIN
from ising_fidelity.judgement.verdict import DISTINGUISHABLE, INDISTINGUISHABLE, UNDECIDED
from ising_fidelity.scores.summary import SYMBOLS

if TYPE_CHECKING:
    from rich.console import Console

    from ising_fidelity.judgement.scorecard import Scorecard

COLORS = {INDISTINGUISHABLE: "green", DISTINGUISHABLE: "red", UNDECIDED: "yellow"}


def show(card: "Scorecard", console: "Console") -> None:
    """Print how the frames were read, a table with a row per sampler, and all sentences."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    for name in card.judged:
        console.print(f"{escape(name)}: {escape('; '.join(card.said[name]))}", style="dim")
    title = f"Tests that pass, and temperatures at which each quantity passes, L = {card.L}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("sampler", overflow="fold", min_width=8)
    table.add_column("verdict", no_wrap=True)
    table.add_column("tests", justify="right", no_wrap=True)
    for quantity in MAIN:
        table.add_column(SYMBOLS[quantity], justify="right", no_wrap=True)
    table.add_column("worst z", no_wrap=True)
    for name, verdict in card.judged.items():
        rows = card.table[card.table["source"] == name]
        cells = [page.cell(rows, quantity) for quantity in MAIN]
        texts = [one["text"].replace(" of ", "/") for one in cells]
        color = COLORS[verdict.word]
        table.add_row(
            escape(name),
            f"[{color}]{verdict.word}[/{color}]",
            page.tests_that_pass(verdict).replace(" of ", "/"),
            *(
                f"[red]{text}[/red]" if one["color"] else text
                for one, text in zip(cells, texts, strict=True)
            ),
            page.worst_in_words(rows),
        )
    console.print(table)
    for name, verdict in card.judged.items():
        console.print(f"[bold]{escape(name)}[/bold]: {escape(' '.join(verdict.sentences))}")
        for cause in card.causes[name]:
            console.print(f"  - {escape(cause.sentence)} [dim]({escape(cause.observable)})[/dim]")
        for caveat in card.caveats[name]:
            console.print(f"  [yellow]{escape(caveat)}[/yellow]")
