"""The entry point: a job of a run is forked from its fork server, any other command runs here.

Imports here must stay few, as this process only waits for the forked one.
"""

import contextlib
import os
import signal
import socket
import sys
from types import FrameType

VARIABLE = "ISING_FIDELITY_FORKSERVER"
"""Environment variable with the path of the socket of a run's fork server."""
ALONE = ("train",)
"""Commands that always run in their own process, as a run records their processor time."""
FORWARDED = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def main() -> None:
    """Run the command line, in a process of the fork server if there is one for this command."""
    path = os.environ.get(VARIABLE)
    if path and "".join(sys.argv[1:2]) not in ALONE:
        _try_fork(path)
    from ising_fidelity.cli.main import main as run

    run()


def request(path: str) -> dict[str, object]:
    """Return what a fork server must know of this command."""
    return {
        "arguments": sys.argv,
        "executable": sys.executable,
        "folder": os.getcwd(),
        "umask": _umask(),
        "environment": {name: value for name, value in os.environ.items() if name != VARIABLE},
        "path": path,
    }


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _try_fork(path: str) -> None:
    """Exit as the forked process does; return if there is no server for this command."""
    import json

    with socket.socket(socket.AF_UNIX) as server:
        try:
            content = json.dumps(request(path)).encode()
            server.connect(path)
            size = len(content).to_bytes(8, "big")
            socket.send_fds(server, [size], [0, 1, 2])
            server.sendall(content)
            answer = server.makefile("rb")
            process = int(answer.readline() or 0)
        except (OSError, ValueError):  # a stream is closed, or the server has ended
            return
        if not process:
            return
        before = {number: signal.getsignal(number) for number in FORWARDED}

        def forward(number: int, _: FrameType | None) -> None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, forward)
        ended = answer.readline()
    if not ended:
        forward(signal.SIGTERM, None)
        print("ising-fidelity: the fork server of the run was ended", file=sys.stderr)
        os._exit(1)
    status = int(ended)
    if status < 0:  # ended by a signal, as this process is then
        with contextlib.suppress(OSError):  # SIGKILL has no handler
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)
