# One rule per figure, so that each has its own inputs, code and settings.
for figure, settings in PATHS.figures.items():

    rule:
        name:
            f"plot_{figure}"
        input:
            PATHS.read_by_figure(figure),
        output:
            svg=f"{RESULTS}/figures/{figure}.svg",
            png=report(
                f"{RESULTS}/figures/{figure}.png",
                caption="../report/figure.rst",
                category=FIGURES[figure].category,
                # One label only: with two, the report shows a switch for categories of two figures.
                labels={"figure": f"{figure}: {FIGURES[figure].title}"},
            ),
        log:
            f"{LOGS}/plot/{figure}.log",
        # Set here, as profiles set these by the name of a rule, and the number of figures varies.
        group:
            "figures"
        conda:
            "../../envs/analysis.yaml"
        resources:
            mem_mb=lambda wildcards, attempt: attempt * 1000,
            runtime=lambda wildcards, attempt: attempt * 5,
        params:
            code=code.of_figure(figure),
            figure=figure,
            caption=PATHS.plan.caption(figure),
            sources=flags.repeated("source", settings.sources),
            temperatures=flags.repeated("temperature", settings.temperatures),
            training_temperatures=flags.training_temperatures(RUN, settings.sources),
            # A function, as Snakemake would fill in {T} in a plain parameter.
            foreign=lambda wildcards, sources=settings.sources: flags.foreign(
                RUN, sources
            ),
        shell:
            "ising-fidelity plot --figure {params.figure} {params.sources} "
            "{params.temperatures} --training-temperatures {params.training_temperatures:q} "
            "{params.foreign} "
            "--output {output.svg:q} --output {output.png:q} {input:q} > {log:q} 2>&1"
