"""Names and dimensions that files of frames and observables share."""

FRAME_DIMENSIONS = ("chain", "draw", "y", "x")

SAMPLINGS = ("chain", "independent")

ERROR_SUFFIX = "_error"

LOG_PROBABILITY = "log_probability"

BURN_IN = "burn_in"
STARTS_AGREE = "ordered and random starts agree"
STARTS_DISAGREE = "ordered and random starts disagree"
"""The attribute of Monte Carlo frames that says whether burn-in was enough, and what it may say;
anything else is that it could not be told."""
