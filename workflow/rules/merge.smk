rule merge:
    input:
        per_source_and_temperature("observables"),
        per_source_and_temperature("comparisons"),
    output:
        f"{RESULTS}/fidelity.nc",
    log:
        f"{LOGS}/merge.log",
    conda:
        "../../envs/analysis.yaml"
    params:
        code=step_code("merge"),
    shell:
        "ising-fidelity merge --output {output} {input} > {log} 2>&1"
