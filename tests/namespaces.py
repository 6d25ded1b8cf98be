"""What begins a command in namespaces of its own."""

import subprocess
import sys


def unshare(*flags):
    """Return what begins a command in new namespaces."""
    command = ["unshare", "--map-root-user", *flags]
    done = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"these tests need namespaces: {done.stderr}"
    return command


def without_a_network():
    """Return what begins a command where there is no route, not even to the machine itself."""
    within = unshare("--net")
    probe = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    command = [*within, sys.executable, "-c", probe]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "unreachable" in tried.stderr
    return within
