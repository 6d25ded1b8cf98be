"""The one way files are written, whole or not there at all, and YAML is read."""

import fcntl
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import yaml

from ising_fidelity.exceptions import InputError

PROBE = 2**20
"""Bytes that a file system is asked for after an error, to see whether it is full."""

_in_use: set[Path] = set()
"""Hidden files and folders of this process."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a place to write to, and move what was written to ``path`` if nothing went wrong.

    The place is in a hidden folder beside ``path`` and has its name, so that libraries that go by
    suffixes are content, moving it is atomic, and nothing is left after an error. What a killed
    process left there is taken away by the next one that writes the same file.

    Raises
    ------
    InputError
        If ``path`` cannot be written, or the disk is full.
    """
    with _named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch, held = _scratch(path, path.parent)
    with held, scratch as folder:
        place = Path(folder) / path.name
        try:
            yield place
        except InputError:
            raise
        except Exception as error:
            with _named(path):
                if isinstance(error, OSError) and (error.errno or 0) > 0:
                    raise
                # Libraries have errors of their own for a full disk, which do not say what it was.
                (Path(folder) / "probe").write_bytes(bytes(PROBE))
            raise
        with _named(path):
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(place, 0o666 & ~mask)  # some libraries write files for the owner alone
            os.replace(place, path)


def check_writable(path: Path) -> None:
    """Raise InputError if there is no writing to ``path``, before hours have gone into a result.

    Nothing is changed: folders that are not there yet are made when the file is written.
    """
    with _named(path):
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        folder = path.parent
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        scratch, held = _scratch(path, folder)
        with held, scratch as place:
            (Path(place) / "probe").write_bytes(b"0")


def abandon() -> None:
    """Take away all that is half written, for a process that ends where it is."""
    for place in _in_use:
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock while work on ``path`` goes on, so that no second process works on it, too.

    The lock is that of a hidden file beside ``path``. It ends with the process, however that ends;
    the file is taken away with the lock, or left to the next process where this one was killed.

    Raises
    ------
    InputError
        If another process holds it.
    """
    place = path.with_name(f".{path.name}.lock")
    with _named(path):
        place.parent.mkdir(parents=True, exist_ok=True)
        held = os.open(place, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = place.exists() and os.path.samestat(os.fstat(held), place.stat())
        except BlockingIOError:
            mine = False
        except OSError:
            mine = True  # a file system without locks: as good as it can be
        if not mine:  # held, or taken away with its lock since it was opened
            raise InputError(f"{path}: another process is making it; wait for that, or stop it")
        _in_use.add(place)
        try:
            yield
        finally:
            place.unlink(missing_ok=True)
            _in_use.discard(place)
    finally:
        os.close(held)


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds, plain values alone.

    Raises
    ------
    InputError
        Naming the file, if it cannot be read or is no YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    except RecursionError as error:
        raise InputError(f"{path}: not valid YAML (nested too deeply)") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # Dates and numbers that are none are ValueErrors.
        text = " ".join(str(error).split())
        raise InputError(f"{path}: not valid YAML ({text})") from error


def _scratch(path: Path, folder: Path) -> tuple[tempfile.TemporaryDirectory[str], ExitStack]:
    """Return a hidden folder to write ``path`` in, and the lock on it, which is to be closed.

    A folder of that kind without a lock is one that a killed process left, and is taken away. On a
    file system without locks nothing is.
    """
    prefix = f".{path.name}-"
    for left in folder.glob(f"{glob.escape(prefix)}*"):
        with suppress(OSError), _locked(left):
            shutil.rmtree(left, ignore_errors=True)
    while True:
        scratch = tempfile.TemporaryDirectory(prefix=prefix, dir=folder)
        place, held = Path(scratch.name), ExitStack()
        _in_use.add(place)
        held.callback(_in_use.discard, place)
        try:
            held.enter_context(_locked(place))
        except (BlockingIOError, FileNotFoundError):
            # Another process has just taken it for one that was left.
            scratch.cleanup()
            held.close()
            continue
        except OSError:
            pass  # a file system without locks
        return scratch, held


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock on a folder; raises OSError if it is held, gone, or there are no locks."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder.stat()
        yield
    finally:
        os.close(opened)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into an error that names the file."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from error
