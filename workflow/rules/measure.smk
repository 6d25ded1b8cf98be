rule measure:
    input:
        lambda wildcards: PATHS.frames(wildcards.source, wildcards.T),
    output:
        f"{RESULTS}/observables/{{source}}/T{{T}}.nc",
    log:
        f"{LOGS}/measure/{{source}}/T{{T}}.log",
    conda:
        "../../envs/analysis.yaml"
    params:
        code=code.of_step("measure"),
        seed=seed_of("measure"),
    shell:
        "ising-fidelity measure --seed {params.seed} --output {output:q} {input:q} > {log:q} 2>&1"
