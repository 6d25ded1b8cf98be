"""Records of a run: the commit of the workflow, and the versions of packages."""

import os
import subprocess
from importlib import metadata
from pathlib import Path

UNKNOWN = "not known: "
"""Start of the text that replaces an unknown commit, followed by the reason."""


def commit_of(folder: Path) -> str:
    """Return the commit that is checked out in a folder, or why it is unknown.

    Git refuses checkouts of another user, as their hooks could run. The code of this checkout runs
    anyway, so it is declared safe, but no checkout of a parent folder is.
    """
    there = folder.resolve()
    if not (there / ".git").exists():  # a copy may lie inside another repository
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
    # Not by pip, as environments made by uv lack it.
    found = {f"{one.name}=={one.version}" for one in metadata.distributions() if one.name}
    return "".join(f"{line}\n" for line in sorted(found, key=str.lower))
