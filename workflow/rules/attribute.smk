rule attribute:
    input:
        lambda wildcards: PATHS.frames(wildcards.source, wildcards.T),
    output:
        f"{RESULTS}/attributions/{{source}}/T{{T}}.nc",
    log:
        f"{LOGS}/attribute/{{source}}/T{{T}}.log",
    conda:
        "../../envs/analysis.yaml"
    params:
        code=code.of_step("attribute"),
        seed=seed_of("attribute"),
        sweeps=flags.repeated(
            "sweeps", RUN.attribution.sweeps if RUN.attribution else []
        ),
    shell:
        "ising-fidelity attribute {params.sweeps} --seed {params.seed} --output {output:q} {input:q} "
        "> {log:q} 2>&1"


use rule merge as merge_attributions with:
    input:
        PATHS.attributions(),
    output:
        f"{RESULTS}/attribution.nc",
    log:
        f"{LOGS}/merge_attributions.log",
