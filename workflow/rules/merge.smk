rule merge:
    input:
        PATHS.per_source_and_temperature("observables"),
        PATHS.per_source_and_temperature("comparisons"),
    output:
        f"{RESULTS}/fidelity.nc",
    log:
        f"{LOGS}/merge.log",
    conda:
        "../../envs/analysis.yaml"
    params:
        code=code.of_step("merge"),
    shell:
        "ising-fidelity merge --output {output:q} {input:q} > {log:q} 2>&1"
