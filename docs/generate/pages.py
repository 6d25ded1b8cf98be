"""What is generated, and where it stands on the pages."""

import re
from collections.abc import Callable
from functools import partial

from docs.generate import benchmarks, commands, config_keys, results, studies
from workflow.scripts import draw_rules


def rules() -> str:
    """Return the rule graph, with the rules of all figures as one, in an order that stays."""
    lines = [f"    {start} --> {end}" for start, end in draw_rules.arrows()]
    return "\n".join(["```mermaid", "flowchart TB", *lines, "```"])


SECTIONS: dict[str, Callable[[], str]] = {
    "scores": results.scores,
    "paper": results.paper,
    "paper-scale": results.paper_scale,
    "compact": results.compact,
    "claims": results.claims,
    "scale": results.scale,
    "desktop": results.desktop,
    "rules": rules,
    "config": config_keys.tables,
    "commands": commands.tables,
    "montecarlo": benchmarks.monte_carlo,
    "generative": benchmarks.generative,
    **{name: partial(benchmarks.written, name) for name in benchmarks.WRITTEN},
    "generators": studies.generators,
    "field": studies.field,
    "field-further": studies.further,
    "transfer": studies.transfer,
    "wide": studies.wide,
    "evaluations": studies.evaluations,
    "data": studies.data,
    "samplers": studies.samplers,
    "tests": studies.tests,
    "perfect": studies.perfect,
    "false-alarms": studies.false_alarms,
}
"""What stands between two marks of a name, on whichever page has them."""


def filled(text: str) -> str:
    """Return a page with what is between the two marks of each section made anew."""

    def made(found: re.Match[str]) -> str:
        begin, name, end = found.groups()
        return f"{begin}\n{SECTIONS[name]()}\n{end}" if name in SECTIONS else found[0]

    return re.sub(r"(<!-- begin: ([\w-]+) -->).*?(<!-- end: \2 -->)", made, text, flags=re.DOTALL)
