rule sample:
    input:
        f"{RESULTS}/models/{{model}}.safetensors",
    output:
        f"{RESULTS}/configurations/{{model}}/T{{T}}.nc",
    log:
        f"{LOGS}/sample/{{model}}/T{{T}}.log",
    conda:
        TORCH
    resources:
        device=RUN.device,
    params:
        code=lambda wildcards: code.of_sampling(RUN, wildcards.model),
        seed=seed_of("sample"),
        lattice_size=RUN.lattice_size,
        frames=RUN.sampling.frames,
        chain=lambda wildcards: flags.sampling(RUN, wildcards.model),
    shell:
        "ising-fidelity sample --model {input:q} --temperature {wildcards.T} "
        "--frames {params.frames} --lattice-size {params.lattice_size} {params.chain} "
        "--device {resources.device} --seed {params.seed} --output {output:q} > {log:q} 2>&1"


use rule sample as sample_finished with:
    input:
        lambda wildcards: (PATHS.model(RUN.finished_sources[wildcards.finished][0])),
    output:
        f"{RESULTS}/configurations/{{finished}}/T{{T}}.nc",
    log:
        f"{LOGS}/sample/{{finished}}/T{{T}}.log",
    params:
        code=lambda wildcards: code.of_sampling(RUN, wildcards.finished),
        chain=lambda wildcards: flags.sampling(RUN, wildcards.finished),


rule sample_command:
    input:
        lambda wildcards: PATHS.trained(wildcards.command),
    output:
        f"{RESULTS}/configurations/{{command}}/T{{T}}.nc",
    log:
        f"{LOGS}/sample/{{command}}/T{{T}}.log",
    conda:
        TORCH
    threads: lambda wildcards: RUN.commands[wildcards.command].threads
    params:
        code=lambda wildcards: code.of_sampling(RUN, wildcards.command),
        seed=seed_of("sample"),
        lattice_size=RUN.lattice_size,
        frames=RUN.sampling.frames,
        settings=lambda wildcards: commands.sampling(RUN, wildcards.command),
        config=RUN_CONFIG,
        trained=lambda wildcards, input: flags.flags(
            trained=input[0] if input else None
        ),
    shell:
        "ising-fidelity sample-command --config {params.config:q} --model {wildcards.command} "
        "{params.trained} --temperature {wildcards.T} --frames {params.frames} "
        "--lattice-size {params.lattice_size} --seed {params.seed} --output {output:q} "
        "> {log:q} 2>&1"
