"""Names of variables and dimensions in files of frames and observables."""

FRAME_DIMENSIONS = ("chain", "draw", "y", "x")

SAMPLINGS = ("chain", "independent")

ERROR_SUFFIX = "_error"

LOG_PROBABILITY = "log_probability"

BURN_IN = "burn_in"
STARTS_AGREE = "ordered and random starts agree"
STARTS_DISAGREE = "ordered and random starts disagree"
"""Attribute of Monte Carlo frames on whether burn-in was sufficient, and two of its values.

Any other value means that this could not be tested.
"""
