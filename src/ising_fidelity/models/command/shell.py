"""Runs a user's command, says how it failed, and finds what it wrote."""

import glob
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import Any

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import check_readable

LAST = 3
"""Lines of its messages that an error quotes."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
"""Variables that tell libraries how many threads to take."""


def run(command: str, key: str, threads: int) -> None:
    """Run a command by ``sh -c`` in the folder that is worked in, and wait for its end.

    What it prints goes where this process prints. Libraries are told to take as many threads as the
    model has, since sums depend on it. Ctrl-C and SIGTERM end it with this process.

    Raises
    ------
    InputError
        Naming ``key``, with its exit status and its last messages, if that is not 0.
    """
    environment = os.environ | dict.fromkeys(THREADS, str(threads))
    process = subprocess.Popen(
        ["sh", "-c", command],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=environment,
        start_new_session=True,  # so that all that it has started can be ended
    )
    last: deque[str] = deque(maxlen=LAST)
    assert process.stderr is not None
    with _ended_together(process), process.stderr:
        for line in process.stderr:
            print(line, end="", file=sys.stderr, flush=True)
            last.extend([line.strip()] if line.strip() else [])
        status = process.wait()
    if status:
        how = f"with status {status}" if status > 0 else f"by signal {-status}"
        said = f": {' / '.join(last)}" if last else ", without a message"
        raise InputError(f"{key}: the command ended {how}{said}")


@contextmanager
def _ended_together(process: subprocess.Popen[str]) -> Iterator[None]:
    """End a process, and all that it has started, before this one is ended by a signal."""
    if threading.current_thread() is not threading.main_thread():
        yield  # which no signal reaches
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def end(number: int, frame: Any) -> None:
        os.killpg(process.pid, signal.SIGTERM)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)
        else:
            signal.signal(number, handler)
            signal.raise_signal(number)

    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as it is in the background
            signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def written(place: Path, key: str) -> Path:
    """Return the file that a command was to write; libraries may have added a suffix to its name.

    Raises
    ------
    InputError
        Naming ``key``, if there is no such file, or more than one.
    """
    found = sorted(place.parent.glob(f"{glob.escape(place.name)}.*"))
    found = [place, *found] if place.exists() else found
    if not found:
        raise InputError(f"{key}: the command has ended well, and there is no file {{output}}")
    if len(found) > 1:
        names = ", ".join(f"{{output}}{path.name.removeprefix(place.name)}" for path in found)
        raise InputError(f"{key}: the command has written {names}; allowed is one file")
    if not found[0].is_file():
        raise InputError(f"{key}: {{output}} is a folder; allowed is a file")
    return found[0]


def digest(path: Path) -> str:
    """Return a hash of what a file holds."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()[:16]


def digests(paths: Sequence[str], key: str) -> dict[str, str]:
    """Return a hash of what each of some files holds.

    Raises
    ------
    InputError
        Naming ``key``, if one cannot be read.
    """
    found = {}
    for path in paths:
        try:
            check_readable(Path(path))
        except InputError as error:
            raise InputError(f"{key}: {error}") from None
        found[path] = digest(Path(path))
    return found
