rule attribute:
    input:
        lambda wildcards: frames_of(wildcards.source, wildcards.T),
    output:
        f"{RESULTS}/attributions/{{source}}/T{{T}}.nc",
    log:
        f"{LOGS}/attribute/{{source}}/T{{T}}.log",
    conda:
        "../../envs/analysis.yaml"
    params:
        code=step_code("attribute"),
        seed=seed_of("attribute"),
        sweeps=(
            " ".join(flags(sweeps=k) for k in RUN.attribution.sweeps)
            if RUN.attribution
            else ""
        ),
    shell:
        "ising-fidelity attribute {params.sweeps} --seed {params.seed} --output {output} {input} "
        "> {log} 2>&1"


rule merge_attributions:
    input:
        attributions(),
    output:
        f"{RESULTS}/attribution.nc",
    log:
        f"{LOGS}/merge_attributions.log",
    conda:
        "../../envs/analysis.yaml"
    params:
        code=step_code("merge"),
    shell:
        "ising-fidelity merge --output {output} {input} > {log} 2>&1"
