"""The loss of a Wasserstein critic."""

from torch import Tensor


def critic_loss(real: Tensor, generated: Tensor) -> Tensor:
    """Return what the critic minimises: it is to give real frames 1 and generated ones 0.

    The Wasserstein objective of Arjovsky, Chintala and Bottou (ICML 2017), shapes (batch,).
    """
    return generated.mean() - real.mean()
