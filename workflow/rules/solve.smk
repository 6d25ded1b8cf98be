rule solve:
    output:
        f"{RESULTS}/exact.nc",
    log:
        f"{LOGS}/solve.log",
    conda:
        "../../envs/analysis.yaml"
    params:
        code=code.of_step("solve"),
        lattice_size=RUN.lattice_size,
        temperatures=flags.repeated("temperature", RUN.temperatures),
    shell:
        "ising-fidelity solve --lattice-size {params.lattice_size} {params.temperatures} "
        "--output {output:q} > {log:q} 2>&1"
