# Every figure is a rule of its own, so that each has its own inputs, code and settings.
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
                # One label: of two, the report makes a switch where a category has two figures.
                labels={"figure": f"{figure}: {FIGURES[figure].title}"},
            ),
        log:
            f"{LOGS}/plot/{figure}.log",
        # What profiles say of rules by their names, they cannot say of as many as there are figures.
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
            # A parameter that is no function would have its {T} filled in.
            foreign=lambda wildcards, sources=settings.sources: flags.foreign(
                RUN, sources
            ),
        shell:
            "ising-fidelity plot --figure {params.figure} {params.sources} "
            "{params.temperatures} --training-temperatures {params.training_temperatures:q} "
            "{params.foreign} "
            "--output {output.svg:q} --output {output.png:q} {input:q} > {log:q} 2>&1"
