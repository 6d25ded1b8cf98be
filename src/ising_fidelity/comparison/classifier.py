"""The classifier two-sample test: whether a network can distinguish frames from Monte Carlo.

A network is trained to distinguish the two sides and evaluated on held-out frames. The area under
its ROC curve (AUC) is the probability that, given one frame of each side, it identifies the one
that is not Monte Carlo. The AUC is 0.5 if the sides are indistinguishable and 1 if they are fully
separable (D. Lopez-Paz and M. Oquab, ICLR 2017).
"""

from math import erfc, sqrt

import numpy as np

from ising_fidelity import lattice
from ising_fidelity.comparison.diversity import Spins, evenly_spaced
from ising_fidelity.comparison.noise_floor import Estimate, thinning
from ising_fidelity.io.optional import needing
from ising_fidelity.observables.errors import Floats

FOLDS = 5
DEPENDENCE = 1 + FOLDS / (FOLDS - 1)
"""Variance of a mean over K folds in units of that of independent folds, 1 + K / (K - 1)."""
STEPS = 300
HALF_BATCH = 32
CHANNELS = 8
LEARNING_RATE = 0.01


def two_sample_test(
    spins: Spins, reference: Spins, blocks: tuple[float, float] = (1, 1), seed: int = 0
) -> Estimate:
    """Return the cross-validated AUC of frames against reference frames.

    Equal numbers of evenly spaced frames of both sides are split into five folds of successive
    frames, so that correlations stay within a fold. Each fold is evaluated by a network trained on
    the others, and the AUC is the mean over folds. Within a fold, the error is DeLong's (E. DeLong,
    D. DeLong and D. Clarke-Pearson, Biometrics 44, 837, 1988). The spread under the null hypothesis
    is that of a Mann-Whitney test: given the network, all orders of held-out frames of one
    distribution are equally likely. Folds are not independent, however: a chance difference between
    the sides is learnt from four fifths of the frames and found again in the last fifth. Variances
    of the mean are therefore multiplied by :data:`DEPENDENCE` (C. Nadeau and Y. Bengio, Mach.
    Learn. 52, 239, 2003).

    Parameters
    ----------
    spins, reference
        Shapes (n, L, L) and (m, L, L).
    blocks
        2 tau_int of each side; correlated frames are thinned.
    seed
        Seed of the networks' initial weights and batches.

    Returns
    -------
    Estimate
        All NaN if a side has fewer than ten frames after thinning.
    """
    sides = [
        side[:: thinning(block)[0]] for side, block in zip((spins, reference), blocks, strict=True)
    ]
    count = min(map(len, sides))
    if count < 2 * FOLDS:
        return Estimate(np.nan, np.nan)
    first, second = (evenly_spaced(side, count) for side in sides)
    folds = np.arange(count) * FOLDS // count
    aucs, errors, null = np.empty((3, FOLDS))
    for fold in range(FOLDS):
        seen, unseen = folds != fold, folds == fold
        scores = held_out_scores(
            (first[seen], second[seen]), (first[unseen], second[unseen]), seed + fold
        )
        aucs[fold], errors[fold] = area_under_curve(*scores)
        size = np.count_nonzero(unseen)
        null[fold] = sqrt((2 * size + 1) / (12 * size**2))
    auc = float(aucs.mean())
    error, spread = (float(np.sqrt(DEPENDENCE * np.sum(one**2))) / FOLDS for one in (errors, null))
    z = (auc - 0.5) / spread
    return Estimate(auc, error, z, p_value=erfc(z / sqrt(2)) / 2, floor=0.5)


def area_under_curve(first: Floats, second: Floats) -> tuple[float, float]:
    """Return the probability that a score of the first side exceeds one of the second, with error.

    Ties count half; shapes are (n,) and (m,), each two or more. The error is DeLong's, from the
    spread of each score's share of lower or higher scores on the other side.
    """
    wins = (first[:, None] > second) + 0.5 * (first[:, None] == second)
    squares = [wins.mean(axis=axis).var(ddof=1) / wins.shape[1 - axis] for axis in (1, 0)]
    return float(wins.mean()), float(np.sqrt(sum(squares)))


def held_out_scores(
    seen: tuple[Spins, Spins], unseen: tuple[Spins, Spins], seed: int
) -> tuple[Floats, Floats]:
    """Train a network on two sides and return its scores of held-out frames of each side.

    The network has two circular 3 x 3 convolutions, with the lattice halved between them, and means
    over sites: translations change nothing. Each batch has equal numbers of frames of both sides,
    rotated and mirrored at random. Scores are means over the eight symmetry images of a frame.
    Signs are not flipped, since a side with a single sign is distinguishable by it. One thread, so
    that the same frames give the same scores.

    Parameters
    ----------
    seen, unseen
        Frames (n, L, L) of the side that should have high scores, and of the other side.
    seed
        Seed of initial weights and batches.
    """
    with needing("torch"):
        import torch
        from torch import nn
        from torch.nn import functional

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = nn.Sequential(
            nn.Conv2d(1, CHANNELS, 3, padding=1, padding_mode="circular"),
            nn.GELU(),
            nn.AvgPool2d(2, ceil_mode=True),
            nn.Conv2d(CHANNELS, 2 * CHANNELS, 3, padding=1, padding_mode="circular"),
            nn.GELU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.BatchNorm1d(2 * CHANNELS),
            nn.Linear(2 * CHANNELS, 1),
        )
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    labels = torch.tensor([1.0] * HALF_BATCH + [0.0] * HALF_BATCH)
    generator = np.random.default_rng(seed)
    for _ in range(STEPS):
        drawn = [side[generator.integers(len(side), size=HALF_BATCH)] for side in seen]
        image = lattice.symmetries(np.concatenate(drawn))[generator.integers(8)]
        judged = network(torch.from_numpy(image.astype(np.float32))[:, None])[:, 0]
        optimizer.zero_grad()
        functional.binary_cross_entropy_with_logits(judged, labels).backward()
        optimizer.step()
        schedule.step()
    network.eval()
    scores = []
    with torch.no_grad():
        for side in unseen:
            images = np.concatenate(lattice.symmetries(side)).astype(np.float32)
            judged = network(torch.from_numpy(images)[:, None])
            scores.append(judged.numpy().astype(float).reshape(8, -1).mean(axis=0))
    torch.set_num_threads(threads)
    return scores[0], scores[1]
