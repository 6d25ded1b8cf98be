"""Run one command line in a process that has imported everything; see ``undisturbed.py``."""

import os
import signal
import sys

from ising_fidelity.cli.main import main
from ising_fidelity.models.training import loop


def run(words, folder, said, begun=None):
    """Run ``ising-fidelity`` with these words in a folder; what it says goes to a file.

    Each epoch that begins leaves a line in the file ``begun``, if one is given.
    """
    os.setsid()
    # Where the tests run in the background, their children would not hear Ctrl-C at all.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    log = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if begun:
        batches = loop._batches

        def counted(*arguments):
            with open(begun, "a") as lines:
                lines.write("epoch\n")
            return batches(*arguments)

        loop._batches = counted
    sys.argv = ["ising-fidelity", *words]
    main()


if __name__ == "__main__":
    run(**arguments)  # noqa: F821  # given by runpy
