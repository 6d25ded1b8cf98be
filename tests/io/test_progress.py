"""Progress bars: where they are shown and how they are left out."""

import io
import sys
from types import SimpleNamespace

import pytest

import ising_fidelity as ising
from ising_fidelity.io import progress


class Terminal(io.StringIO):
    """Looks like one."""

    def isatty(self):
        return True


def errors_go_to(stream, monkeypatch):
    """Put a stream in the place of stderr; a fixture's is gone again when a test begins."""
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def test_a_bar_is_shown_on_a_terminal(monkeypatch):
    terminal = errors_go_to(Terminal(), monkeypatch)
    assert list(progress.progress_bar(range(3), unit="step")) == [0, 1, 2]
    assert "3/3" in terminal.getvalue()


def test_no_bar_goes_to_a_file(monkeypatch):
    stream = errors_go_to(io.StringIO(), monkeypatch)
    list(progress.progress_bar(range(3)))
    assert not stream.getvalue()


def test_a_bar_is_left_out_where_it_is_not_wanted(monkeypatch):
    terminal = errors_go_to(Terminal(), monkeypatch)
    with progress.shown(False), progress.shown(True):
        list(progress.progress_bar(range(3)))
    list(progress.progress_bar(range(3), wanted=False))
    assert not terminal.getvalue()


def test_a_notebook_has_one_though_it_is_no_terminal(monkeypatch):
    stream = errors_go_to(io.StringIO(), monkeypatch)
    shell = SimpleNamespace(config={"IPKernelApp": {}})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr("tqdm.auto.tqdm", sys.modules["tqdm"].tqdm)
    list(progress.progress_bar(range(3)))
    assert "3/3" in stream.getvalue()
    shell.config = {}
    stream.truncate(0)
    list(progress.progress_bar(range(3)))
    assert not stream.getvalue().strip("\0")


@pytest.mark.parametrize("wanted", [True, False])
def test_simulate_shows_its_sweeps(wanted, monkeypatch):
    terminal = errors_go_to(Terminal(), monkeypatch)
    ising.simulate(L=8, T=3.0, frames=20, progress=wanted)
    assert ("sweep" in terminal.getvalue()) == wanted
