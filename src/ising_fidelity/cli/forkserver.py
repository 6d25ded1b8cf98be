"""A fork server for the jobs of a run, which are many and short.

Importing the libraries takes longer than most jobs. The server imports what earlier jobs have
imported, and then forks a process for each job. A job is still the command that Snakemake shows,
with its own memory, streams, exit status and signals (see :mod:`ising_fidelity.cli.start`).

There is a server on Linux only: elsewhere, forking is not safe with the system's libraries.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from ising_fidelity.cli.start import FORWARDED, VARIABLE

THREADS = (
    "OMP_NUM_THREADS",
    "GOTO_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""Variables that Snakemake sets to a job's threads. Libraries read them when imported."""
DIFFERENT = (
    *("_", "OLDPWD", "PWD", "SHLVL", "TEMP", "TEMPDIR", "TMP", "TMPDIR"),
    "HDF5_PLUGIN_PATH",  # set by netCDF4 in a client that has imported it
)
"""Variables of a job that may differ from those of the server, as no import depends on them."""

_STARTED: list[subprocess.Popen[bytes]] = []
"""The server that this process has started; its standard input stays open until the exit."""


def start() -> None:
    """Start a server that ends with this process, and name it in the environment.

    It serves jobs of one thread. Nothing is started where forking is not safe, or if the variable
    is set already, even if it is empty.
    """
    if sys.platform != "linux" or VARIABLE in os.environ:
        return
    folder = tempfile.mkdtemp(prefix="ising-fidelity-")
    # For when the server is killed; otherwise it removes the folder itself.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = str(Path(folder, "socket"))
    # In the same group of processes, so that all stop and continue together.
    server = subprocess.Popen(
        [sys.executable, "-P", "-m", __name__, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=os.environ | dict.fromkeys(THREADS, "1"),
    )
    os.environ[VARIABLE] = path
    _STARTED.append(server)


def cpu_seconds() -> float:
    """Return the CPU time of all ended jobs of the server that this process has started."""
    ticks = 0
    for server in _STARTED:
        after_name = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, after_name[13:15]))  # user and system time of ended children
    return ticks / os.sysconf("SC_CLK_TCK")


class Server:
    """Forks a process for each command that a client asks for, until standard input ends."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.environment = _compared(dict(os.environ))
        self.signals = {number: signal.getsignal(number) for number in FORWARDED}
        self.clients: dict[int, socket.socket] = {}
        self.events = selectors.DefaultSelector()
        self.ended, self.wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.listener = socket.socket(socket.AF_UNIX)
        self.open = True

    def serve(self) -> None:
        """Answer clients until the run and all processes have ended."""
        # Ctrl-C is sent to the whole group; Snakemake and the jobs act on it.
        for number in self.signals:
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        os.environ["MPLBACKEND"] = "agg"  # as main does before matplotlib is imported
        signal.set_wakeup_fd(self.wake, warn_on_full_buffer=False)
        self.listener.bind(self.path)
        self.listener.listen(128)
        self.events.register(self.listener, selectors.EVENT_READ, self._accept)
        self.events.register(0, selectors.EVENT_READ, self._close)
        self.events.register(self.ended, selectors.EVENT_READ, self._reap)
        while self.open or self.clients:
            for key, _ in self.events.select():
                key.data()

    def _close(self) -> None:
        """Accept no more clients, as the run has ended."""
        if not os.read(0, 1):
            self.open = False
            self.events.unregister(0)
            self.events.unregister(self.listener)
            self.listener.close()
            shutil.rmtree(Path(self.path).parent, ignore_errors=True)

    def _accept(self) -> None:
        client, _ = self.listener.accept()
        streams: list[int] = []
        try:
            given = _received(client, streams)
            if not self._may_serve(given):
                client.sendall(b"0\n")
                client.close()
                return
            process = self._fork(given, client, streams)
            client.sendall(f"{process}\n".encode())
        except (OSError, ValueError):  # the client has ended
            client.close()
        finally:
            for stream in streams:
                os.close(stream)

    def _may_serve(self, given: dict[str, Any]) -> bool:
        same = given["executable"] == sys.executable
        return same and _compared(given["environment"]) == self.environment and _one_thread()

    def _fork(self, given: dict[str, Any], client: socket.socket, streams: list[int]) -> int:
        learned, learns = os.pipe2(os.O_CLOEXEC)
        gc.freeze()
        process = os.fork()
        if process == 0:
            try:
                client.close()
                self._become(given, streams)
                before = set(sys.modules)
                status = _status()
                names = [name for name in sys.modules if name not in before]
                os.write(learns, json.dumps(names).encode())
                os._exit(status)
            except BaseException:  # never return to the loop of the server
                sys.excepthook(*sys.exc_info())
                os._exit(1)
        os.close(learns)
        self.clients[process] = client
        self.events.register(client, selectors.EVENT_READ, lambda: self._abandon(process))
        self.events.register(learned, selectors.EVENT_READ, lambda: self._learn(learned))
        return process

    def _become(self, given: dict[str, Any], streams: list[int]) -> None:
        """Take a client's streams and surroundings, in a forked process."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, handler in self.signals.items():
            signal.signal(number, handler)
        for standard, stream in enumerate(streams):
            os.dup2(stream, standard)
        for descriptor in (*streams, self.ended, self.wake, self.listener.fileno()):
            os.close(descriptor)
        for other in self.clients.values():
            os.close(other.fileno())
        os.environ.clear()
        os.environ.update(given["environment"])
        os.chdir(given["folder"])
        os.umask(given["umask"])
        tempfile.tempdir = None
        sys.argv = given["arguments"]

    def _learn(self, learned: int) -> None:
        """Import what a process had imported, so that later ones find it."""
        self.events.unregister(learned)
        with os.fdopen(learned, "rb") as pipe:
            content = pipe.read()
        for name in json.loads(content or b"[]"):
            # Some modules exist only where others have made them.
            with contextlib.suppress(Exception):
                importlib.import_module(name)

    def _abandon(self, process: int) -> None:
        """End a process whose client was killed."""
        self.events.unregister(self.clients[process])
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)

    def _reap(self) -> None:
        os.read(self.ended, 4096)
        while self.clients:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not process:
                return
            client = self.clients.pop(process)
            with contextlib.suppress(KeyError):
                self.events.unregister(client)
            with contextlib.suppress(OSError):
                client.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
            client.close()


def _compared(environment: dict[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in environment.items() if name not in (*DIFFERENT, VARIABLE)
    }


def _one_thread() -> bool:
    """Return whether this process has one thread, as a fork keeps no other."""
    return len(os.listdir("/proc/self/task")) == 1


def _received(client: socket.socket, streams: list[int]) -> dict[str, Any]:
    """Return a client's request, and append its streams."""
    size, descriptors, _, _ = socket.recv_fds(client, 8, 3)
    streams += descriptors
    if len(size) != 8 or len(descriptors) != 3:
        raise ValueError("not a request")
    content = b""
    while len(content) < int.from_bytes(size, "big"):
        part = client.recv(1 << 20)
        if not part:
            raise ValueError("the request ends early")
        content += part
    request: dict[str, Any] = json.loads(content)
    return request


def _status() -> int:
    """Run the command line and return its exit status, with all that is done at an exit."""
    from ising_fidelity.cli.main import main

    status: object = 0
    try:
        main()
    except SystemExit as end:
        status = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    if isinstance(status, str):
        print(status, file=sys.stderr)
    return status if isinstance(status, int) else int(status is not None)


if __name__ == "__main__":
    Server(sys.argv[1]).serve()
