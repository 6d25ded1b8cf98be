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
        code=step_code("sample"),
        seed=seed_of("sample"),
        lattice_size=RUN.lattice_size,
        frames=RUN.sampling.frames,
        chain=lambda wildcards: sampling_flags(wildcards.model),
    shell:
        "ising-fidelity sample --model {input} --temperature {wildcards.T} "
        "--frames {params.frames} --lattice-size {params.lattice_size} {params.chain} "
        "--device {resources.device} --seed {params.seed} --output {output} > {log} 2>&1"


use rule sample as sample_finished with:
    input:
        lambda wildcards: (
            f"{RESULTS}/models/{RUN.finished_sources[wildcards.finished][0]}.safetensors"
        ),
    output:
        f"{RESULTS}/configurations/{{finished}}/T{{T}}.nc",
    log:
        f"{LOGS}/sample/{{finished}}/T{{T}}.log",
    params:
        chain=lambda wildcards: sampling_flags(wildcards.finished),
