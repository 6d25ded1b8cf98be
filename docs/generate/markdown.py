"""Numbers and tables, in Markdown."""

import math
from collections.abc import Iterable, Sequence


def short(number: float) -> str:
    """Return a number with three digits, or as a whole one."""
    return f"{number:.3g}" if number < 1000 else f"{number:,.0f}"


def with_error(number: float, error: float) -> str:
    """Return a number and its error with as many decimals as one digit of the error asks for."""
    decimals = max(0, -math.floor(math.log10(error)))
    return f"{number:.{decimals}f} ± {error:.{decimals}f}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
