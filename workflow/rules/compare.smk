rule compare:
    input:
        frames=lambda wildcards: PATHS.frames(wildcards.source, wildcards.T),
        reference=lambda wildcards: PATHS.frames(RUN.reference, wildcards.T),
        training=lambda wildcards: PATHS.training_frames_at(
            wildcards.source, wildcards.T
        ),
    output:
        f"{RESULTS}/comparisons/{{source}}/T{{T}}.nc",
    log:
        f"{LOGS}/compare/{{source}}/T{{T}}.log",
    conda:
        "../../envs/analysis.yaml"
    params:
        code=code.of_step("compare"),
        seed=seed_of("compare"),
        training=lambda wildcards, input: flags.flags(
            training=input.get("training") or None
        ),
        more=flags.comparison(RUN),
    shell:
        "ising-fidelity compare --reference {input.reference:q} {params.training} {params.more} "
        "--seed {params.seed} --output {output:q} {input.frames:q} > {log:q} 2>&1"
