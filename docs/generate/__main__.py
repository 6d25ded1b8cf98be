"""Fill the tables of README.md and of the pages below docs: make readme.

After a finished default run. The numbers of DiffIsing3 at L = 64 come from a finished run of the
preset desktop, those of few training frames from one of the preset data, those of finite sizes and
of likelihoods from the presets full and generators, if there are such; those of benchmarks and
studies from their own results, all others from the default run's tables, the scales from the
configs and their schema, the rule graph from Snakemake.
"""

from docs.generate.collect import collect
from docs.generate.pages import filled
from docs.generate.pictures import draw
from docs.generate.sources import PAGES


def main() -> None:
    """Copy the results of runs, draw the pictures and rewrite the pages."""
    collect()
    draw()
    for path in PAGES:
        path.write_text(filled(path.read_text()))


if __name__ == "__main__":
    main()
