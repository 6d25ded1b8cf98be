"""The HTML page with the results of a run."""
