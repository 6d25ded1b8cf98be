rule train:
    input:
        lambda wildcards: PATHS.training_frames(wildcards.model),
    output:
        model=f"{RESULTS}/models/{{model}}.safetensors",
        history=f"{RESULTS}/models/{{model}}.training.nc",
    log:
        f"{LOGS}/train/{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{model}}.tsv"
    # The longest jobs start as soon as their frames exist.
    priority: 2
    conda:
        TORCH
    threads: lambda wildcards: RUN.trained_models[wildcards.model].threads
    params:
        code=lambda wildcards: code.of_training(RUN, wildcards.model),
        seed=seed_of("train"),
        settings=lambda wildcards: RUN.trained_models[wildcards.model].plain(),
        config=RUN_CONFIG,
    shell:
        "ising-fidelity train --config {params.config:q} --model {wildcards.model} "
        "--output {output.model:q} {input:q} > {log:q} 2>&1"


# A model of any framework, trained by its own command.
rule train_command:
    input:
        lambda wildcards: PATHS.training_frames(wildcards.command),
    output:
        f"{RESULTS}/models/{{command}}.model",
    log:
        f"{LOGS}/train/{{command}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{command}}.tsv"
    priority: 2
    conda:
        TORCH
    threads: lambda wildcards: RUN.commands[wildcards.command].threads
    params:
        code=lambda wildcards: code.of_training(RUN, wildcards.command),
        seed=seed_of("train"),
        settings=lambda wildcards: commands.training(RUN, wildcards.command),
        config=RUN_CONFIG,
    shell:
        "ising-fidelity train --config {params.config:q} --model {wildcards.command} "
        "--output {output:q} {input:q} > {log:q} 2>&1"
