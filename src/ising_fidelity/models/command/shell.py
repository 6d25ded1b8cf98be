"""Runs a user's command, reports its failure, and finds its output."""

import glob
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from typing import Any

from ising_fidelity.exceptions import InputError
from ising_fidelity.io.files import check_readable

LAST = 3
"""Number of the last messages that an error quotes."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
"""Environment variables that set the number of threads of libraries."""


def run(command: str, key: str, threads: int) -> None:
    """Run a command with ``sh -c`` in the working directory, and wait for its end.

    Its output goes to that of this process. Libraries use as many threads as the model's settings
    say, since sums depend on it. Ctrl-C and SIGTERM end the command together with this process.

    Raises
    ------
    InputError
        If the exit status is not 0; the error names ``key``, the status and the last messages.
    """
    environment = os.environ | dict.fromkeys(THREADS, str(threads))
    last: deque[str] = deque(maxlen=LAST)
    with _ended_together() as started:
        process = subprocess.Popen(
            ["sh", "-c", command],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=environment,
            start_new_session=True,  # so that all its child processes can be ended
        )
        started(process)
        assert process.stderr is not None
        with process.stderr:
            for line in process.stderr:
                print(line, end="", file=sys.stderr, flush=True)
                last.extend([line.strip()] if line.strip() else [])
            status = process.wait()
    if status:
        how = f"with status {status}" if status > 0 else f"by signal {-status}"
        said = f": {' / '.join(last)}" if last else ", without a message"
        raise InputError(f"{key}: the command ended {how}{said}")


@contextmanager
def _ended_together() -> Iterator[Callable[[subprocess.Popen[str]], None]]:
    """End a process, and all processes that it has started, before a signal ends this one.

    The yielded function must be called with the process; an earlier signal waits for this call.
    """
    running: list[subprocess.Popen[str]] = []
    waiting: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield running.append  # signals only reach the main thread
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def end(number: int, frame: Any) -> None:
        if not running:
            waiting.append(number)
            return
        with suppress(ProcessLookupError):
            os.killpg(running[0].pid, signal.SIGTERM)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)
        else:
            signal.signal(number, handler)
            signal.raise_signal(number)

    def started(process: subprocess.Popen[str]) -> None:
        running.append(process)
        for number in waiting:
            end(number, None)

    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as for background jobs
            signal.signal(number, end)
    try:
        yield started
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def written(place: Path, key: str) -> Path:
    """Return the output file of a command; libraries may have added a suffix to its name.

    Raises
    ------
    InputError
        If there is no such file, or more than one; the error names ``key``.
    """
    found = sorted(place.parent.glob(f"{glob.escape(place.name)}.*"))
    found = [place, *found] if place.exists() else found
    if not found:
        raise InputError(f"{key}: the command succeeded but wrote no file {{output}}")
    if len(found) > 1:
        names = ", ".join(f"{{output}}{path.name.removeprefix(place.name)}" for path in found)
        raise InputError(f"{key}: the command has written {names}; allowed is one file")
    if not found[0].is_file():
        raise InputError(f"{key}: {{output}} is a folder; allowed is a file")
    return found[0]


def digest(path: Path) -> str:
    """Return a hash of the content of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()[:16]


def digests(paths: Sequence[str], key: str) -> dict[str, str]:
    """Return a hash of the content of each file.

    Raises
    ------
    InputError
        If a file cannot be read; the error names ``key``.
    """
    found = {}
    for path in paths:
        try:
            check_readable(Path(path))
        except InputError as error:
            raise InputError(f"{key}: {error}") from None
        found[path] = digest(Path(path))
    return found
