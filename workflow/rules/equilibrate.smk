rule equilibrate:
    input:
        branch(
            lambda wildcards: wildcards.source in RUN.networks,
            then=f"{RESULTS}/models/{{source}}.safetensors",
        ),
    output:
        f"{RESULTS}/equilibration/{{source}}/T{{T}}.nc",
    log:
        f"{LOGS}/equilibrate/{{source}}/T{{T}}.log",
    conda:
        TORCH
    resources:
        device=RUN.device,
    params:
        code=lambda wildcards: code.of_equilibration(RUN, wildcards.source),
        seed=seed_of("equilibrate"),
        lattice_size=RUN.lattice_size,
        starts=RUN.equilibration.starts,
        walk=lambda wildcards: flags.walk(RUN, wildcards.source),
    shell:
        "ising-fidelity equilibrate --temperature {wildcards.T} "
        "--lattice-size {params.lattice_size} --starts {params.starts} {params.walk} "
        "--device {resources.device} --seed {params.seed} --output {output:q} > {log:q} 2>&1"
