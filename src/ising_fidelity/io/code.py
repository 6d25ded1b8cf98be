"""Hashes of the code that a result depends on.

The hash of a step covers its modules and all that they import, as far as it can change a number. It
leaves out comments, docstrings, error messages, descriptions, imports for type checks, and the
modules of :data:`LISTS`. Families of models are loaded by name instead of imported (see
:mod:`ising_fidelity.models.family`), so each has a hash of its own. Compiled kernels are hashed as
bytes.
"""

import ast
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

PACKAGE = "ising_fidelity"
LISTS = ("labels", "registry", "family", "progress", "display")
"""Modules on which no number depends: lists of names, captions and families, and display."""

DESCRIPTIONS = ("description", "help", "source", "summary", "title")
"""Keyword arguments that are descriptions if their value is text."""


def code_hash(*modules: str, without: Sequence[str] = (), words: bool = False) -> str:
    """Return a hash of the code of some modules and of all modules that they import.

    Parameters
    ----------
    modules
        Dotted names below the package, such as ``steps.simulate``.
    without
        Packages that are imported but do not affect the result, such as ``montecarlo``.
    words
        Whether texts count, as for figures and pages, which show them.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name in closure(*modules, without=without):
        path = _path(name)
        assert path is not None
        content = _kernel(path) if path.suffix == ".pyx" else _essence(path, words)
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


def closure(*modules: str, without: Sequence[str] = ()) -> list[str]:
    """Return the sorted names of some modules and of all package modules that they import.

    Import statements anywhere in a file count, except those for type checks.
    """
    left_out = tuple(f"{PACKAGE}.{name}" for name in without)
    seen: set[str] = set()
    pending = [f"{PACKAGE}.{name.removeprefix(PACKAGE + '.')}" for name in modules]
    while pending:
        name = pending.pop()
        path = _path(name)
        if name in seen or path is None or name.rsplit(".", 1)[-1] in LISTS:
            continue
        if any(name == other or name.startswith(f"{other}.") for other in left_out):
            continue
        seen.add(name)
        if path.suffix == ".py":
            pending += _imports(path)
    return sorted(seen)


@cache
def _path(name: str) -> Path | None:
    """Return the file of a module of the package; None if there is no such module."""
    base = Path(str(files(PACKAGE))).joinpath(*name.split(".")[1:])
    places = (base / "__init__.py", base.with_suffix(".py"), base.with_suffix(".pyx"))
    return next((path for path in places if path.is_file()), None)


@cache
def _kernel(path: Path) -> bytes:
    """Return the source of a compiled module and of the headers in its folder."""
    return b"".join(one.read_bytes() for one in [path, *sorted(path.parent.glob("*.h"))])


@cache
def _tree(path: Path) -> ast.Module:
    tree: ast.Module = _WithoutTypeChecks().visit(ast.parse(path.read_bytes()))
    return tree


@cache
def _imports(path: Path) -> list[str]:
    """Return the package modules named in a file's import statements."""
    found = []
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found += [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
    # The package's own __init__ is the public API: it imports nothing that a step needs.
    return [name for name in found if name.startswith(f"{PACKAGE}.")]


@cache
def _essence(path: Path, words: bool) -> bytes:
    """Return the part of a file that can change a result."""
    tree = ast.parse(path.read_bytes())
    return "\n".join(_dumped(_Essence(words).visit(tree))).encode()


def _dumped(node: Any) -> Iterator[str]:
    """Yield a syntax tree as text that does not depend on the version of Python."""
    if isinstance(node, ast.AST):
        yield f"({type(node).__name__}"
        for name, value in ast.iter_fields(node):
            if value not in (None, []):
                yield name
                yield from _dumped(value)
        yield ")"
    elif isinstance(node, list):
        for one in node:
            yield from _dumped(one)
    else:
        yield repr(node)


class _WithoutTypeChecks(ast.NodeTransformer):
    """Drops blocks of ``if TYPE_CHECKING``."""

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return node.orelse or None
        return node


class _Essence(_WithoutTypeChecks):
    """Drops docstrings, texts of errors and warnings and, unless words count, descriptions."""

    def __init__(self, words: bool) -> None:
        self.words = words

    def visit_Expr(self, node: ast.Expr) -> Any:
        self.generic_visit(node)
        return None if _is_text(node.value) else node

    def visit_Raise(self, node: ast.Raise) -> Any:
        if isinstance(node.exc, ast.Call):
            node.exc = node.exc.func
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "warn":
            node.args = []
        if not self.words:
            node.keywords = [
                one
                for one in node.keywords
                if one.arg not in DESCRIPTIONS or not _is_text(one.value)
            ]
        return node


def _is_text(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
