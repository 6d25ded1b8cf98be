"""Models compared with exact results and Monte Carlo: deviations, tables, verdicts."""
