"""Write files atomically, check paths, lock files, and read YAML."""

import fcntl
import glob
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import yaml

from ising_fidelity.exceptions import InputError

PROBE = 2**20
"""Bytes written after an error to test whether the disk is full."""

LETTERS = "its name has letters that the locale does not know; rename it, or set LC_ALL=C.UTF-8"

THOUSANDS = re.compile("[1-9][0-9]{0,2}(?:_[0-9]{3})+")
"""Integers in which underscores can only separate thousands."""

_in_use: set[Path] = set()
"""Hidden files and folders that this process uses."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Provide a temporary path to write to, and move the file to ``path`` on success.

    The temporary file has the same name, in a hidden folder next to ``path``. So libraries that
    use suffixes work, the move is atomic, and nothing is left after an error. Leftovers of a killed
    process are removed by the next one that writes the same file. If ``path`` is a symbolic link,
    its target is written.

    Raises
    ------
    InputError
        If ``path`` cannot be written, or the disk is full.
    """
    with _named(path):
        target = _target(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch, held = _scratch(target, target.parent)
    with held, scratch as folder:
        place = Path(folder) / target.name
        try:
            yield place
        except InputError:
            raise
        except Exception as error:
            with _named(path):
                if isinstance(error, OSError) and (error.errno or 0) > 0:
                    raise
                # Libraries hide the cause in errors of their own if the disk is full.
                (Path(folder) / "probe").write_bytes(bytes(PROBE))
            raise
        with _named(path):
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(
                place, 0o666 & ~mask
            )  # some libraries write files that only the owner can read
            os.replace(place, target)


def check_readable(path: Path) -> None:
    """Raise InputError unless ``path`` is a file that this user may read."""
    try:
        kind = path.stat().st_mode
        if not stat.S_ISREG(kind):
            raise InputError(f"{path}: it is a folder, a device or a pipe; a file is needed")
        path.open("rb").close()
    except InputError:
        raise
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        # A zero byte in the name raises ValueError.
        raise InputError(f"{path}: no such file") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if not _has_letters_of_the_locale(path.absolute()):
        raise InputError(f"{path}: cannot be read ({LETTERS})")


def check_unlocked(path: Path, named: Path | None = None) -> None:
    """Raise InputError if the lock that HDF5 needs to read ``path`` is not available.

    The message contains ``named`` in place of a temporary path.
    """
    name = named or path
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise InputError(
            f"{name}: in use, another process has it open for writing; wait for it, or close the "
            "file there (if no process has it open, the file system's locks do not work: set the "
            "environment variable HDF5_USE_FILE_LOCKING=FALSE)"
        ) from error
    except OSError as error:
        raise InputError(
            f"{name}: cannot be locked ({error.strerror}); on a file system without locks set the "
            "environment variable HDF5_USE_FILE_LOCKING=FALSE"
        ) from error


def check_writable(path: Path) -> None:
    """Raise InputError if ``path`` cannot be written, before a long computation.

    Nothing is changed; missing folders are created when the file is written.
    """
    with _named(path):
        target = _target(path)
        folder = target.parent
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        scratch, held = _scratch(target, folder)
        with held, scratch as place:
            (Path(place) / "probe").write_bytes(b"0")


def abandon() -> None:
    """Remove all partly written files of a process that exits at once."""
    for place in _in_use:
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock on ``path``, so that no second process makes the same file.

    A hidden file next to ``path`` carries the lock. The lock ends with the process in any case; the
    file is removed with it, or by the next process if this one is killed.

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
            mine = True  # a file system without locks
        if not mine:  # held by another process, or removed with its lock since it was opened
            raise InputError(f"{path}: another process is making it; wait for it, or stop it")
        _in_use.add(place)
        try:
            yield
        finally:
            place.unlink(missing_ok=True)
            _in_use.discard(place)
    finally:
        os.close(held)


class _Loader(yaml.SafeLoader):
    """A loader that refuses repeated keys and misleading numbers, which YAML 1.1 accepts."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for number, key in enumerate(keys):
            if any(key.value == before.value for before in keys[:number]):
                _complain(key, f"{key.value} is a key for the second time")
        return node

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        """Return a number; refuses notations that YAML reads differently from most people."""
        whole = node.tag.endswith("int")
        value: int | float = (self.construct_yaml_int if whole else self.construct_yaml_float)(node)
        text = node.value.lstrip("+-")
        octal = whole and text[0] == "0" and text[1:].isdigit()
        if octal or ":" in text or ("_" in text and not THOUSANDS.fullmatch(text)):
            _complain(node, f"{node.value} is {value} to YAML; write {value}, or quote it")
        return value


def _complain(node: yaml.Node, text: str) -> NoReturn:
    raise ValueError(f"line {node.start_mark.line + 1}: {text}")


for _number in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_number}", _Loader.construct_number)


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file as plain values.

    Raises
    ------
    InputError
        If the file cannot be read, is not valid YAML, repeats a key, or has a number that YAML
        reads differently from most people.
    """
    try:
        return _Loader(path.read_text(encoding="utf-8")).get_single_data()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    except RecursionError as error:
        raise InputError(f"{path}: not valid YAML (nested too deeply)") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # Invalid dates and numbers raise ValueError.
        text = " ".join(str(error).split())
        raise InputError(f"{path}: not valid YAML ({text})") from error


def _target(path: Path) -> Path:
    """Return the absolute path of the file, with symbolic links resolved.

    Devices and pipes are refused, as root would replace them by a file, even ``/dev/null``.
    """
    if path.parts and path.parts[0].startswith("~"):
        raise OSError(0, "the shell did not expand ~; allowed are absolute and relative paths")
    target = Path(os.path.realpath(path))
    if not _has_letters_of_the_locale(target):
        raise OSError(0, LETTERS)
    if target.is_dir():
        raise IsADirectoryError(0, "it is a folder")
    if target.exists() and not target.is_file():
        raise OSError(0, "it is a device or a pipe; allowed are files")
    return target


def _has_letters_of_the_locale(path: Path) -> bool:
    """Whether netCDF accepts a path; it refuses some bytes that Python accepts."""
    try:
        str(path).encode(sys.getfilesystemencoding())
    except UnicodeEncodeError:
        return False
    return True


def _scratch(path: Path, folder: Path) -> tuple[tempfile.TemporaryDirectory[str], ExitStack]:
    """Return a hidden folder for writing ``path``, and the lock on it, which must be closed.

    Unlocked folders of this kind are leftovers of killed processes, and are removed. On a file
    system without locks none is removed.
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
            # Another process has just removed it as a leftover.
            scratch.cleanup()
            held.close()
            continue
        except OSError:
            pass  # a file system without locks
        return scratch, held


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock on a folder; raises OSError if it is held or gone, or locks do not exist."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder.stat()
        yield
    finally:
        os.close(opened)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn errors of the file system into an InputError that names the file."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from error
