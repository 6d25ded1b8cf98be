"""Progress bars, all of them: on a terminal or in a notebook, silent elsewhere."""

import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_shown = ContextVar("shown", default=True)


@contextmanager
def shown(wanted: bool) -> Iterator[None]:
    """Show the bars of what is done inside, or leave them out."""
    before = _shown.set(wanted and _shown.get())
    try:
        yield
    finally:
        _shown.reset(before)


def progress_bar(steps: Iterable[Any] | None = None, *, wanted: bool = True, **options: Any) -> Any:
    """Return a bar of tqdm's, over some steps or updated by hand.

    None is shown where it is not wanted, or the errors of the process go to no terminal.
    """
    wanted = wanted and _shown.get()
    if not _in_notebook():
        from tqdm import tqdm

        return tqdm(steps, disable=None if wanted else True, **options)
    with warnings.catch_warnings():
        # Without widgets it is a bar of letters, and says so in three lines.
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm as drawn

    # What a notebook shows is no terminal, but is looked at.
    return drawn(steps, disable=not wanted, **options)


def _in_notebook() -> bool:
    """Whether the process is the kernel of a notebook."""
    if "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return shell is not None and "IPKernelApp" in shell.config
