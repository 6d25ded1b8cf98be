rule simulate:
    output:
        f"{RESULTS}/configurations/{{chain}}/T{{T}}.nc",
    log:
        f"{LOGS}/simulate/{{chain}}/T{{T}}.log",
    # Training needs frames, and everything else needs training.
    priority: 1
    conda:
        "../../envs/montecarlo.yaml"
    params:
        code=code.of_step("simulate"),
        seed=seed_of("simulate"),
        lattice_size=RUN.lattice_size,
        chain=lambda wildcards: flags.monte_carlo(RUN, wildcards.chain),
    shell:
        "ising-fidelity simulate --lattice-size {params.lattice_size} --temperature {wildcards.T} "
        "{params.chain} --seed {params.seed} --output {output:q} > {log:q} 2>&1"


use rule simulate as simulate_start with:
    output:
        f"{RESULTS}/configurations/{{start}}/T{{T}}.nc",
    log:
        f"{LOGS}/simulate/{{start}}/T{{T}}.log",
    params:
        chain=lambda wildcards: flags.start(RUN, wildcards.start),
