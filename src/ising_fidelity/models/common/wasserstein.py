"""The loss of a Wasserstein critic."""

from torch import Tensor


def critic_loss(real: Tensor, generated: Tensor) -> Tensor:
    """Return the loss of the critic, which should score real frames high, generated ones low.

    The Wasserstein objective of Arjovsky, Chintala and Bottou (ICML 2017), shapes (batch,).
    """
    return generated.mean() - real.mean()
