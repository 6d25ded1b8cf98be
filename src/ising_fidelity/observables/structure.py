r"""The structure factor along the axes, and the second-moment correlation length.

.. math:: S(k) = \frac1N \Bigl\langle \Bigl| \sum_j s_j e^{i k \cdot j} \Bigr|^2 \Bigr\rangle,
          \qquad k = \frac{2\pi n}{L} \hat{x} \text{ or } \hat{y}.
"""

import numpy as np
from numpy.typing import NDArray


def along_axes(spins: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the squared moduli of each frame's Fourier components, averaged over both axes.

    Spins have shape (..., L, L), the moduli (..., L//2 + 1) for n = 0 .. L//2; divided by N they
    are S(k).
    """
    rows, columns = (
        np.abs(np.fft.rfft(spins.sum(axis=axis, dtype=float), axis=-1)) ** 2 for axis in (-2, -1)
    )
    return np.asarray((rows + columns) / 2)


def second_moment_length(
    structure_factor: NDArray[np.float64], lattice_size: int
) -> NDArray[np.float64]:
    r"""Return :math:`\xi_2 = \sqrt{S(0) / S(k_1) - 1} / (2 \sin(k_1 / 2))`, in sites.

    Above T_c it is close to the exponential correlation length, and :math:`\xi_2 / L` at T_c is a
    universal number (F. Cooper, B. Freedman and D. Preston, Nucl. Phys. B 210, 210, 1982). Below
    T_c it grows with the lattice, as nothing is subtracted from S(0). S(k) has shape (..., at least
    2), the length (...); it is NaN if S(0) < S(k_1).
    """
    S_0, S_1 = structure_factor[..., 0], structure_factor[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        length = np.sqrt(S_0 / S_1 - 1) / (2 * np.sin(np.pi / lattice_size))
    return np.where(np.isfinite(length), length, np.nan)
