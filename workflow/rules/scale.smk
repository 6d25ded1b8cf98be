# The same steps on other lattice sizes, and finite-size scaling of all sizes together.
AT_SIZE = "finite_size/L{size}"


use rule simulate as simulate_at_size with:
    output:
        f"{RESULTS}/{AT_SIZE}/configurations/{{chain}}/T{{T}}.nc",
    log:
        f"{LOGS}/simulate/{AT_SIZE}/{{chain}}/T{{T}}.log",
    params:
        seed=seed_at_size("simulate"),
        lattice_size=lambda wildcards: wildcards.size,
        chain=lambda wildcards: flags.monte_carlo(
            RUN, wildcards.chain, RUN.finite_size and RUN.finite_size.frames
        ),


use rule sample as sample_at_size with:
    output:
        f"{RESULTS}/{AT_SIZE}/configurations/{{model}}/T{{T}}.nc",
    log:
        f"{LOGS}/sample/{AT_SIZE}/{{model}}/T{{T}}.log",
    params:
        seed=seed_at_size("sample"),
        lattice_size=lambda wildcards: wildcards.size,


use rule sample_command as sample_command_at_size with:
    output:
        f"{RESULTS}/{AT_SIZE}/configurations/{{command}}/T{{T}}.nc",
    log:
        f"{LOGS}/sample/{AT_SIZE}/{{command}}/T{{T}}.log",
    params:
        seed=seed_at_size("sample"),
        lattice_size=lambda wildcards: wildcards.size,


use rule measure as measure_at_size with:
    input:
        f"{RESULTS}/{AT_SIZE}/configurations/{{source}}/T{{T}}.nc",
    output:
        f"{RESULTS}/{AT_SIZE}/observables/{{source}}/T{{T}}.nc",
    log:
        f"{LOGS}/measure/{AT_SIZE}/{{source}}/T{{T}}.log",
    params:
        seed=seed_at_size("measure"),


rule scale:
    input:
        lambda wildcards: PATHS.at_sizes(wildcards.source),
    output:
        f"{RESULTS}/finite_size/{{source}}.nc",
    log:
        f"{LOGS}/scale/{{source}}.log",
    conda:
        "../../envs/analysis.yaml"
    params:
        code=code.of_step("scale"),
        seed=seed_of("scale"),
    shell:
        "ising-fidelity scale --seed {params.seed} --output {output:q} {input:q} > {log:q} 2>&1"
