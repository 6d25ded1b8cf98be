"""The one way files are written: whole, or not there at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a place to write to, and move what was written to ``path`` if nothing went wrong.

    The place is in a hidden folder beside ``path`` and has its name, so that libraries that go by
    suffixes are content, moving it is atomic, and nothing is left after an error.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        place = Path(folder) / path.name
        yield place
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(place, 0o666 & ~mask)  # some libraries write files that only the owner can read
        os.replace(place, path)
