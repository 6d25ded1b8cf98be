"""Progress bars on a terminal or in a notebook; silent elsewhere."""

import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_shown = ContextVar("shown", default=True)


@contextmanager
def shown(wanted: bool) -> Iterator[None]:
    """Show progress bars inside this context, or hide them."""
    before = _shown.set(wanted and _shown.get())
    try:
        yield
    finally:
        _shown.reset(before)


def progress_bar(steps: Iterable[Any] | None = None, *, wanted: bool = True, **options: Any) -> Any:
    """Return a tqdm bar, for an iterable or updated by hand.

    It is hidden if not wanted, or if stderr is not a terminal.
    """
    wanted = wanted and _shown.get()
    if not _in_notebook():
        from tqdm import tqdm

        return tqdm(steps, disable=None if wanted else True, **options)
    with warnings.catch_warnings():
        # Without widgets, tqdm falls back to text and warns in three lines.
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm as drawn

    # A notebook's output is not a terminal, but is shown.
    return drawn(steps, disable=not wanted, **options)


def _in_notebook() -> bool:
    """Whether the process is the kernel of a notebook."""
    if "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return shell is not None and "IPKernelApp" in shell.config
