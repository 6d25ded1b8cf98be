"""Packages of Debian that tests need."""

import os
import shutil
import subprocess


def install(programs, give_up):
    """Install the packages of programs that are missing; give up where that cannot be."""
    packages = sorted({package for name, package in programs.items() if not shutil.which(name)})
    if not packages:
        return
    wanted = " and ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        give_up(f"{wanted} of Debian must be there, or root and apt-get to install them")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        command = ["apt-get", *words]
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            give_up(f"{' '.join(command)} failed", done.stdout + done.stderr)
