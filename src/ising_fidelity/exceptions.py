"""The one exception that users meet."""


class InputError(ValueError):
    """Bad input: the message is one line naming the file or key, what is wrong, what is allowed.

    The command line prints the message and exits with status 2.
    """
