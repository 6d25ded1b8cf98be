"""The classifier two-sample test, whether a network can tell frames from Monte Carlo.

A network is trained to tell the two sides apart and judged by frames that it has not seen. Of a
pair, one of either side, it finds the one that is no Monte Carlo with a chance that is the area
under its ROC curve (AUC): 0.5 if nothing tells the sides apart, 1 if everything does (D. Lopez-Paz
and M. Oquab, ICLR 2017).
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
"""Variance of a mean over K folds in units of that of independent ones, 1 + K / (K - 1)."""
STEPS = 300
HALF_BATCH = 32
CHANNELS = 8
LEARNING_RATE = 0.01


def two_sample_test(
    spins: Spins, reference: Spins, blocks: tuple[float, float] = (1, 1), seed: int = 0
) -> Estimate:
    """Return the AUC of frames against reference frames, cross-validated.

    As many frames of either side, evenly spaced, are split in five folds of successive frames, so
    that what correlation there is stays within a fold, and every fold is judged by a network
    trained on the others. The AUC is the mean over folds. Within one its error is DeLong's (E.
    DeLong, D. DeLong and D. Clarke-Pearson, Biometrics 44, 837, 1988) and its spread where nothing
    tells the sides apart that of a Mann-Whitney test, since given the network held-out frames of
    one distribution have any order with the same probability. Folds are not independent, though:
    what differs by chance between the sides is learnt from four fifths and found again in the last.
    Variances of the mean are therefore larger than those of independent folds by
    :data:`DEPENDENCE` (C. Nadeau and Y. Bengio, Mach. Learn. 52, 239, 2003).

    Parameters
    ----------
    spins, reference
        Shapes (n, L, L) and (m, L, L).
    blocks
        2 tau_int of either side: of correlated frames only some are looked at.
    seed
        Of the networks' first weights and batches.

    Returns
    -------
    Estimate
        NaN throughout where a side has fewer than ten frames.
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
    """Return the chance that a score of the first side is above one of the second, and its error.

    Ties count half; shapes are (n,) and (m,), two or more of either. The error is DeLong's: the
    spread of each score's share of the other side's that are below or above it.
    """
    wins = (first[:, None] > second) + 0.5 * (first[:, None] == second)
    squares = [wins.mean(axis=axis).var(ddof=1) / wins.shape[1 - axis] for axis in (1, 0)]
    return float(wins.mean()), float(np.sqrt(sum(squares)))


def held_out_scores(
    seen: tuple[Spins, Spins], unseen: tuple[Spins, Spins], seed: int
) -> tuple[Floats, Floats]:
    """Train a network on two sides and return its scores of unseen frames of either.

    Two circular convolutions of nearest neighbours, the lattice halved between them, and means
    over sites: translations change nothing. Each batch has as many frames of either side, turned
    and mirrored at random; the scores are means over the eight images of a frame. Signs stay as
    they are, since a side with one sign alone can be told by it. One thread, so that the same
    frames give the same scores.

    Parameters
    ----------
    seen, unseen
        Frames (n, L, L) of the side to be told by high scores and of the other one.
    seed
        Of first weights and batches.
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
