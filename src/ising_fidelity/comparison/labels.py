"""Long names of distances."""

LABELS = {
    "energy": "energy per spin",
    "magnetization": "magnetization per spin",
    "abs_magnetization": "absolute magnetization per spin",
}

DISTRIBUTIONS = {
    **{f"{name}_wasserstein": f"Wasserstein-1 distance: {text}" for name, text in LABELS.items()},
    **{f"{name}_ks": f"Kolmogorov-Smirnov statistic: {text}" for name, text in LABELS.items()},
    "energy_magnetization_histogram": "total variation distance of the joint histogram of (u, m)",
    "classifier_auc": "held-out area under the ROC curve of a network, frames against reference",
}

NEAREST = "mean share of sites that differ from the nearest training frame"

COPIES = "modulo translations, the square's symmetries and the global sign"

DIVERSITIES = {
    "nearest_training_symmetric": f"{NEAREST}, {COPIES}",
    "vendi_ratio": "Vendi score of the frames over that of equally many reference frames",
}

LONG_NAMES = {
    **DISTRIBUTIONS,
    **DIVERSITIES,
    **{
        f"{name}_z": f"{text}: minus its mean under the null hypothesis, in units of the spread"
        for name, text in (DISTRIBUTIONS | DIVERSITIES).items()
    },
    **{
        f"{name}_floor": f"{text}: mean under the null hypothesis"
        for name, text in (DISTRIBUTIONS | DIVERSITIES).items()
    },
    **{
        f"{name}_p_value": f"{text}: probability of one as large under the null hypothesis"
        for name, text in DISTRIBUTIONS.items()
    },
    **{
        f"{name}_p_value": f"{text}: probability of one as small under the null hypothesis"
        for name, text in DIVERSITIES.items()
    },
    "hamming_cross": "mean share of differing sites over pairs (frame, reference frame)",
    "nearest_training_hamming": NEAREST,
    "nearest_training_symmetric_heldout": f"{NEAREST}, {COPIES}, of held-out Monte Carlo frames",
    "vendi_score": "effective number of distinct frames among those of the Vendi ratio",
    "vendi_score_reference": "effective number of distinct frames among equally many of the "
    "reference",
}
