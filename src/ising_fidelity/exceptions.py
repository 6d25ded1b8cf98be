"""The exception for bad input."""


class InputError(ValueError):
    """Bad input; the message is one line with the file or key, the problem, and what is allowed.

    The command line prints the message and exits with status 2.
    """
