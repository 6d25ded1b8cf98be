"""What is recorded beside the data of a run: the workflow's commit and versions of packages."""

import os
import subprocess
from importlib import metadata
from pathlib import Path

UNKNOWN = "not known: "
"""What the record says in place of a commit, before the reason."""


def commit_of(folder: Path) -> str:
    """Return the commit that is checked out in a folder, or that it is not known and why.

    Git refuses checkouts that another user owns, as what they are set to run would run. Here the
    code of this one runs in any case, so it is read, but no checkout of a folder above it is.
    """
    there = folder.resolve()
    if not (there / ".git").exists():  # a copy may lie in the repository of something else
        return f"{UNKNOWN}{there} is no checkout"
    command = ["git", "-c", f"safe.directory={there}", "-C", str(there)]
    try:
        done = subprocess.run(
            [*command, "describe", "--always", "--dirty"],
            env=os.environ | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        return f"{UNKNOWN}git cannot be run ({error.strerror})"
    if done.returncode == 0:
        return done.stdout.strip()
    said = done.stderr.strip() or f"git ends with status {done.returncode}"
    return UNKNOWN + said.splitlines()[0].removeprefix("fatal: ")


def versions() -> str:
    """Return all installed packages with their versions, one on a line."""
    # Not by pip, which environments that uv makes lack.
    found = {f"{one.name}=={one.version}" for one in metadata.distributions() if one.name}
    return "".join(f"{line}\n" for line in sorted(found, key=str.lower))
