"""Build of the compiled Monte Carlo kernels; everything else is in pyproject.toml."""

from Cython.Build import cythonize
from setuptools import Extension, setup

KERNELS = "ising_fidelity.montecarlo.kernels"

setup(
    ext_modules=cythonize(
        [Extension(KERNELS, [f"src/{KERNELS.replace('.', '/')}.pyx"], extra_compile_args=["-O3"])],
        compiler_directives={
            "language_level": 3,
            "boundscheck": False,
            "wraparound": False,
            "cdivision": True,
            "initializedcheck": False,
        },
    )
)
