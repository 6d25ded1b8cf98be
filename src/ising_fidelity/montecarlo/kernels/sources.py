"""A hash of the sources that the kernels are compiled from; setup.py runs this file alone."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent


def sources_hash(folder: Path = FOLDER) -> str:
    """Return a hash of the kernels' sources in a folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.suffix in (".pyx", ".h")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
