rule relax:
    input:
        lambda wildcards: PATHS.frames(
            RUN.relaxed_sources[wildcards.relaxed][0], wildcards.T
        ),
    output:
        f"{RESULTS}/configurations/{{relaxed}}/T{{T}}.nc",
    log:
        f"{LOGS}/relax/{{relaxed}}/T{{T}}.log",
    conda:
        "../../envs/montecarlo.yaml"
    params:
        code=code.of_step("relax"),
        seed=seed_of("relax"),
        walk=lambda wildcards: flags.relaxation(RUN, wildcards.relaxed),
    shell:
        "ising-fidelity relax {params.walk} --seed {params.seed} "
        "--output {output:q} {input:q} > {log:q} 2>&1"


rule metropolise:
    input:
        lambda wildcards: PATHS.frames(
            RUN.metropolised_sources[wildcards.metropolised], wildcards.T
        ),
    output:
        f"{RESULTS}/configurations/{{metropolised}}/T{{T}}.nc",
    log:
        f"{LOGS}/metropolise/{{metropolised}}/T{{T}}.log",
    conda:
        "../../envs/montecarlo.yaml"
    params:
        code=code.of_step("metropolise"),
        seed=seed_of("metropolise"),
    shell:
        "ising-fidelity metropolise --seed {params.seed} "
        "--output {output:q} {input:q} > {log:q} 2>&1"
