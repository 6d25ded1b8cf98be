# How faithful are generative models to statistical physics? The whole workflow; see README.md.

import os

# A run in another folder (snakemake -d) without a config.yaml uses the one of this project.
OWN = os.path.exists("config.yaml")


configfile: "config.yaml" if OWN else workflow.source_path("config.yaml")


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/console.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/sample.smk"
include: "workflow/rules/relax.smk"
include: "workflow/rules/equilibrate.smk"
include: "workflow/rules/measure.smk"
include: "workflow/rules/compare.smk"
include: "workflow/rules/solve.smk"
include: "workflow/rules/merge.smk"
include: "workflow/rules/attribute.smk"
include: "workflow/rules/scale.smk"
include: "workflow/rules/score.smk"
include: "workflow/rules/plot.smk"


rule all:
    default_target: True
    input:
        f"{RESULTS}/exact.nc",
        f"{RESULTS}/fidelity.nc",
        f"{RESULTS}/scores.csv",
        [f"{RESULTS}/attribution.nc"] if RUN.attributed else [],
        PATHS.finite_sizes(),
        PATHS.training_histories(),
        PATHS.figure_files(),
