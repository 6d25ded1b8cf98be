rule compare:
    input:
        frames=lambda wildcards: frames_of(wildcards.source, wildcards.T),
        reference=lambda wildcards: frames_of(RUN.reference, wildcards.T),
        training=lambda wildcards: training_frames_at(wildcards.source, wildcards.T),
    output:
        f"{RESULTS}/comparisons/{{source}}/T{{T}}.nc",
    log:
        f"{LOGS}/compare/{{source}}/T{{T}}.log",
    conda:
        "../../envs/analysis.yaml"
    params:
        code=step_code("compare"),
        seed=seed_of("compare"),
        training=lambda wildcards, input: flags(training=input.get("training") or None),
        more=flags(memory_frames=RUN.comparison.memory_frames or None)
        + " --classifier" * RUN.comparison.classifier,
    shell:
        "ising-fidelity compare --reference {input.reference} {params.training} {params.more} "
        "--seed {params.seed} --output {output} {input.frames} > {log} 2>&1"
