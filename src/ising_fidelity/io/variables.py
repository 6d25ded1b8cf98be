"""Names and dimensions that files of frames and observables share."""

FRAME_DIMENSIONS = ("chain", "draw", "y", "x")

SAMPLINGS = ("chain", "independent")

ERROR_SUFFIX = "_error"

LOG_PROBABILITY = "log_probability"
