rule score:
    input:
        fidelity=f"{RESULTS}/fidelity.nc",
        exact=f"{RESULTS}/exact.nc",
        attribution=[f"{RESULTS}/attribution.nc"] if RUN.attributed else [],
        finite_size=PATHS.finite_sizes(),
        # For frames and histograms of energies and magnetizations on the page.
        frames=PATHS.per_source_and_temperature("configurations"),
        observables=PATHS.per_source_and_temperature("observables"),
    output:
        scores=f"{RESULTS}/scores.csv",
        page=report(
            f"{RESULTS}/scores.html",
            caption="../report/scores.rst",
            category="Scores",
            labels={"table": "verdicts, frames, the paper's claims, all scores"},
        ),
        paper=report(
            f"{RESULTS}/paper.csv",
            caption="../report/paper.rst",
            category="Scores",
            labels={"table": "the paper's numbers compared with ours"},
        ),
        claims=report(
            f"{RESULTS}/claims.csv",
            caption="../report/claims.rst",
            category="Scores",
            labels={"table": "the paper's claims: confirmed, refuted, undecided"},
        ),
    log:
        f"{LOGS}/score.log",
    conda:
        "../../envs/analysis.yaml"
    params:
        code=code.of_step("score"),
        paper=code.of_paper(),
        templates=code.of_page(),
        reference=RUN.reference,
        training_temperatures=flags.training_temperatures(RUN),
        repeats=json.dumps(RUN.repeats),
        attribution=flags.flags(
            attribution=f"{RESULTS}/attribution.nc" if RUN.attributed else None
        ),
        finite_size=flags.repeated("finite_size", PATHS.finite_sizes()),
        notes=flags.repeated("note", NOTES),
        # A function, as Snakemake would fill in {T} in a plain parameter.
        pictures=lambda wildcards: flags.pictures(RUN),
    # With status 3 all files are written, but incomplete; the end of the run reports it.
    shell:
        "ising-fidelity score --fidelity {input.fidelity:q} --exact {input.exact:q} "
        "--reference {params.reference} "
        "--training-temperatures {params.training_temperatures:q} "
        "--repeats {params.repeats:q} --claims-table {output.claims:q} "
        "{params.attribution} {params.finite_size} {params.notes} "
        "{params.pictures} "
        "--output {output.scores:q} --table {output.page:q} --paper-table {output.paper:q} "
        "> {log:q} 2>&1 || test $? -eq 3"
