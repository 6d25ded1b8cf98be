"""Build of the compiled Monte Carlo kernels; everything else is in pyproject.toml."""

from Cython.Build import cythonize
from setuptools import Extension, setup

FOLDER = "src/ising_fidelity/montecarlo"
HEADERS = ("common", "multispin", "multispin_lanes")

setup(
    ext_modules=cythonize(
        [
            Extension(
                f"ising_fidelity.montecarlo.{name}",
                [f"{FOLDER}/{name}.pyx"],
                depends=[f"{FOLDER}/{header}.h" for header in HEADERS],
                extra_compile_args=["-O3"],
            )
            for name in ("kernels", "multispin")
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
