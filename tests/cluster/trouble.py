#!/usr/bin/env python3
"""Stands before ising-fidelity: two jobs meet with what can happen to jobs on a cluster.

The simulation of the file NEEDY uses MEMORY MB before it begins, more than its SLURM job asks for
at first. The training of the GAN is cancelled the first time, by hand as it were, while it runs.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

verb, *arguments = sys.argv[1:]
here = Path(__file__).parent

if verb == "simulate" and os.environ["NEEDY"] in arguments:
    used = b"x" * (int(os.environ["MEMORY"]) * 2**20)
    time.sleep(5)  # SLURM looks once a second
    del used

if verb == "train" and "GAN" in arguments:
    try:
        (here / "cancelled").touch(exist_ok=False)
    except FileExistsError:
        pass
    else:
        subprocess.run(["scancel", os.environ["SLURM_JOB_ID"]], check=True)
        time.sleep(600)

path = os.environ["PATH"].split(os.pathsep)
os.environ["PATH"] = os.pathsep.join(folder for folder in path if Path(folder) != here)
os.execvp("ising-fidelity", ["ising-fidelity", verb, *arguments])
