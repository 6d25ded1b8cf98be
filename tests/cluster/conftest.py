"""SLURM on one node in namespaces of its own, for as long as the tests last."""

import os
import secrets
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..debian import install

HERE = Path(__file__).resolve().parent
SLURM = dict.fromkeys(["slurmctld", "slurmd", "sbatch", "srun"], "slurm-wlm")
PACKAGES = {"munged": "munge", **SLURM}
CORES = 2
PATIENCE = 60  # seconds until the node must be there


@dataclass
class Cluster:
    """What it takes to run a command where the cluster is."""

    process: int

    def run(self, *words, folder="/", environment=None):
        """Run a command beside the daemons and return what it did and said, in one stream."""
        inside = ["nsenter", f"--target={self.process}", "--mount", "--pid"]
        return subprocess.run(
            # A new mount namespace begins at its root.
            [*inside, "env", f"--chdir={folder}", *map(str, words)],
            env=os.environ | (environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def jobs(self, *formats):
        """Return what squeue knows of all jobs, also those that have ended."""
        asked = self.run("squeue", "--states=all", "--noheader", "-o", "|".join(formats))
        return [line.split("|") for line in asked.stdout.splitlines()]


def give_up(what, said=""):
    pytest.fail(f"No cluster could be started: {what}.\n{said}", pytrace=False)


def configure(folder):
    """Write what munge and SLURM read."""
    folder.chmod(0o755)  # munge's socket is for all users
    for name in ("etc", "state", "spool"):
        (folder / name).mkdir()
    filled = {"FOLDER": str(folder), "HOST": socket.gethostname().split(".")[0], "CPUS": str(CORES)}
    text = (HERE / "slurm.conf").read_text()
    for name, value in filled.items():
        text = text.replace(name, value)
    (folder / "etc" / "slurm.conf").write_text(text)
    # A device that every machine has stands for a GPU.
    (folder / "etc" / "gres.conf").write_text("Name=gpu File=/dev/null\n")
    key = folder / "munge.key"
    key.touch(mode=0o600)
    key.write_bytes(secrets.token_bytes(1024))


def first_process(node):
    """Return the process that is the first in its namespace: the only child of unshare."""
    return int(Path(f"/proc/{node.pid}/task/{node.pid}/children").read_text().split()[0])


def wait_for(node, log):
    """Return the cluster once its node takes jobs."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and node.poll() is None:
        time.sleep(0.5)
        try:
            cluster = Cluster(first_process(node))
        except IndexError:
            continue
        if cluster.run("sinfo", "--noheader", "-o", "%T").stdout.strip() == "idle":
            return cluster
    return give_up(f"no idle node after {PATIENCE} s", log.read_text())


@pytest.fixture(scope="session")
def cluster():
    """Give a cluster; when the pipe to node.sh closes, nothing of it is left."""
    if os.geteuid() != 0:
        give_up("it needs root, to install packages and to mount")
    install(PACKAGES, give_up)
    with tempfile.TemporaryDirectory(prefix="slurm-") as name:
        folder = Path(name)
        configure(folder)
        log = folder / "node.log"
        spaces = ["--mount", "--propagation=private", "--pid", "--fork", "--kill-child"]
        with (
            log.open("w") as output,
            subprocess.Popen(
                ["unshare", *spaces, "--mount-proc", "bash", HERE / "node.sh", name],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            ) as node,
        ):
            yield wait_for(node, log)
