"""Build of the compiled Monte Carlo kernels; everything else is in pyproject.toml."""

import runpy

from Cython.Build import cythonize
from setuptools import Extension, setup

FOLDER = "src/ising_fidelity/montecarlo/kernels"
HEADERS = ("common", "multispin", "multispin_lanes")
# The library itself cannot be imported before it is built.
SOURCES = runpy.run_path(f"{FOLDER}/sources.py")["sources_hash"]()

setup(
    ext_modules=cythonize(
        [
            Extension(
                f"ising_fidelity.montecarlo.kernels.{name}",
                [f"{FOLDER}/{name}.pyx"],
                depends=[f"{FOLDER}/{header}.h" for header in HEADERS],
                define_macros=[("SOURCES_HASH", f'"{SOURCES}"')],
                extra_compile_args=["-O3"],
            )
            for name in ("single_spin", "multispin")
        ],
        compiler_directives={
            "language_level": 3,
            "boundscheck": False,
            "wraparound": False,
            "cdivision": True,
            "initializedcheck": False,
        },
    )
)
